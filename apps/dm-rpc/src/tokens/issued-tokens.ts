/** Tokens of devices in the database. Whoever changes those of a device holds the lock on its row. */
import type { Prisma } from '@alink/db';
import { hashToken } from '@alink/signing';
import type { Transaction } from '../transaction';
import { unixSeconds } from '../wire/times';

/** `device`: clientId and deviceToken of a device registered with the product secret. `iot`: iotId and iotToken. */
export type TokenKind = 'device' | 'iot';

export type TokenRow = Prisma.IssuedTokenGetPayload<object>;

/** Those that open the door now. */
export const liveTokens = (nowMs: number): Prisma.IssuedTokenWhereInput => ({
  OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(nowMs) } }],
});

export interface NewToken {
  readonly deviceID: bigint;
  readonly kind: TokenKind;
  readonly id: string;
  readonly token: string;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  /** Unix milliseconds; absent = never. */
  readonly expiresAt?: number;
}

export const keepToken = async (tx: Transaction, given: NewToken): Promise<void> => {
  const { deviceID, kind, id, token, issuedAt, expiresAt } = given;
  await tx.issuedToken.create({
    data: {
      id,
      deviceID,
      kind,
      ...hashToken(token),
      issuedAt: new Date(issuedAt),
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
    },
  });
};

/**
 * iotTokens are given for a DeviceSecret and let in for days: with the secret they go.
 * @returns how many went, as detail for the audit log
 */
export const revokeIotTokens = async (tx: Transaction, deviceID: bigint): Promise<{ iotTokensRevoked?: number }> => {
  const { count } = await tx.issuedToken.deleteMany({ where: { deviceID, kind: 'iot' } });
  return count > 0 ? { iotTokensRevoked: count } : {};
};

/** As nodes are told of it. */
export const tokenRecord = ({ id, salt, hash, expiresAt }: Pick<TokenRow, 'id' | 'salt' | 'hash' | 'expiresAt'>) => ({
  id,
  salt,
  hash,
  expiresAt: unixSeconds(expiresAt),
});
