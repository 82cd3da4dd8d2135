/** Sub-devices that a gateway device names, as unitedrhino's dm knows them, and what stands against any use of them there. */
import type { RefusedSubDevice } from '@alink/alink';
import { DeviceType, ProductStatus, YesNo } from '@alink/contract';
import type { DeviceIdentity } from '@alink/signing';
import type { Device, DeviceNames } from '../directory/unitedrhino/devices';
import type { Product, Products } from '../directory/unitedrhino/products';

/** One of them. */
export interface Named extends DeviceNames {
  /** As the gateway device said it. */
  readonly said: DeviceIdentity;
  /** Absent where its product does not exist. */
  readonly product?: Product;
}

export type Refusal = Pick<RefusedSubDevice, 'code' | 'message'>;

/** "topic or method outside Alink" ("Alibaba Cloud IoT documentation, 'Error codes for devices'"). */
const NOT_SERVED = 6831;

/** Each once, with its product. @throws {RpcError} */
export const readNamed = async (products: Products, devices: readonly DeviceIdentity[]): Promise<Named[]> => {
  const keys = [...new Set(devices.map(({ productKey }) => productKey))];
  const found = new Map(await Promise.all(keys.map(async (key) => [key, await products.find(key)] as const)));
  const named = devices.map(({ productKey, deviceName }) => {
    const product = found.get(productKey);
    // What does not exist is looked for under the name that was said, and is not found.
    return { productID: product?.productID ?? productKey, deviceName, said: { productKey, deviceName }, product };
  });
  return [...new Map(named.map((device) => [`${device.productID}/${device.deviceName}`, device])).values()];
};

/**
 * Its dm attaches by the kinds of products, and tells of nothing else; ours does not look at them where a sub-device has signed.
 * @throws {RpcError}
 */
export const objectionToKinds = async (
  products: Products,
  devices: readonly Named[],
  { productID }: Pick<DeviceNames, 'productID'>,
): Promise<Refusal | undefined> => {
  const gateway = await products.read(productID);
  if (Number(gateway?.deviceType) !== DeviceType.gateway) {
    return { code: NOT_SERVED, message: 'unitedrhino’s dm attaches nothing to a device whose product is no gateway' };
  }
  const wrong = devices.find(({ product }) => product && Number(product.deviceType) !== DeviceType.subDevice);
  if (!wrong) return undefined;
  const message = `unitedrhino’s dm attaches sub-devices alone, and ${wrong.said.productKey} is no product of such`;
  return { code: NOT_SERVED, message };
};

export const isEnabled = ({ isEnable }: Device, { status }: Product): boolean =>
  Number(isEnable) !== YesNo.no && Number(status) !== ProductStatus.disabled;

/** What the first that is refused is refused with. */
export const firstRefusal = (
  devices: readonly Named[],
  refusalOf: (device: Named) => Refusal | undefined,
): Refusal | undefined => {
  for (const device of devices) {
    const refusal = refusalOf(device);
    if (refusal) return refusal;
  }
  return undefined;
};
