/** A CONNECT, read: what the client says of itself, before anything is believed. */
import { isDeviceIdentity, parseClientId, parseUsername, type ParsedClientId } from '@alink/signing';

export interface Attempt {
  readonly clientId: ParsedClientId;
  /** From the username; undefined when it is not `{deviceName}&{productKey}`, or holds a name that cannot be. */
  readonly identity: { readonly productKey: string; readonly deviceName: string } | undefined;
  readonly username: string;
  readonly password: string;
  /** Seconds; undefined where there is no CONNECT packet (`dg.DeviceAuth`). */
  readonly keepalive: number | undefined;
  /** `host:port` of the client. */
  readonly address: string;
  /** Whether the transport is encrypted. */
  readonly secure: boolean;
  /** The client's certificate (DER) and what it sent along; empty without one. Nobody has checked them yet. */
  readonly certificates: readonly Buffer[];
}

/** Reads the fields of a CONNECT; never throws. */
export const readAttempt = (fields: {
  clientId: string;
  username: string;
  password: string;
  keepalive: number | undefined;
  address: string;
  secure: boolean;
  certificates?: readonly Buffer[];
}): Attempt => ({
  ...fields,
  certificates: fields.certificates ?? [],
  clientId: parseClientId(fields.clientId),
  identity: identityOf(fields.username),
});

/** The device that a username names. Names that cannot be go no further: neither to dm.rpc, whose database would refuse some, nor into memory or a log. */
export const identityOf = (username: string): Attempt['identity'] => {
  const identity = parseUsername(username);
  return identity && isDeviceIdentity(identity) ? identity : undefined;
};

/** The same username and password, as if sent with another ClientID. */
export const withClientId = (attempt: Attempt, rawClientId: string): Attempt => ({
  ...attempt,
  clientId: parseClientId(rawClientId),
});
