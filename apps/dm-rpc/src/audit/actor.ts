/** Who makes a call, as the audit log names them. */
import type { CallContext } from '@alink/rpc';

/** The id that contexts have in which no person stands. */
const NO_PERSON = '0';

/** The name that the caller proved, else the user that it says it acts for, else `internal`. */
export const actorOf = ({ actor, user }: CallContext): string => {
  if (actor) return actor;
  const { Account: account = '', UserID = NO_PERSON } = user ?? {};
  const id = UserID === NO_PERSON ? '' : UserID;
  return account && id ? `${account} (${id})` : account || id || 'internal';
};
