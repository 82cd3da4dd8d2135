/**
 * News of entities and caches, as unitedrhino's caches and its SDK take them: the data is the key of the entry and compared as
 * text, so a productID in JSON, or a device with its members turned round, drops nothing (unitedrhino, share: caches).
 */
import type { DeviceRef } from '../dm/state';
import { GoStruct } from './go-json';

/** The key of a device's entry. */
export const deviceKey = ({ productID, deviceName }: DeviceRef): string => JSON.stringify({ productID, deviceName });

/**
 * The device of `server.things.dm.device.info.*`.
 * @throws {SyntaxError | GoJsonError}
 */
export const readDeviceNotice = (data: string): DeviceRef => {
  const device = GoStruct.parse(data, 'Core');
  return { productID: device.text('productID'), deviceName: device.text('deviceName') };
};

/**
 * The configurations of `server.things.dm.protocol.<code>.update`: a list of maps, or null where there is none.
 * @throws {SyntaxError | GoJsonError}
 */
export const readProtocolConfigs = (data: string): Readonly<Record<string, string>>[] =>
  GoStruct.parse(`{"list":${data}}`, 'configs')
    .structs('list', 'map[string]string')
    .map((config) => config.asTextMap());
