import type { Journal } from '../journal';
import type { Attempt } from './attempt';
import type { Refusal } from './refusals';

/**
 * Writes why a login was refused into the log of its device, with the step to take. After the answer, which must be given
 * in this turn of the event loop: a guesser must not see in the time what goes into the line.
 */
export const noteRefusal = (journal: Journal, { identity, address }: Attempt, refusal: Refusal): void => {
  if (refusal.quiet) return;
  setImmediate(() => {
    const { returnCode, cause, step } = refusal;
    const { productKey, deviceName } = identity ?? { productKey: '', deviceName: '' };
    const text = `refused with CONNACK ${returnCode} (from ${address}): ${cause}; ${step}`;
    journal.note({ kind: 'refuse', productKey, deviceName, code: returnCode, text, isUnproven: true, from: address });
  });
};
