/** Times on the wire. Those of entities are unix seconds, 0 for none. */
import { badParameter } from './errors';

/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799;

export const unixSeconds = (date: Date | null): string => (date ? String(Math.floor(date.getTime() / 1000)) : '0');

/** A bound of a range of times; undefined for none. */
export const timeBound = (field: string, seconds = '0'): Date | undefined => {
  const number = Number(seconds);
  if (!(number >= 0 && number <= LAST_SECOND)) throw badParameter(field, 'must be unix seconds');
  return number === 0 ? undefined : new Date(number * 1000);
};

/** A moment in unix milliseconds, 0 for none; later ones than the year 9999 no column takes. */
export const unixMilliseconds = (field: string, milliseconds: string): number => {
  const number = Number(milliseconds);
  if (!(number >= 0 && number < (LAST_SECOND + 1) * 1000)) throw badParameter(field, 'must be unix milliseconds');
  return number;
};
