import { jest } from '@jest/globals';
import { LogOutput, type LogTarget } from './log-output';
import { lostLines } from './lost-lines';

/** A target that takes what it is told to take. */
class Target implements LogTarget {
  private readonly written: Buffer[] = [];
  /** Code of the error that a write fails with; undefined while it does not. */
  failure: string | undefined;
  /** Bytes that it still takes. */
  room = Infinity;

  write(bytes: Buffer): number {
    const taken = Math.min(this.room, bytes.length);
    if (this.failure && taken === 0) throw Object.assign(new Error(`${this.failure}: write`), { code: this.failure });
    this.room -= taken;
    this.written.push(Buffer.from(bytes.subarray(0, taken)));
    return taken;
  }

  get text(): string {
    return Buffer.concat(this.written).toString();
  }
}

const told: string[] = [];
let target: Target;
let output: LogOutput;
let lostBefore: number;
beforeEach(() => {
  target = new Target();
  told.length = 0;
  lostBefore = lostLines();
  output = new LogOutput({
    target,
    gap: ({ lines, cause }) => `(${lines} lost, ${cause})\n`,
    onLoss: (cause) => void told.push(cause),
  });
});

const fail = (code: string, room = 0): void => void Object.assign(target, { failure: code, room });
const heal = (): void => void Object.assign(target, { failure: undefined, room: Infinity });

test.each(['ENOSPC', 'EPIPE', 'EIO', 'EDQUOT'])('lines that fail with %s are counted, and told afterwards', (code) => {
  output.write('one\n');
  fail(code);
  output.write('two\n');
  output.write('three\n');
  expect(told).toEqual([`${code}: write`]);
  expect(lostLines() - lostBefore).toBe(2);
  heal();
  output.write('four\n');
  output.write('five\n');
  expect(target.text).toBe(`one\n(2 lost, ${code}: write)\nfour\nfive\n`);
});

test('a second outage is told anew', () => {
  for (const line of ['one\n', 'two\n']) {
    fail('ENOSPC');
    output.write(line);
    heal();
    output.write('well\n');
  }
  expect(told).toHaveLength(2);
  expect(target.text).toBe('(1 lost, ENOSPC: write)\nwell\n(1 lost, ENOSPC: write)\nwell\n');
});

test('a line that broke off is ended before the next one', () => {
  fail('ENOSPC', 3);
  output.write('abcdef\n');
  heal();
  output.write('next\n');
  expect(target.text).toBe('abc\n(1 lost, ENOSPC: write)\nnext\n');
});

test('so is a word of the loss that broke off itself', () => {
  fail('ENOSPC');
  output.write('one\n');
  fail('ENOSPC', 4);
  output.write('two\n');
  heal();
  output.write('three\n');
  expect(target.text).toBe('(1 l\n(2 lost, ENOSPC: write)\nthree\n');
});

describe('a reader that does not keep up', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => void jest.useRealTimers());

  test('gets everything in order once it reads, in the middle of a character too', () => {
    fail('EAGAIN', 4);
    output.write('日志 one\n');
    output.write('two\n');
    heal();
    jest.advanceTimersByTime(20);
    expect(target.text).toBe('日志 one\ntwo\n');
    expect(lostLines()).toBe(lostBefore);
  });

  test('costs lines beyond 1 MiB, no more memory', () => {
    fail('EAGAIN');
    const line = `${'x'.repeat(1023)}\n`;
    for (let n = 0; n < 2000; n++) output.write(line);
    expect(lostLines() - lostBefore).toBe(2000 - 1024);
    heal();
    jest.advanceTimersByTime(20);
    output.write('last\n');
    expect(target.text).toBe(`${line.repeat(1024)}(976 lost, EAGAIN: its reader does not keep up)\nlast\n`);
    expect(told).toEqual(['EAGAIN: its reader does not keep up']);
  });

  test('does not hold up the end for long', () => {
    fail('EAGAIN');
    output.write('one\n');
    const before = performance.now();
    output.flushSync();
    expect(performance.now() - before).toBeLessThan(2000);
    heal();
    output.flushSync();
    expect(target.text).toBe('one\n');
  });
});
