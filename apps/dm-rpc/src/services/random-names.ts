/** Names and secrets as Alibaba Cloud makes them. */
import { randomBytes, randomInt } from 'node:crypto';

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A ProductKey: 11 letters and digits, the first one a letter. */
export const makeProductKey = (): string =>
  Array.from({ length: 11 }, (_, i) => LETTERS_AND_DIGITS[randomInt(i === 0 ? 52 : LETTERS_AND_DIGITS.length)]).join(
    '',
  );

/** A ProductSecret: 16 characters. */
export const makeProductSecret = (): string => randomBytes(8).toString('hex');

/** A DeviceSecret: 32 characters. */
export const makeDeviceSecret = (): string => randomBytes(16).toString('hex');
