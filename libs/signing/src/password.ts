/** Passwords: made, and checked without telling a stranger anything by the time it takes. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { digestNames, type SignMethod } from './sign-method';

const digest = (method: SignMethod, key: string, content: string): Buffer =>
  createHmac(digestNames[method], key).update(content).digest();

/** HMAC of `content` with `key` (both UTF-8), as lower-case hex. */
export const sign = (method: SignMethod, key: string, content: string): string =>
  digest(method, key, content).toString('hex');

/** What {@link verifyPassword} compares. */
export interface PasswordCheck {
  readonly method: SignMethod;
  /** Texts that the device may have signed, best first; see `signedContents`. */
  readonly contents: readonly string[];
  /** As the device sent it: hex in either case. */
  readonly password: string;
  /** The secret. */
  readonly key: string;
}

/**
 * Finds which of the contents the password signs. Returns its index, or -1 for none. Every candidate is computed and
 * compared in constant time, so the work is the same whichever one matches, or none. An empty key never matches: a
 * device without a secret must not be open to everybody.
 */
export const verifyPassword = ({ method, key, contents, password }: PasswordCheck): number => {
  // Buffer.from stops at what is no hex digit, drops half a byte, and takes U+0130 for "0": it checks nothing.
  const isHex = !/[^0-9a-f]/i.test(password);
  const given = Buffer.from(password, 'hex');
  let match = -1;
  for (let index = contents.length - 1; index >= 0; index--) {
    const expected = digest(method, key, contents[index]!);
    const comparable = isHex && given.length === expected.length && password.length === 2 * expected.length;
    if (timingSafeEqual(expected, comparable ? given : Buffer.alloc(expected.length)) && comparable) match = index;
  }
  return key === '' ? -1 : match;
};
