import { Output } from './output';
import { ProgressBar } from './progress-bar';

/** A terminal, as far as the bar writes on it: carriage returns and the sequence that empties a line. */
const terminal = (columns = 80) => {
  const at = { now: 0, written: '', columns };
  const io = {
    stdout: (text: string) => (at.written += text),
    stderr: (text: string) => (at.written += text),
    now: () => at.now,
    terminalColumns: () => at.columns,
  };
  /** What stands there, line by line. */
  const shown = () => at.written.split('\n').map((line) => line.split('\r\u001b[K').at(-1));
  return { at, io, shown };
};
const bar = (columns?: number) => {
  const screen = terminal(columns);
  return { ...screen, bar: new ProgressBar(screen.io, () => screen.at.columns) };
};

test('shows how much is done, and, once it is known, how long the rest takes', () => {
  const { at, bar: it, shown } = bar();
  it.draw({ done: 0, total: 400 });
  expect(shown()).toEqual([`[${'.'.repeat(40)}] 0 %  0 of 400`]);
  at.now = 5000;
  it.draw({ done: 100, total: 400 });
  expect(shown()).toEqual([`[${'#'.repeat(10)}${'.'.repeat(30)}] 25 %  100 of 400, 15 s left`]);
  at.now = 600_000;
  it.draw({ done: 200, total: 400 });
  expect(shown()[0]).toMatch(/200 of 400, 10 min left$/);
  it.draw({ done: 400, total: 400 });
  expect(shown()).toEqual([`[${'#'.repeat(40)}] 100 %  400 of 400`]);
  it.wipe();
  expect(shown()).toEqual(['']);
});

test('is drawn ten times a second at most, and its end always', () => {
  const { at, bar: it } = bar();
  for (let done = 0; done <= 1000; done++) {
    at.now = done;
    it.draw({ done, total: 1000 });
  }
  expect(at.written.split('\r').length - 1).toBe(11);
  expect(at.written).toMatch(/1000 of 1000$/);
});

test('keeps to the width of the terminal, whatever that becomes', () => {
  const { at, bar: it, shown } = bar(30);
  it.draw({ done: 50, total: 100 });
  const line = '[#####......] 50 %  50 of 100';
  expect(line).toHaveLength(29);
  expect(shown()).toEqual([line]);
  at.columns = 12;
  at.now = 200;
  it.draw({ done: 51, total: 100 });
  expect(shown()).toEqual(['51 %  51 of']);
});

test('without an end it shows the words', () => {
  const { bar: it, shown } = bar();
  it.draw({ done: 7, words: '7 devices online, 12 reports a second' });
  expect(shown()).toEqual(['7 devices online, 12 reports a second']);
});

describe('output', () => {
  test('has a bar on a terminal, which leaves nothing behind and never stands in a line of others', () => {
    const { io, shown } = terminal();
    const out = new Output(io, false);
    out.progress({ done: 1, total: 2, words: '1 of 2 devices' });
    expect(shown()[0]).toMatch(/1 of 2$/);
    out.note('a word on the side');
    out.progress({ done: 2, total: 2 });
    out.done({}, 'done');
    expect(shown()).toEqual(['a word on the side', 'done', '']);
  });

  test('writes the words as lines in a pipe, and nothing of what has none', () => {
    const { at, io } = terminal();
    const out = new Output({ ...io, terminalColumns: () => undefined }, false);
    out.progress({ done: 1, total: 2 });
    out.progress({ done: 2, total: 2, words: '2 of 2 devices' });
    expect(at.written).toBe('2 of 2 devices\n');
  });

  test('has no bar with --json', () => {
    const { at, io } = terminal();
    new Output(io, true).progress({ done: 1, total: 2 });
    expect(at.written).toBe('');
  });
});
