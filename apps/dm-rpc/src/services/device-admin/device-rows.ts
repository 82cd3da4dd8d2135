/** The devices that a request to create many asks for, each with what is wrong with it. */
import type { services } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { badParameter } from '../../wire/errors';
import { plainText, requireProductID, requireSecret, requireText } from '../../wire/fields';
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

/** Digits of a number that others may follow; longer ones are no numbers of ours, but of makers. */
const MAX_DIGITS = 9;

/**
 * The first number of devices that are named by prefix and number: the one asked for, else the one after the highest.
 * @throws {RpcError} 100006 for a product or a prefix that cannot be
 */
export const firstNumber = async (
  prisma: DmContext['prisma'],
  { productID, count, prefix, start }: Request,
): Promise<number> => {
  if (count === '0') return 1;
  requireProductID('productID', productID);
  requireText('prefix', prefix, 28);
  if (start !== '0') return Number(start);
  const [row] = await prisma.$queryRaw<{ highest: number | null }[]>`
    SELECT max(number::int) AS highest FROM (
      SELECT substr(device_name, length(${prefix}::text) + 1) AS number FROM device
      WHERE product_id = ${productID} AND starts_with(device_name, ${prefix})) AS named
    WHERE number ~ ${`^\\d{1,${MAX_DIGITS}}$`}`;
  return (row?.highest ?? 0) + 1;
};

const byCount = ({ productID, count, prefix }: Request, first: number): DeviceCore[] => {
  if (!(first >= 1 && first < 10 ** MAX_DIGITS)) throw badParameter('start', `must be 1 to ${10 ** MAX_DIGITS - 1}`);
  const total = Number(count);
  const digits = Math.max(String(first + total - 1).length, MIN_DIGITS);
  return Array.from({ length: total }, (_, i) => ({
    productID,
    deviceName: prefix + String(first + i).padStart(digits, '0'),
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

/**
 * @param first number by count
 * @throws {RpcError} 100006 when the request as a whole makes no sense
 */
export const readDeviceRows = (request: Request, first: number): DeviceRow[] => {
  const count = Number(request.count);
  if (count > 0 === request.rows.length > 0) throw badParameter('count', 'or rows must be set, and not both');
  if (!(count >= 0 && count <= MAX_DEVICES)) throw badParameter('count', `must be 1 to ${MAX_DEVICES}`);
  if (request.rows.length > MAX_DEVICES) throw badParameter('rows', `must have at most ${MAX_DEVICES} entries`);
  const wanted =
    count > 0 ? byCount(request, first).map((device) => ({ ...device, deviceSecret: '', alias: '' })) : request.rows;

  const seen = new Set<string>();
  return wanted.map(({ productID: own, deviceName, deviceSecret: secret, alias }) => {
    const device = { productID: own || request.productID, deviceName };
    const key = deviceKey(device);
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
