/**
 * Why a sub-device is refused that a gateway device names: the code that this hears, and what is to be done about it, for the
 * sub-device's log. Source of the codes: Alibaba Cloud IoT documentation, "Manage topological relationships", "Sub-device sessions".
 */
import type { AlinkCode } from '@alink/alink';

export interface Objection {
  readonly code: AlinkCode;
  /** What the gateway device is told instead of the code's own words. */
  readonly message?: string;
  readonly cause: string;
  readonly step: string;
}

const objection = (code: AlinkCode, cause: string, step: string, message?: string): Objection => ({
  code,
  cause,
  step,
  ...(message !== undefined && { message }),
});

const SIGN_RIGHT =
  'sign clientId{..}deviceName{..}productKey{..}timestamp{..}, as far as they are sent, with the DeviceSecret of the sub-device';

export const objections = {
  unknownDevice: objection(6100, 'unknown device', 'check its names, or create it (dmctl device create)'),
  unknownProduct: objection(6250, 'unknown product', 'check the ProductKey, or create it (dmctl product create)'),
  disabled: objection(6204, 'the device or its product is disabled', 'enable it'),
  itself: objection(6402, 'a gateway device is no sub-device of its own', 'name its sub-devices only'),
  notAttached: objection(
    6401,
    'it is no sub-device of that gateway device',
    'let the gateway device add it first (thing/topo/add)',
  ),
  wrongLoginSign: objection(6287, 'the signature of the login is wrong', SIGN_RIGHT),
  wrongTopologySign: objection(401, 'the signature is wrong', SIGN_RIGHT),
  wrongProductSign: objection(
    401,
    'the signature is wrong',
    'sign deviceName{..}productKey{..}random{..} with the ProductSecret of the sub-device',
  ),
  unknownMethod: objection(6292, 'no such signMethod', 'sign with hmacSha256, hmacSha1 or hmacMd5'),
  tooManyOnline: objection(
    428,
    'too many sub-devices are online through that gateway device',
    'spread them over several gateway devices, or raise SUB_DEVICES_PER_GATEWAY',
  ),
  tooOften: objection(
    429,
    'it logs in too often',
    'let the gateway device keep its session; CONNECTS_PER_MINUTE_PER_DEVICE sets the limit',
    'rate limit, too many subDeviceOnline msg in one minute',
  ),
} as const;
