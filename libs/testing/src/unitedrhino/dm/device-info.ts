/** A device on the wire (unitedrhino, things: what it makes of its row). */
import { wrapped } from '../wire/messages';
import { OFFLINE } from './presence';
import type { Device, DmState } from './state';

const seconds = (milliseconds: number): number => Math.trunc(milliseconds / 1000);

/** What its services never leave out stands in it: the position, and the wrappers that they fill with an empty text or zero. */
export const deviceInfo = ({ products }: DmState, device: Device): object => {
  const product = products.get(device.productID);
  return {
    ...device,
    productName: product?.productName ?? '',
    deviceType: product?.deviceType ?? 1,
    netType: product?.netType ?? 0,
    tenantCode: 'default',
    projectID: 3,
    areaID: 2,
    categoryID: 2,
    sort: 100,
    mobileOperator: 10,
    userID: 1,
    Position: { longitude: 0, latitude: 0 },
    deviceAlias: wrapped(device.deviceAlias),
    version: wrapped(device.version),
    address: wrapped(''),
    rssi: { value: 0 },
    distributor: { id: 1 },
    isOnline: device.isOnline || OFFLINE,
    createdTime: seconds(device.createdTime),
    firstLogin: seconds(device.firstLogin),
    lastLogin: seconds(device.lastLogin),
    lastOffline: seconds(device.lastOffline),
  };
};
