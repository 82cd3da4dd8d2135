/** What sinks have in common. */

/** One array for each column, as `unnest` takes them. */
export const column = <R, K extends keyof R>(rows: readonly R[], key: K): R[K][] => rows.map((row) => row[key]);

/** A DeviceName may hold dots, an identifier a colon: neither ends a token where it matters, but a blank would. */
export const isToken = (identifier: string): boolean => /^[^\s*>]+$/.test(identifier) && identifier !== '';
