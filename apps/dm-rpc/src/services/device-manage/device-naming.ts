/** How callers of unitedrhino name a device's product, and what a device is called that nobody has named. */
import type { PrismaClient } from '@alink/db';
import { badParameter, notFound } from '../../wire/errors';
import type { DeviceInput } from './device-record';

/**
 * The device with the productID of its product, where the request has only the product's name.
 * @throws {RpcError} 100009 when no product has the name, 100006 when several have it
 */
export const withProductID = async (prisma: PrismaClient, info: DeviceInput): Promise<DeviceInput> => {
  const { productName } = info;
  if (info.productID || !productName) return info;
  const [product, another] = await prisma.product.findMany({
    where: { productName },
    select: { productID: true },
    take: 2,
  });
  if (!product) throw notFound(`product ${productName}`);
  if (another) throw badParameter('productName', 'is that of several products: productID says which one');
  return { ...info, productID: product.productID };
};

/** Letters of the product's name in an alias. */
const MAX_NAME = 120;
let made = 0;

/** The name of its product and a number below 100, which tells a few devices of a list apart and is no key. */
export const madeAlias = (productName: string): string =>
  `${productName.slice(0, MAX_NAME)}${(made = (made + 1) % 100)}`;
