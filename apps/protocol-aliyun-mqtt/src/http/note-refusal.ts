import type { Claim } from '../guard/login-lockout';
import type { Journal } from '../journal';
import type { ErrorCode, Refused } from './answer';

/** Codes that a device named in the request may be refused with, and the step to take. */
const steps: Partial<Record<ErrorCode, string>> = {
  401: 'compare the sign with the DeviceSecret, and enable product and device',
  429: 'look for two devices with the same triple, or for a device that restarts',
  500: 'check that dm.rpc is up; the device will try again',
  5001: 'check ProductKey and DeviceName, or create them (dmctl product create, dmctl device create)',
  6100: 'check the DeviceName, or create the device (dmctl device create)',
  6250: 'check the ProductKey, or create the product (dmctl product create)',
  6288: 'enable product and device, and set autoRegister of the product to 2 or more',
  6289: 'reset the device (dmctl device reset)',
  6600: 'sign deviceName{..}productKey{..}random{..} with the ProductSecret and the declared signMethod',
};

/**
 * Writes why a request for credentials was refused into the log of the device that it names. After the answer, which must
 * be given in this turn of the event loop: a guesser must not see in the time what goes into the line.
 */
export const noteRefusal = (
  journal: Pick<Journal, 'note'>,
  { productKey, deviceName }: Claim,
  address: string,
  { code, cause }: Refused,
): void => {
  const step = steps[code] ?? 'correct the request';
  const text = `refused over HTTPS with ${code} (from ${address}): ${cause}; ${step}`;
  const about = { kind: 'refuse', productKey, deviceName, isUnproven: true, from: address } as const;
  setImmediate(() => journal.note({ ...about, code, text }));
};
