/**
 * Which devices are attached to which gateway device, by unitedrhino's own methods. Its dm attaches devices of products of
 * sub-devices alone, to those of products of gateway devices alone.
 */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { isSame, type Device, type DeviceNames, type Devices } from './devices';

/** Devices in one call. */
const BATCH = 200;
/** Looks at who has a device, while other gateway devices take it as well. */
const MAX_TRIES = 3;

const namesOf = ({ productID, deviceName }: DeviceNames): DeviceNames => ({ productID, deviceName });
const keyOf = ({ productID, deviceName }: DeviceNames): string => `${productID}/${deviceName}`;

/** What a device is attached to. */
export const gatewayIn = ({ Gateway }: Device): DeviceNames | undefined => (Gateway ? namesOf(Gateway) : undefined);

export class SubDevices {
  constructor(private readonly devices: Devices) {}

  /** Those that exist, with what they are attached to. @throws {RpcError} */
  async look(named: readonly DeviceNames[]): Promise<SeenDevices> {
    const found = new Map<string, Device>();
    for (let from = 0; from < named.length; from += BATCH) {
      const part = named.slice(from, from + BATCH).map(namesOf);
      const page = { page: 1, size: BATCH };
      const { list } = await this.devices.client.deviceInfoIndex({ page, devices: part, withGateway: true });
      for (const device of list) found.set(keyOf(device), device);
    }
    return new SeenDevices(found);
  }

  /** @throws {RpcError} */
  async of(gateway: DeviceNames): Promise<DeviceNames[]> {
    const { list } = await this.devices.client.deviceGatewayIndex({ gateway: namesOf(gateway) });
    return list.map(namesOf);
  }

  /** How many are attached to it. @throws {RpcError} */
  async countOf(gateway: DeviceNames): Promise<number> {
    const page = { page: 1, size: 1 };
    return Number((await this.devices.client.deviceGatewayIndex({ gateway: namesOf(gateway), page })).total);
  }

  /**
   * Attaches devices that exist; they are attached to another one no more, which is told so. Its dm says nothing of those that
   * another gateway device has got at the same time, so it is looked at who has them.
   * @returns those that are somebody else's all the same
   * @throws {RpcError}
   */
  async attach(gateway: DeviceNames, devices: readonly DeviceNames[]): Promise<DeviceNames[]> {
    for (let tries = 1; ; tries++) {
      const seen = await this.look(devices);
      const wanted = devices.filter((device) => !seen.isAttached(device, gateway));
      if (wanted.length === 0 || tries > MAX_TRIES) return wanted;
      for (const [other, own] of seen.byGateway(wanted)) await this.detach(other, own, { isTold: true });
      const list = wanted.map(namesOf);
      await this.devices.client.deviceGatewayMultiCreate({ gateway: namesOf(gateway), list, isNotNotify: true });
    }
  }

  /**
   * @param isTold whether the gateway device hears of it from dm
   * @throws {RpcError} 100012 where one is not attached to it
   */
  async detach(gateway: DeviceNames, devices: readonly DeviceNames[], { isTold = false } = {}): Promise<void> {
    const list = devices.map(namesOf);
    await this.devices.client.deviceGatewayMultiDelete({ gateway: namesOf(gateway), list, isNotNotify: !isTold });
  }

  /** No error where it is gone by now. @throws {RpcError} */
  async delete(device: DeviceNames): Promise<void> {
    try {
      await this.devices.client.deviceInfoDelete(namesOf(device));
    } catch (error) {
      if (!(error instanceof RpcError && error.code === Code.parameter)) throw error;
    }
  }
}

/** Devices as they were a moment ago. */
export class SeenDevices {
  constructor(private readonly devices: ReadonlyMap<string, Device>) {}

  /** Undefined where it does not exist. */
  get(names: DeviceNames): Device | undefined {
    return this.devices.get(keyOf(names));
  }

  isAttached(device: DeviceNames, gateway: DeviceNames): boolean {
    const seen = this.gatewayOf(device);
    return seen !== undefined && isSame(seen, gateway);
  }

  gatewayOf(device: DeviceNames): DeviceNames | undefined {
    const seen = this.get(device);
    return seen && gatewayIn(seen);
  }

  /** Those that are attached, by what they are attached to. */
  byGateway(devices: readonly DeviceNames[]): [DeviceNames, DeviceNames[]][] {
    const groups = new Map<string, [DeviceNames, DeviceNames[]]>();
    for (const device of devices) {
      const gateway = this.gatewayOf(device);
      if (!gateway) continue;
      const group = groups.get(keyOf(gateway)) ?? [gateway, []];
      group[1].push(device);
      groups.set(keyOf(gateway), group);
    }
    return [...groups.values()];
  }
}
