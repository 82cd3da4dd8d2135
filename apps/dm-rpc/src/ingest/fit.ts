/** Makes what devices and nodes say fit for the database, which is stricter than JSON. */
import { MAX_AHEAD_MS } from '@alink/alink';

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

/**
 * The same for a time that a foreign node or its device claims: no further ahead than Alibaba Cloud IoT lets times be. A clock
 * that is wrong by years would otherwise make a latest value that no later one ever replaces.
 */
export const timeNear = (value: unknown, fallback: number): number => {
  const time = timeOr(value, fallback);
  return time > Date.now() + MAX_AHEAD_MS ? fallback : time;
};

/** A code that fits the column; a device may send anything. */
export const codeOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : fallback;
