/** What sinks have in common. */
import { isObject } from '../../wire/shape';

/** One array for each column, as `unnest` takes them. */
export const column = <R, K extends keyof R>(rows: readonly R[], key: K): R[K][] => rows.map((row) => row[key]);

/** A DeviceName may hold dots, an identifier a colon: neither ends a token where it matters, but a blank would. */
export const isToken = (identifier: string): boolean => /^[^\s*>]+$/.test(identifier) && identifier !== '';

/** One of the samples of a pack. */
export const isSample = (value: unknown): boolean =>
  isObject(value) && isObject((value as { params?: unknown }).params);
