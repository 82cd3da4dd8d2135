/**
 * What unitedrhino's dm tells everybody when something changes: entities on `server.things.dm.>`, and stale entries of caches
 * on `server.cache.sync.>`. The data is the key of the entry: a productID as it is, a device as JSON (unitedrhino, share:
 * caches; things: topics).
 */
import type { RhinoBus } from '../bus/rhino-bus';
import type { DeviceRef } from './state';

const deviceKey = ({ productID, deviceName }: DeviceRef): string => JSON.stringify({ productID, deviceName });

export class Notices {
  constructor(private readonly bus: RhinoBus) {}

  productStale(productID: string): Promise<void> {
    return this.bus.publish('server.cache.sync.cache:dm:product', productID);
  }

  schemaStale(productID: string): Promise<void> {
    return this.bus.publish('server.cache.sync.cache:dm:product:schema', productID);
  }

  deviceStale(device: DeviceRef): Promise<void> {
    return this.bus.publish('server.cache.sync.cache:dm:device', deviceKey(device));
  }

  product(productID: string, change: 'create' | 'update' | 'delete'): Promise<void> {
    return this.bus.publish(`server.things.dm.product.info.${change}`, productID);
  }

  device(device: DeviceRef, change: 'create' | 'update' | 'delete'): Promise<void> {
    return this.bus.publish(`server.things.dm.device.info.${change}`, deviceKey(device));
  }

  /** The configurations of a protocol, whole: `null` where it has none. */
  protocol(code: string, configs: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const data = configs.length > 0 ? JSON.stringify(configs) : 'null';
    return this.bus.publish(`server.things.dm.protocol.${code}.update`, data);
  }
}
