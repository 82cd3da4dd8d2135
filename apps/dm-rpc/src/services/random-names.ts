/** Names and secrets as Alibaba Cloud makes them. */
import { randomBytes, randomInt } from 'node:crypto';
import { randomLettersAndDigits } from '@alink/signing';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A ProductKey: 11 letters and digits, the first one a letter. */
export const makeProductKey = (): string => LETTERS[randomInt(LETTERS.length)] + randomLettersAndDigits(10);

/** A ProductSecret: 16 characters. */
export const makeProductSecret = (): string => randomBytes(8).toString('hex');

/** A DeviceSecret: 32 characters. */
export const makeDeviceSecret = (): string => randomBytes(16).toString('hex');
