/**
 * Devices of unitedrhino's dm.rpc. Asked for a device that a product does not have, it answers with one of that name of any
 * other product, so every answer is compared with the question.
 */
import { services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import { createDevice } from '../create-device';
import { orUndefined } from '../dm-failure';
import { REGISTRATION_KEY } from '../records';

/** A device by dm's names. */
export interface DeviceNames {
  readonly productID: string;
  readonly deviceName: string;
}

type DeviceManage = Client<typeof services.deviceManage>;
export type Device = Awaited<ReturnType<DeviceManage['deviceInfoRead']>>;

/** Devices of one name that are looked at. */
const MAX_NAMESAKES = 50;

export const isSame = (one: DeviceNames, other: DeviceNames): boolean =>
  one.productID === other.productID && one.deviceName === other.deviceName;

/** How it came to be, where one of our nodes has made it. */
export const registrationOf = ({ protocolConf }: Device): string => protocolConf[REGISTRATION_KEY] ?? '';

export class Devices {
  readonly client: DeviceManage;

  constructor(dm: RpcChannel) {
    this.client = dm.client(services.deviceManage);
  }

  /** Undefined when there is none. @throws {RpcError} */
  async find({ productID, deviceName }: DeviceNames): Promise<Device | undefined> {
    const device = await orUndefined(this.client.deviceInfoRead({ productID, deviceName }));
    return device && isSame(device, { productID, deviceName }) ? device : undefined;
  }

  /** @param registration how it comes to be @throws {DirectoryUnavailable | NotServedByDm} */
  create({ productID, deviceName }: DeviceNames, registration: string): Promise<void> {
    return createDevice(this.client, { productID, deviceName }, registration, 'unitedrhino’s dm.rpc');
  }

  /** Those of that very name, of every product. @throws {RpcError} */
  async namesakes(deviceName: string): Promise<Device[]> {
    const page = { page: 1, size: MAX_NAMESAKES };
    const { list } = await this.client.deviceInfoIndex({ page, deviceNames: [deviceName] });
    return list.filter((device) => device.deviceName === deviceName);
  }

  /** The JSON of its own thing model, with that of its product; undefined where it has none. @throws {RpcError} */
  async schemaOf({ productID, deviceName }: DeviceNames): Promise<string | undefined> {
    const asked = { productID, deviceName, withProductSchema: true };
    return (await orUndefined(this.client.deviceSchemaTslRead(asked)))?.tsl || undefined;
  }
}
