/** The devices that a request to create many asks for, each with what is wrong with it. */
import type { services } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DeviceCore } from '../../context';
import { badParameter } from '../../wire/errors';
import { plainText, requireSecret, requireText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { requireDevice } from '../device-manage/device-record';

type Request = RequestOf<typeof services.deviceAdmin, 'createDevices'>;

export interface DeviceRow extends DeviceCore {
  /** As given; empty where one is to be made. */
  readonly secret: string;
  readonly alias: string;
  /** Why it cannot be created; empty when it can. */
  reason: string;
}

/** Devices in one call. */
export const MAX_DEVICES = 10_000;
/** Digits of a number in a name at least, so that further devices fit in. */
const MIN_DIGITS = 4;

const byCount = ({ productID, count, prefix }: Request): DeviceCore[] => {
  requireText('prefix', prefix, 28);
  const total = Number(count);
  const digits = Math.max(String(total).length, MIN_DIGITS);
  return Array.from({ length: total }, (_, i) => ({
    productID,
    deviceName: prefix + String(i + 1).padStart(digits, '0'),
  }));
};

/** Text of the complaint, without the code. */
const faultOf = (check: () => unknown): string => {
  try {
    check();
    return '';
  } catch (error) {
    if (error instanceof RpcError) return error.message;
    throw error;
  }
};

/** @throws {RpcError} 100006 when the request as a whole makes no sense */
export const readDeviceRows = (request: Request): DeviceRow[] => {
  const count = Number(request.count);
  if (count > 0 === request.rows.length > 0) throw badParameter('count', 'or rows must be set, and not both');
  if (!(count >= 0 && count <= MAX_DEVICES)) throw badParameter('count', `must be 1 to ${MAX_DEVICES}`);
  if (request.rows.length > MAX_DEVICES) throw badParameter('rows', `must have at most ${MAX_DEVICES} entries`);
  const wanted =
    count > 0 ? byCount(request).map((device) => ({ ...device, deviceSecret: '', alias: '' })) : request.rows;

  const seen = new Set<string>();
  return wanted.map(({ productID: own, deviceName, deviceSecret: secret, alias }) => {
    const device = { productID: own || request.productID, deviceName };
    const key = `${device.productID}/${deviceName}`;
    const fault = faultOf(() => {
      requireDevice(device);
      requireSecret('deviceSecret', secret);
      plainText('alias', alias, 128);
    });
    const reason = fault || (seen.has(key) ? 'is in the request twice' : '');
    seen.add(key);
    return { ...device, secret, alias, reason };
  });
};
