/** Which products let their devices register themselves. */
import { AutoRegister, ProductStatus } from '@alink/contract';
import type { Transaction } from '../../transaction';
import { noProduct } from '../../wire/errors';

export type RegisterOutcome =
  'REGISTERED' | 'REGISTRATION_OFF' | 'DEVICE_UNKNOWN' | 'ALREADY_ACTIVE' | 'DEVICE_DISABLED' | 'TOO_MANY_TOKENS';

/**
 * Why no device of the product may register; undefined when they may.
 * @param createsDevices whether the registration also creates devices
 * @throws {RpcError} 100009 when there is no such product
 */
export const productRefusal = async (
  tx: Transaction,
  productID: string,
  createsDevices: boolean,
): Promise<RegisterOutcome | undefined> => {
  const product = await tx.product.findUnique({
    where: { productID },
    select: { autoRegister: true, status: true },
  });
  if (!product) throw noProduct(productID);
  // Each way of the enumeration allows all that those before it do.
  if (product.autoRegister < (createsDevices ? AutoRegister.create : AutoRegister.existing)) return 'REGISTRATION_OFF';
  return product.status === ProductStatus.disabled ? 'DEVICE_DISABLED' : undefined;
};
