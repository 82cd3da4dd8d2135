import { startAll, type Part } from './lifecycle';
import { createLogger } from './logger';

const setUp = () => {
  const events: string[] = [];
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const part = (name: string, overrides: Partial<Part> = {}): Part => ({
    name,
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name}`),
    ...overrides,
  });
  return { events, lines, log, part };
};

describe('startAll', () => {
  test('starts in order, stops in reverse, once', async () => {
    const { events, log, part } = setUp();
    const running = await startAll([part('a'), part('b'), part('c')], log);
    await Promise.all([running.stop(), running.stop()]);
    expect(events).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  test('a part that does not start is named, and what ran is stopped', async () => {
    const { events, log, part } = setUp();
    const cause = new Error('no database');
    const broken = part('b', { start: () => Promise.reject(cause) });
    await expect(startAll([part('a'), broken, part('c')], log)).rejects.toMatchObject({
      message: 'b did not start: no database',
      cause,
    });
    expect(events).toEqual(['start a', 'stop a']);
  });

  test('a part that does not stop holds up the others no longer than its time', async () => {
    const { events, lines, log, part } = setUp();
    const stuck = part('b', { stop: () => new Promise(() => {}), stopTimeoutMs: 20 });
    const failing = part('c', { stop: () => Promise.reject(new Error('torn')) });
    const running = await startAll([part('a'), stuck, failing], log);
    await running.stop();
    expect(events).toContain('stop a');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { part: 'c', err: { message: 'torn' } },
      { part: 'b', err: { message: 'no end after 20 ms' } },
    ]);
  });
});
