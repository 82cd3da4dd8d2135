/** The tags of a device, which unitedrhino's dm.rpc tells with it. */
import type { RpcChannel } from '@alink/rpc';
import { Devices, type DeviceNames } from './devices';

export const tagsOf = (dm: RpcChannel): ((names: DeviceNames) => Promise<Readonly<Record<string, string>>>) => {
  const devices = new Devices(dm);
  return async (names) => {
    const device = await devices.find(names);
    if (!device) throw new Error(`dm.rpc has no device ${names.deviceName}`);
    return device.tags;
  };
};
