/** Numbers that look random and are the same for the same seed: for property tests that can be repeated. */
export interface SeededRandom {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
  /** A text of that many characters of the alphabet. */
  text(length: number, alphabet?: string): string;
}

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The generator mulberry32 (Tommy Ettinger, public domain). */
export const seededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[int(0, items.length - 1)]!;
  };
  return {
    next,
    int,
    pick,
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(0, 255))),
    text: (length, alphabet = LETTERS_AND_DIGITS) => Array.from({ length }, () => pick([...alphabet])).join(''),
  };
};
