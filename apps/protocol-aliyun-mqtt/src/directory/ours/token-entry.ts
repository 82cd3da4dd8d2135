import type { TokenEntry } from '../records';

/** A token as `alink.TokenRecord` has it, in our types. */
export const tokenEntry = (token: {
  readonly id: string;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  readonly expiresAt: string;
}): TokenEntry => ({ ...token, expiresAt: Number(token.expiresAt) });
