/** Who makes a call, as the audit log names them. */
import type { CallContext } from '@alink/rpc';

/** The name that the caller proved, else the user that it says it acts for, else `internal`. */
export const actorOf = ({ actor, user }: CallContext): string => {
  if (actor) return actor;
  const account = String(user?.['Account'] ?? '');
  const id = String(user?.['UserID'] ?? '');
  return account && id ? `${account} (${id})` : account || id || 'internal';
};
