/** Tokens that the platform issues to devices, and what it keeps of them: never the token itself. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Letters and digits that cannot be guessed: just under 6 bits each. */
export const randomLettersAndDigits = (length: number): string =>
  Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join('');

/** clientId of a device that registers with the product secret: 26 letters and digits. */
export const makeClientId = (): string => randomLettersAndDigits(26);

/** deviceToken: `^1^`, unix milliseconds, `^`, 15 lower-case hex digits, which are 60 bits that cannot be guessed. */
export const makeDeviceToken = (nowMs: number): string => `^1^${nowMs}^${randomBytes(8).toString('hex').slice(1)}`;

/** iotId and iotToken: 32 letters and digits, 190 bits. C SDK 3.x keeps 300 bytes of the answer that they stand in. */
export const makeIotId = (): string => randomLettersAndDigits(32);
export const makeIotToken = (): string => randomLettersAndDigits(32);

/** Milliseconds for which an iotToken lets in: seven days ("Alibaba Cloud IoT documentation, 'MQTT over HTTPS authentication'"). */
export const IOT_TOKEN_LIFETIME_MS = 7 * 86_400_000;
/** iotTokens of one device that count at a time: one that asks at every start would otherwise have no end of them. */
export const MAX_IOT_TOKENS = 10;
/** Physical devices that may share one name, each with a clientId and a deviceToken of its own ("'MQTT dynamic registration'"). */
export const MAX_DEVICE_TOKENS = 5;

const SALT_BYTES = 16;

export interface TokenHash {
  readonly salt: Uint8Array<ArrayBuffer>;
  /** SHA-256 of salt and token. */
  readonly hash: Uint8Array<ArrayBuffer>;
}

/** What is kept of a token: a salted hash. Tokens are random and long, so a slow hash would protect nothing more. */
export const hashToken = (token: string): TokenHash => {
  const salt = Uint8Array.from(randomBytes(SALT_BYTES));
  return { salt, hash: Uint8Array.from(createHash('sha256').update(salt).update(token).digest()) };
};
