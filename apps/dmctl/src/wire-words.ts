/** Words for the numbers that stand in products and devices. */

export const deviceTypes = { device: 1, gateway: 2, 'sub-device': 3 } as const;

/** Off; devices that exist fetch their secret; devices are created at their first connect. */
export const autoRegisters = { off: 1, existing: 2, create: 3 } as const;

export const productStatuses = { published: 1, disabled: 2, developing: 3 } as const;

/** The word for a number; the number itself where there is none. */
export const wordOf = (words: Readonly<Record<string, number>>, value: string | number): string =>
  Object.keys(words).find((word) => words[word] === Number(value)) ?? String(value);
