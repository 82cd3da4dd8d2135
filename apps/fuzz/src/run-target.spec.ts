import { fuzzTarget, promise } from './fuzz-target';
import { runTarget } from './run-target';
import { vectorText } from './vector-text';

/** A parser that falls over once an outcome has been followed further: `!`, then `!!` behind it. */
const fragile = fuzzTarget<{ text: string; rest: Uint8Array }>({
  name: 'fragile',
  seeds: [{ text: 'hello world', rest: Buffer.from([1, 2, 3]) }],
  words: ['!'],
  check: ({ text }) => {
    promise(!text.includes('!!!'), 'no more than two marks');
    return String(text.split('!').length);
  },
});

const endless = fuzzTarget<{ text: string }>({
  name: 'endless',
  seeds: [{ text: 'abc' }],
  words: ['('],
  check: ({ text }) => {
    while (text.includes('('));
    return '';
  },
});

test('finds what takes several steps, and makes it small', () => {
  const { failure, outcomes } = runTarget(fragile, { seed: 1, runs: 20_000 });
  expect(failure?.cause).toContain('broken promise: no more than two marks');
  expect(failure?.input).toEqual({ text: '!!!', rest: Buffer.alloc(0) });
  expect(outcomes).toBeGreaterThanOrEqual(3);
  expect(vectorText(failure!.input)).toBe('{"text":"!!!","rest":{"hex":"","text":""}}');
});

test('does the same again from the same seed', () => {
  const inputs = (seed: number): string[] => {
    const seen: string[] = [];
    const check = ({ text = '' }): string => {
      seen.push(String(text));
      return String(text.length % 7);
    };
    runTarget({ ...fragile, check }, { seed, runs: 300 });
    return seen;
  };
  expect(inputs(7)).toEqual(inputs(7));
  expect(inputs(7)).not.toEqual(inputs(8));
});

test('stops a parser that does not end', () => {
  const { failure } = runTarget(endless, { seed: 1, milliseconds: 60_000 });
  expect(failure).toEqual({ cause: 'takes longer than 2000 ms', input: { text: '(' } });
});

test('tries the real inputs first', () => {
  const check = (): string => {
    throw new TypeError('never');
  };
  const { runs, failure } = runTarget({ ...fragile, check }, { seed: 1, runs: 9 });
  expect(runs).toBe(1);
  expect(failure?.cause).toContain('TypeError: never');
});
