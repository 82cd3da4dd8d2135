/** Names, secrets and tokens as Alibaba Cloud makes them. */
import { randomBytes, randomInt } from 'node:crypto';

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTERS = 52;

const alphanumeric = (length: number): string =>
  Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join('');

/** A ProductKey: 11 letters and digits, the first one a letter. */
export const makeProductKey = (): string => LETTERS_AND_DIGITS[randomInt(LETTERS)] + alphanumeric(10);

/** A ProductSecret: 16 characters. */
export const makeProductSecret = (): string => randomBytes(8).toString('hex');

/** A DeviceSecret: 32 characters. */
export const makeDeviceSecret = (): string => randomBytes(16).toString('hex');

/** clientId of a device that registers with the product secret: 26 letters and digits. */
export const makeClientId = (): string => alphanumeric(26);

/** deviceToken: `^1^`, unix milliseconds, `^`, 15 lower-case hex digits, which are 60 bits that cannot be guessed. */
export const makeDeviceToken = (nowMs: number): string => `^1^${nowMs}^${randomBytes(8).toString('hex').slice(1)}`;

/** iotId and iotToken: 32 letters and digits, 190 bits. C SDK 3.x keeps 300 bytes of the answer that they stand in. */
export const makeIotId = (): string => alphanumeric(32);
export const makeIotToken = (): string => alphanumeric(32);
