/** Numbers that look random and are the same for the same names: what a device sends can be sent again, byte for byte. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** @throws {RangeError} when there is nothing to pick from */
  pick<T>(items: readonly T[]): T;
}

/** FNV-1a over UTF-16 units: spreads names that differ in one character. */
const hash = (text: string, seed: number): number => {
  let state = seed;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
};

/**
 * The stream of these names, for example a seed, a device and the number of a report: each report has a stream of its own, so
 * that none depends on how many came before it. The generator is sfc32 (Chris Doty-Humphrey, public domain).
 */
export const randomOf = (...names: readonly (string | number)[]): Random => {
  const text = names.join('\n');
  let a = hash(text, 0x811c9dc5);
  let b = hash(text, 0x9e3779b9);
  let c = hash(text, 0x85ebca6b);
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) bits();
  // As many bits as a double holds: ranges of a thing model may be wide.
  const next = (): number => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[whole(0, items.length - 1)]!;
    },
  };
};
