/** Proofs of a secret, each with the same work whether or not the secret exists. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { verifyPassword, type SignMethod } from '@alink/signing';
import type { TokenEntry } from '../directory/records';

/** Key for devices that do not exist: verifying against it takes the same work and never succeeds. */
const decoyKey = randomBytes(32).toString('hex');

/** Whether `password` is the HMAC of one of the contents under the key; never for an unknown key. */
export const provesKey = (
  { signMethod, password }: { readonly signMethod: SignMethod | undefined; readonly password: string },
  contents: readonly string[],
  key: string | undefined,
): boolean => {
  if (signMethod === undefined) return false;
  const matched = verifyPassword({ method: signMethod, key: key || decoyKey, contents: [...contents], password });
  return matched >= 0 && Boolean(key);
};

const decoyToken: TokenEntry = { id: '', salt: randomBytes(16), hash: randomBytes(32), expiresAt: 0 };

/** Whether `token` is the one that was issued; `now` is Unix milliseconds. Never for an unknown or expired one. */
export const provesToken = (token: string, record: TokenEntry | undefined, now: number): boolean => {
  const { salt, hash, expiresAt } = record ?? decoyToken;
  const given = createHash('sha256').update(salt).update(token).digest();
  const matches = given.length === hash.length && timingSafeEqual(given, hash);
  return matches && record !== undefined && (expiresAt === 0 || expiresAt * 1000 > now);
};
