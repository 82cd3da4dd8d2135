/**
 * Tokens kept with unitedrhino's own texts of devices (`deviceProfile*`), one text for each: code `alink:<id>`, its params
 * JSON. Nodes that issue at the same time write texts of their own, and so undo nothing of each other. With a device, and
 * where a reset clears its information, its texts go.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@alink/runtime';
import { hashToken } from '@alink/signing';
import type { TokenEntry } from '../records';
import { isSame, type DeviceNames, type Devices } from './devices';

/** `device`: clientId and deviceToken of a device registered with the product secret. `iot`: iotId and iotToken. */
export type TokenKind = 'device' | 'iot';

export interface KeptToken extends TokenEntry {
  readonly kind: TokenKind;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  /** SHA-256 of the salt and the DeviceSecret that it was given for; absent where it was given for none. */
  readonly givenFor?: Uint8Array;
}

export interface NewToken {
  readonly kind: TokenKind;
  readonly id: string;
  readonly token: string;
  /** Unix milliseconds; absent = never. */
  readonly expiresAtMs?: number;
  /** The DeviceSecret that it is given for: with another one it counts no more. */
  readonly givenFor?: string;
}

const PREFIX = 'alink:';
/** Ids that are issued here: nothing else is worth a question to dm.rpc. */
const ID = /^[A-Za-z0-9]{1,40}$/;

/** Params as JSON. */
interface Params {
  readonly kind: TokenKind;
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  /** Unix seconds; 0 = never. */
  readonly expiresAt: number;
  /** Base64. */
  readonly givenFor?: string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const saltedHash = (salt: Uint8Array, text: string): Buffer => createHash('sha256').update(salt).update(text).digest();

/** Whether the token was given for that DeviceSecret. */
export const isGivenFor = ({ salt, givenFor }: KeptToken, deviceSecret: string): boolean =>
  givenFor !== undefined && saltedHash(salt, deviceSecret).equals(givenFor);

const readParams = (id: string, text: string): KeptToken | undefined => {
  try {
    const { kind, salt, hash, issuedAt, expiresAt, givenFor } = JSON.parse(text) as Params;
    if (kind !== 'device' && kind !== 'iot') return undefined;
    const bytes = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
    const times = { issuedAt: Number(issuedAt), expiresAt: Number(expiresAt) };
    return { id, kind, ...bytes, ...times, givenFor: givenFor ? Buffer.from(givenFor, 'base64') : undefined };
  } catch {
    // Somebody else's text, or none.
    return undefined;
  }
};

/** The earlier one first; the same order wherever they are read. */
const byAge = (one: KeptToken, other: KeptToken): number =>
  one.issuedAt - other.issuedAt || (one.id < other.id ? -1 : 1);

export class IssuedTokens {
  constructor(
    private readonly devices: Devices,
    private readonly clock: Clock,
  ) {}

  /** @throws {RpcError} */
  async keep({ productID, deviceName }: DeviceNames, given: NewToken): Promise<void> {
    const { kind, id, token, expiresAtMs, givenFor } = given;
    const { salt, hash } = hashToken(token);
    const params: Params = {
      kind,
      salt: base64(salt),
      hash: base64(hash),
      issuedAt: this.clock.now(),
      expiresAt: expiresAtMs === undefined ? 0 : Math.floor(expiresAtMs / 1000),
      givenFor: givenFor === undefined ? undefined : base64(saltedHash(salt, givenFor)),
    };
    const text = { device: { productID, deviceName }, code: PREFIX + id, params: JSON.stringify(params) };
    await this.devices.client.deviceProfileUpdate(text);
  }

  /** The live token of that id; undefined for unknown, revoked and expired ones. @throws {RpcError} */
  async read({ productID, deviceName }: DeviceNames, kind: TokenKind, id: string): Promise<KeptToken | undefined> {
    if (!ID.test(id)) return undefined;
    const asked = { device: { productID, deviceName }, code: PREFIX + id };
    const { device, code, params } = await this.devices.client.deviceProfileRead(asked);
    if (!device || !isSame(device, asked.device) || code !== asked.code) return undefined;
    const token = readParams(id, params);
    return token?.kind === kind && this.isLive(token) ? token : undefined;
  }

  /** Those of a kind, the oldest first, expired ones too. @throws {RpcError} */
  async list({ productID, deviceName }: DeviceNames, kind: TokenKind): Promise<KeptToken[]> {
    const { profiles } = await this.devices.client.deviceProfileIndex({ device: { productID, deviceName } });
    return profiles
      .filter(({ device, code }) => device && isSame(device, { productID, deviceName }) && code.startsWith(PREFIX))
      .map(({ code, params }) => readParams(code.slice(PREFIX.length), params))
      .filter((token) => token !== undefined)
      .filter((token) => token.kind === kind)
      .sort(byAge);
  }

  /** Nothing there is no fault. @throws {RpcError} */
  async revoke({ productID, deviceName }: DeviceNames, id: string): Promise<void> {
    await this.devices.client.deviceProfileDelete({ device: { productID, deviceName }, code: PREFIX + id });
  }

  isLive({ expiresAt }: TokenEntry): boolean {
    return expiresAt === 0 || expiresAt * 1000 > this.clock.now();
  }
}
