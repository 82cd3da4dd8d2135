/** Refusals of the guard. They may come in floods, so most of them are told to nobody but the client. */
import type { Refusal } from '../connect/refusals';
import type { ReturnCode } from '../link/endpoint';

/** @param returnCode the one that it would get anyway: a guesser does not see that it is locked out */
export const lockedOut = (returnCode: ReturnCode): Refusal => ({
  returnCode,
  cause: 'too many failed logins',
  step: 'wait until the lock ends',
  quiet: true,
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
