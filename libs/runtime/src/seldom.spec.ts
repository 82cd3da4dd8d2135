import { Seldom } from './seldom';

describe('a line that comes seldom', () => {
  let now = 0;
  const seldom = (maxKeys?: number) => new Seldom({ intervalMs: 1000, clock: { now: () => now }, maxKeys });

  beforeEach(() => {
    now = 5;
  });

  it('comes at once, then once in the interval, and counts what it stands for', () => {
    const lines = seldom();
    expect(lines.take('a')).toBe(0);
    now += 999;
    expect(lines.take('a')).toBeUndefined();
    expect(lines.take('a')).toBeUndefined();
    now += 1;
    expect(lines.take('a')).toBe(2);
    now += 1000;
    expect(lines.take('a')).toBe(0);
  });

  it('is held back by lines of its own key alone', () => {
    const lines = seldom();
    expect(lines.take('a')).toBe(0);
    expect(lines.take('b')).toBe(0);
    expect(lines.take('a')).toBeUndefined();
  });

  it('remembers a bounded number of keys', () => {
    const lines = seldom(2);
    for (const key of ['a', 'b', 'c']) lines.take(key);
    expect(lines.take('a')).toBe(0);
    expect(lines.take('c')).toBeUndefined();
  });
});
