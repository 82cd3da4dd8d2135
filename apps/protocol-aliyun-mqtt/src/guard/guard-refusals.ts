/** Refusals of the guard. They may come in floods, so most of them are told to nobody but the client. */
import type { Refusal } from '../connect/refusals';
import type { ReturnCode } from '../link/endpoint';
import type { LockedOut } from './login-lockout';

/** Until when a login is locked out, why, and for how many attempts these words stand. */
export const lockInWords = ({ leftMs, cause, heldBack = 0 }: LockedOut): string => {
  const until = new Date(Date.now() + leftMs).toTimeString().slice(0, 8);
  const because = cause === '' ? 'too many logins failed' : `too many logins failed, the latest because: ${cause}`;
  const more = heldBack > 0 ? ` (and ${heldBack} attempts before this one)` : '';
  return `locked until ${until}, in ${Math.ceil(leftMs / 1000)} s; ${because}${more}`;
};

/** @param returnCode the one that it would get anyway: a guesser does not see that it is locked out */
export const lockedOut = (returnCode: ReturnCode, locked: LockedOut): Refusal => ({
  returnCode,
  cause: lockInWords(locked),
  step: 'mend that and wait, or find out who else logs in as this device from that address',
  quiet: locked.heldBack === undefined,
});

/**
 * CONNACK 3, "server unavailable" [MQTT-3.2.2.3]: 4 and 5 would tell the device that its credentials are bad, and 2 that
 * its ClientID is. Every Link SDK waits and tries again on any code.
 */
export const tooManyLogins = (perMinute: number, quiet: boolean): Refusal => ({
  returnCode: 3,
  cause: `more than ${perMinute} logins of this device in a minute`,
  step: 'look for two devices with the same triple, or for a device that restarts; CONNECTS_PER_MINUTE_PER_DEVICE sets the limit',
  quiet,
});
