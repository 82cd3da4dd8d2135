/**
 * What a gateway device is told, unasked, of the session of a sub-device. Source: Alibaba Cloud IoT documentation,
 * "Sub-device sessions" and "Error codes for devices". It once went to `combine/logout_reply`; `/ext/error` is where the C SDK 3.x
 * listens, which would take the other for the reply to a logout of its own.
 */
import type { DeviceIdentity } from '@alink/signing';
import { alinkCodes } from './codes';

/**
 * 427 connected elsewhere, 520 there is no session, 521 deleted, 522 disabled, 6401 attached no more: with one of these a
 * session ends, or a message of a device without one is refused.
 */
export type SessionErrorCode = 427 | 520 | 521 | 522 | 6401;

/** The words of a message that was refused; those of a logout are others (`alinkCodes`). */
const DEVICE_SESSION_ERROR = 'device session error';

/**
 * Members in the order in which C SDKs search them.
 * @param id digits
 */
export const sessionError = (
  gateway: DeviceIdentity,
  subDevice: DeviceIdentity,
  code: SessionErrorCode,
  id: string,
): { readonly topic: string; readonly payload: string } => {
  const { productKey, deviceName } = subDevice;
  const message = code === 520 ? DEVICE_SESSION_ERROR : alinkCodes[code];
  return {
    topic: `/ext/error/${gateway.productKey}/${gateway.deviceName}`,
    payload: JSON.stringify({ id, code, message, data: { productKey, deviceName } }),
  };
};
