/** Makes a failing input small, so that a person sees what it is about. */
import type { Input } from './fuzz-target';

/** Tries for one input; each is one run of a check. */
const MAX_TRIES = 5000;
/** Milliseconds for one input: a slow check must not keep a small input from being told. */
const MAX_MS = 15_000;

type Part = Input[string];

const cut = (part: Part, start: number, end: number): Part =>
  typeof part === 'string'
    ? part.slice(0, start) + part.slice(end)
    : Buffer.concat([part.subarray(0, start), part.subarray(end)]);

/** Removes from each part what the failure does not need. @param fails whether an input still fails the same way */
export const minimise = (input: Input, fails: (input: Input) => boolean): Input => {
  let smallest = input;
  let tries = 0;
  const began = performance.now();
  const accept = (candidate: Input): boolean => {
    if (++tries > MAX_TRIES || performance.now() - began > MAX_MS || !fails(candidate)) return false;
    smallest = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(smallest);) {
    before = sizeOf(smallest);
    for (const name of Object.keys(input)) {
      for (let size = smallest[name]!.length; size > 0; size >>= 1) {
        for (let at = 0; at + size <= smallest[name]!.length;) {
          if (!accept({ ...smallest, [name]: cut(smallest[name]!, at, at + size) })) at += size;
        }
      }
    }
  }
  return smallest;
};

/** Characters and bytes of all parts. */
export const sizeOf = (input: Input): number => Object.values(input).reduce((sum, part) => sum + part.length, 0);
