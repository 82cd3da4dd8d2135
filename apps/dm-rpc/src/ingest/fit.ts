/** Makes what devices and nodes say fit for the database, which is stricter than JSON. */

/** Characters of a payload or an answer in a device's log. */
export const MAX_CONTENT = 4096;
/** Characters of a name: those of devices that exist are shorter, refused clients call themselves anything. */
export const MAX_NAME = 128;
export const MAX_TOPIC = 1024;
/** Letters of an identifier: an index takes no longer ones. Thing models allow far fewer, validation `none` anything. */
export const MAX_IDENTIFIER = 256;

/** PostgreSQL keeps no U+0000 in a text. */
export const textOf = (value: unknown, maxLength: number): string =>
  typeof value === 'string' ? value.slice(0, maxLength).replaceAll('\0', '') : '';

/** Latest time that JavaScript and PostgreSQL both know, unix milliseconds. */
const MAX_TIME = 8.64e15;

/** A time that comes from a device or a node, in unix milliseconds; nonsense gives way to `fallback`. */
export const timeOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && value >= 0 && value <= MAX_TIME ? Math.trunc(value) : fallback;

/** Milliseconds by which a device's clock may be ahead of the platform's and still be believed. */
export const MAX_AHEAD_MS = 60_000;

/**
 * The time that a device gives to a value, in unix milliseconds. A clock that is ahead is mended one day, and what it said
 * before must not pass for the newest until then: a time later than that of arrival by more than {@link MAX_AHEAD_MS} is
 * taken as the latter, and so is nonsense. (The node refuses what is ahead by more than 24 hours, as Alibaba does.)
 */
export const deviceTime = (value: unknown, arrivedAt: number): number => {
  const time = timeOr(value, arrivedAt);
  return time > arrivedAt + MAX_AHEAD_MS ? arrivedAt : time;
};

/** A code that fits the column; a device may send anything. */
export const codeOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : fallback;
