import { newAlinkId, subjects, writeDevicePublish } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import type { DeviceCore } from '../../device-core';

export interface AlinkRequest {
  /** Below `/sys/{productKey}/{deviceName}/`. */
  readonly path: string;
  readonly params: unknown;
  /** The sub-device that it is about, of the gateway device that it is sent to; absent: it is about the device itself. */
  readonly of?: DeviceIdentity;
  /** Where the answer completes a record; else nobody looks for it. */
  readonly msgToken?: string;
}

/**
 * A request of Alink's beside the commands that wait for their device, as the node takes it that holds the device. Gateways of
 * other protocols know none of these.
 * @param now unix milliseconds
 */
export const alinkRequest = (
  { productID, deviceName }: DeviceCore,
  { path, params, of, msgToken = newAlinkId() }: AlinkRequest,
  now: number,
): { readonly subject: string; readonly message: string } => {
  const body = { method: 'request', path, params, ...(of && { of }), msgToken, timestamp: now };
  return {
    subject: subjects.down('thing', productID, deviceName),
    message: writeDevicePublish({ productID, deviceName, handle: 'thing', type: 'request', body }, now),
  };
};
