/** Why etcd did not do what was asked, in words for an operator. */
import { tlsFault } from '@alink/runtime';

/** What etcd says of a login (etcd's `rpctypes/error.go`). */
const LOGIN_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/authentication failed, invalid user ID or password/, 'refuses the login (ETCD_USER, ETCD_PASSWORD)'],
  [/user name is empty|user name not found/, 'wants a login (ETCD_USER, ETCD_PASSWORD, or a client certificate)'],
  [/permission denied/, 'does not allow this user the keys of the platform'],
  [/authentication is not enabled/, 'has its authentication not enabled: ETCD_USER and ETCD_PASSWORD must not be set'],
];

/** What etcd says of a token that it no longer takes: it has expired, etcd has lost it, or rights were changed. */
const STALE_TOKEN = /invalid auth token|revision of auth store is old/;

export interface EtcdFaultOptions {
  /** Whether TLS is spoken. */
  readonly secured: boolean;
}

/** Goes on from "etcd": "refuses the login". Undefined where it does not answer. */
export const etcdFault = (error: unknown, { secured }: EtcdFaultOptions): string | undefined => {
  const message = messageOf(error);
  const known = LOGIN_FAULTS.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  const fault = tlsFault(error);
  if (fault) return `cannot be used over TLS: ${fault}`;
  // A server that expects TLS takes the first bytes of plain HTTP/2 for a bad handshake, and hangs up.
  if (!secured && /ECONNRESET|Connection dropped|Last error: Failed to connect/.test(message)) {
    return 'hangs up; it may want TLS (https:// in ETCD_HOSTS)';
  }
  return undefined;
};

export const isStaleToken = (error: unknown): boolean => STALE_TOKEN.test(messageOf(error));

const messageOf = (error: unknown): string => String((Object(error) as { message?: unknown }).message ?? error);
