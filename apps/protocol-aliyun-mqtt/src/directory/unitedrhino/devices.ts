/**
 * Devices of unitedrhino's dm.rpc. Asked for a device that a product does not have, it answers with one of that name of any
 * other product, so every answer is compared with the question.
 */
import { Code, services } from '@alink/contract';
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

  /** With what it is attached to; undefined when there is none. @throws {RpcError} */
  async find({ productID, deviceName }: DeviceNames): Promise<Device | undefined> {
    const device = await orUndefined(this.client.deviceInfoRead({ productID, deviceName, withGateway: true }));
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

  /**
   * The JSON of its thing model, with the definitions of its product; undefined where it has none of its own.
   * @throws {RpcError}
   */
  async schemaOf({ productID, deviceName }: DeviceNames): Promise<string | undefined> {
    const schema = async (withProductSchema: boolean): Promise<string> => {
      const read = this.client.deviceSchemaTslRead({ productID, deviceName, withProductSchema });
      return (await orUndefined(read, [Code.notFound, Code.notImplemented]))?.tsl ?? '';
    };
    return hasDefinitions(await schema(false)) ? schema(true) : undefined;
  }
}

/** A device that has none of its own is answered with a document that is empty. */
const hasDefinitions = (schema: string): boolean => {
  try {
    const lists = Object.values(JSON.parse(schema || '{}') as object);
    return lists.some((list) => Array.isArray(list) && list.length > 0);
  } catch {
    return false;
  }
};
