/** Devices as gateway devices name them: by ProductKey, which is not always the productID. */
import type { PrismaClient } from '@alink/db';
import { isDeviceIdentity, isProductKey, type DeviceIdentity } from '@alink/signing';
import type { DeviceCore } from '../../device-core';

/** What of a product decides what becomes of its devices. */
const SELECTED = { productID: true, productKey: true, deviceType: true, autoRegister: true, status: true } as const;

export interface ProductOfDevices {
  readonly productID: string;
  readonly productKey: string;
  readonly deviceType: number;
  readonly autoRegister: number;
  readonly status: number;
}

/** The products of these devices, by ProductKey; those that do not exist are none. */
export const productsOf = async (
  prisma: Pick<PrismaClient, 'product'>,
  devices: readonly DeviceIdentity[],
): Promise<ReadonlyMap<string, ProductOfDevices>> => {
  const keys = [...new Set(devices.map(({ productKey }) => productKey))].filter(isProductKey);
  const rows = await prisma.product.findMany({ where: { productKey: { in: keys } }, select: SELECTED });
  return new Map(rows.map((row) => [row.productKey, row]));
};

/** The same devices as dm names them; undefined where one cannot be, by its names or its product. */
export const namedDevices = async (
  prisma: Pick<PrismaClient, 'product'>,
  devices: readonly DeviceIdentity[],
): Promise<DeviceCore[] | undefined> => {
  if (!devices.every(isDeviceIdentity)) return undefined;
  const products = await productsOf(prisma, devices);
  const named = devices.flatMap(({ productKey, deviceName }) => {
    const product = products.get(productKey);
    return product ? [{ productID: product.productID, deviceName }] : [];
  });
  return named.length === devices.length ? named : undefined;
};
