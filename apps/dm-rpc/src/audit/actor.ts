/** Who makes a call, as the audit log names them. */
import type { CallContext } from '@alink/rpc';

/** A call whose caller may have shown a bearer token or a client certificate, by whose name it is known. */
export type Caller = CallContext & { readonly actor?: string };

/** The name that the caller proved, else the user that it says it acts for, else `internal`. */
export const actorOf = ({ actor, user }: Caller): string => {
  if (actor) return actor;
  const account = String(user?.['Account'] ?? '');
  const id = String(user?.['UserID'] ?? '');
  return account && id ? `${account} (${id})` : account || id || 'internal';
};
