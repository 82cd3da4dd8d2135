import type { LogRow } from './hub-log';
import { LogCursor } from './log-cursor';

const row = (timestamp: number, content = 'x'): LogRow => ({
  time: undefined,
  action: 'publish',
  topic: '/t',
  code: 200,
  content,
  requestId: '1',
  timestamp,
});

/** A log that is asked from the cursor's moment on. */
const ask = (cursor: LogCursor, log: readonly LogRow[]) =>
  cursor.take(log.filter(({ timestamp }) => timestamp >= cursor.since));

test('shows each line once, and nothing from before the start', () => {
  const cursor = new LogCursor(10_000);
  const log = [row(9_999), row(10_000), row(10_500)];
  expect(ask(cursor, log)).toEqual([row(10_000), row(10_500)]);
  expect(ask(cursor, log)).toEqual([]);
  log.push(row(11_000));
  expect(ask(cursor, log)).toEqual([row(11_000)]);
});

test('shows a line that came to the log late', () => {
  const cursor = new LogCursor(0);
  ask(cursor, [row(5_000)]);
  expect(ask(cursor, [row(3_500, 'late'), row(5_000)])).toEqual([row(3_500, 'late')]);
  expect(ask(cursor, [row(3_500, 'late'), row(5_000)])).toEqual([]);
});

test('shows equal lines as often as they occur', () => {
  const cursor = new LogCursor(0);
  expect(ask(cursor, [row(5_000), row(5_000)])).toHaveLength(2);
  expect(ask(cursor, [row(5_000), row(5_000), row(5_000)])).toHaveLength(1);
});

test('remembers no more than the overlap', () => {
  const cursor = new LogCursor(0);
  const log = Array.from({ length: 20_000 }, (_, i) => row(i * 10, `line ${i}`));
  let shown = 0;
  for (let end = 100; end <= log.length; end += 100) shown += ask(cursor, log.slice(0, end)).length;
  expect(shown).toBe(log.length);
  expect(cursor.since).toBe(log.at(-1)!.timestamp - 2000);
});
