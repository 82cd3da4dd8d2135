/** Sub-devices that a gateway device registers on unitedrhino's dm: those that exist have their secrets told, others are made. */
import { createHash } from 'node:crypto';
import {
  topologyRefusals,
  type RefusedSubDevice,
  type RegisteredSubDevice,
  type Reply,
  type SubDeviceRegistration,
} from '@alink/alink';
import { AutoRegister, DeviceType, ProductStatus, type Json } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import { NotServedByDm } from '../directory/records';
import { isSame, registrationOf, type Device, type DeviceNames, type Devices } from '../directory/unitedrhino/devices';
import type { Product, Products } from '../directory/unitedrhino/products';
import type { SeenDevices, SubDevices } from '../directory/unitedrhino/sub-devices';
import { firstRefusal, isEnabled, readNamed, type Named, type Refusal } from './unitedrhino-named-devices';

export interface UnitedrhinoRegistrationOptions {
  readonly products: Products;
  readonly devices: Devices;
  readonly subDevices: SubDevices;
}

/** "Alibaba Cloud IoT documentation, 'Register devices'". */
const UNKNOWN_PRODUCT = 6250;
const UNKNOWN_DEVICE = 6100;
const DISABLED = 6204;
const BAD_NAME = 6280;
const NO_REGISTRATION = 6288;
const NOT_ATTACHED = 6401;
const ITSELF = 6402;
const ANOTHERS = 6619;

/** How a device came to be that a gateway device has made: this one may unregister it. */
const madeBy = ({ productID, deviceName }: DeviceNames): string => `gateway ${productID}/${deviceName}`;

/** Made of the row of the device: stable, and no secret. */
const iotIdOf = ({ id, productID, deviceName }: Device): string =>
  createHash('sha256').update(`${productID}/${deviceName}/${id}`).digest('hex').slice(0, 24);

export class UnitedrhinoRegistration {
  constructor(private readonly options: UnitedrhinoRegistrationOptions) {}

  /**
   * @param partial each stands by itself; else all are registered, or none
   * @throws {RpcError | DirectoryUnavailable} where its dm was not to be asked
   */
  async register(devices: readonly DeviceIdentity[], gateway: DeviceNames, partial: boolean): Promise<Reply> {
    const { products, subDevices } = this.options;
    const asker = await products.read(gateway.productID);
    if (Number(asker?.deviceType) !== DeviceType.gateway) return topologyRefusals.registersNothing;
    const named = await readNamed(products, devices);
    const before = await subDevices.look(named);
    const refused: RefusedSubDevice[] = [];
    const refuse = (device: Named, refusal: Refusal): void => void refused.push({ ...device.said, ...refusal });
    const admitted = named.filter((device) => {
      const refusal = objectionTo(device, before, gateway);
      if (refusal) refuse(device, refusal);
      return !refusal;
    });
    if (refused.length > 0 && !partial) return answerOf({ registered: [], refused });
    const missing = admitted.filter((device) => !before.get(device));
    for (const device of missing) {
      const refusal = await this.make(device, gateway);
      if (refusal) refuse(device, refusal);
      if (refusal && !partial) return answerOf({ registered: [], refused });
    }
    const made = await subDevices.look(missing);
    const registered = admitted.flatMap((device): RegisteredSubDevice[] => {
      const found = before.get(device) ?? made.get(device);
      return found ? [{ ...device.said, iotId: iotIdOf(found), deviceSecret: found.secret }] : [];
    });
    return partial
      ? { code: 200, data: { registered, refused } as unknown as Json }
      : answerOf({ registered, refused });
  }

  /**
   * They are sub-devices of it no more. Those that it had made, and that were never online, are deleted, as on our dm.
   * @throws {RpcError}
   */
  async unregister(devices: readonly DeviceIdentity[], gateway: DeviceNames): Promise<Reply> {
    const { products, subDevices } = this.options;
    const named = await readNamed(products, devices);
    const seen = await subDevices.look(named);
    const isAttached = (device: Named): boolean => seen.isAttached(device, gateway);
    const isMade = (device: Named): boolean => {
      const found = seen.get(device);
      return found !== undefined && registrationOf(found) === madeBy(gateway);
    };
    const refusal = firstRefusal(named, (device) => {
      if (!seen.get(device)) return { code: UNKNOWN_DEVICE };
      const isOwn = isAttached(device) || (isMade(device) && !seen.gatewayOf(device));
      return isOwn ? undefined : { code: NOT_ATTACHED };
    });
    if (refusal) return refusal;
    const attached = named.filter(isAttached);
    if (attached.length > 0) await subDevices.detach(gateway, attached);
    const unused = named.filter((device) => isMade(device) && Number(seen.get(device)!.firstLogin) === 0);
    for (const device of unused) await subDevices.delete(device);
    return { code: 200, data: {} };
  }

  /** @returns why it is not made */
  private async make(device: Named, gateway: DeviceNames): Promise<Refusal | undefined> {
    try {
      await this.options.devices.create(device, madeBy(gateway));
      return undefined;
    } catch (error) {
      if (error instanceof NotServedByDm) return { code: BAD_NAME, message: error.message };
      throw error;
    }
  }
}

const objectionTo = (device: Named, seen: SeenDevices, gateway: DeviceNames): Refusal | undefined => {
  const { product } = device;
  if (isSame(device, gateway)) return { code: ITSELF };
  if (!product) return { code: UNKNOWN_PRODUCT };
  const autoRegister = Number(product.autoRegister);
  if (Number(product.deviceType) !== DeviceType.subDevice) return topologyRefusals.isNoSubDevice;
  if (autoRegister < AutoRegister.existing) return { code: NO_REGISTRATION };
  const found = seen.get(device);
  if (!found) return objectionToMaking(product);
  if (!isEnabled(found, product)) return { code: DISABLED };
  const other = seen.gatewayOf(device);
  return other && !isSame(other, gateway) ? { code: ANOTHERS } : undefined;
};

const objectionToMaking = ({ autoRegister, status }: Product): Refusal | undefined => {
  if (Number(status) === ProductStatus.disabled) return { code: DISABLED };
  return Number(autoRegister) >= AutoRegister.create ? undefined : { code: UNKNOWN_DEVICE };
};

/** The code is that of the first that is refused. */
const answerOf = (registration: SubDeviceRegistration): Reply => {
  const { code = 200, message } = registration.refused[0] ?? {};
  return { code, message, data: registration as unknown as Json };
};
