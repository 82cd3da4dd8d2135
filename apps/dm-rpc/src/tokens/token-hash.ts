/** What is kept of a token: a salted hash. Tokens are random and long, so a slow hash would protect nothing more. */
import { createHash, randomBytes } from 'node:crypto';

const SALT_BYTES = 16;

export interface TokenHash {
  readonly salt: Uint8Array<ArrayBuffer>;
  /** SHA-256 of salt and token. */
  readonly hash: Uint8Array<ArrayBuffer>;
}

export const hashToken = (token: string): TokenHash => {
  const salt = Uint8Array.from(randomBytes(SALT_BYTES));
  return { salt, hash: Uint8Array.from(createHash('sha256').update(salt).update(token).digest()) };
};
