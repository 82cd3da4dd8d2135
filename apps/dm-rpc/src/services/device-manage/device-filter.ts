/** Which devices a list is about. */
import { DeviceStatus, OnlineState, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { RequestOf } from '../../wire/messages';
import { containing, literal } from '../../wire/search';
import { requireDevice } from './device-record';

type Request = RequestOf<typeof services.deviceManage, 'deviceInfoIndex'>;
type Where = Prisma.DeviceWhereInput;

const nonZero = (...values: readonly string[]): number[] => values.map(Number).filter((value) => value !== 0);

/** Every device is in one of these states. One that was reset is online until its session has ended. */
export const byStatus = {
  inactive: { firstLogin: null, isOnline: false },
  online: { isOnline: true },
  offline: { firstLogin: { not: null }, isOnline: false },
} satisfies Record<string, Where>;

/** By `status` on the wire; disabled is one that the others do not exclude. */
const byWireStatus: Readonly<Record<number, Where>> = {
  [DeviceStatus.inactive]: byStatus.inactive,
  [DeviceStatus.online]: byStatus.online,
  [DeviceStatus.offline]: byStatus.offline,
  [DeviceStatus.disabled]: { isEnable: false },
};
/** No device is in any other state. */
const NONE: Where = { id: -1n };

/**
 * The condition for `deviceInfoIndex`. Filters by area, group, owner, tenant and the like are not interpreted, as the
 * fields themselves are not.
 */
export const inDeviceFilter = (request: Request): Where => {
  const and: Where[] = [];
  if (request.productID) and.push({ productID: request.productID });
  if (request.productIDs.length > 0) and.push({ productID: { in: request.productIDs } });
  if (request.deviceName) and.push({ deviceName: containing(request.deviceName) });
  if (request.deviceNames.length > 0) and.push({ deviceName: { in: request.deviceNames } });
  if (request.deviceAlias) and.push({ deviceAlias: containing(request.deviceAlias) });
  if (request.deviceNameOrAlias) {
    const text = containing(request.deviceNameOrAlias);
    and.push({ OR: [{ deviceName: text }, { deviceAlias: text }] });
  }
  if (request.devices.length > 0) {
    and.push({ OR: request.devices.map((device, i) => requireDevice(device, `devices[${i}].`)) });
  }
  if (request.isOnline !== '0') and.push({ isOnline: Number(request.isOnline) === OnlineState.online });
  const statuses = nonZero(request.status, ...request.statuses);
  if (statuses.length > 0) and.push({ OR: statuses.map((status) => byWireStatus[status] ?? NONE) });
  const deviceTypes = nonZero(request.deviceType, ...request.deviceTypes);
  if (deviceTypes.length > 0) and.push({ product: { deviceType: { in: deviceTypes } } });
  const categories = [request.productCategoryID, ...request.productCategoryIDs].filter((id) => id !== '0').map(BigInt);
  if (categories.length > 0) and.push({ product: { categoryID: { in: categories } } });
  if (request.protocolCode) and.push({ product: { protocolCode: request.protocolCode } });
  if (request.iccid) and.push({ extra: { path: ['iccid', 'value'], equals: request.iccid } });
  if (request.versions.length > 0) {
    and.push({ OR: request.versions.map((version) => ({ extra: { path: ['version', 'value'], equals: version } })) });
  }
  for (const [key, value] of Object.entries(request.tags)) and.push({ tags: { path: [key], equals: value } });
  for (const [key, value] of Object.entries(request.tagsLike)) {
    and.push({ tags: { path: [key], string_contains: literal(value) } });
  }
  return { AND: and };
};
