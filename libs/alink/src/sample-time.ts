/** The `time` that a device gives to a value. */
import type { Problem } from './problem';

/** How far ahead of the platform a time may be, in milliseconds (documentation, "Device properties, events, and services"). */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/**
 * Reads a time in Unix milliseconds; `now` where the device gave none, undefined where it is malformed. Times in the
 * past are unlimited, and a device that sends seconds keeps them.
 */
export const readTime = (time: unknown, now: number): number | undefined => {
  if (time === undefined || time === null) return now;
  const value = typeof time === 'string' && /^\d{1,15}$/.test(time) ? Number(time) : time;
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : undefined;
};

export const isTooFarAhead = (time: number, now: number): boolean => time > now + MAX_AHEAD_MS;

/** @param of identifier of the value, already harmless */
export const tooFarAhead = (of: string): Problem => ({
  code: 460,
  message: `request parameter error: time of ${of} is later than now + 24 h`,
  step: 'Set the clock of the device (NTP), or leave "time" out.',
});

/** @param of identifier of the value, already harmless */
export const malformedTime = (of: string): Problem => ({
  code: 6326,
  message: `tsl parse: time is malformed -> ${of}`,
  step: 'Send "time" as milliseconds since 1970, or leave it out.',
});
