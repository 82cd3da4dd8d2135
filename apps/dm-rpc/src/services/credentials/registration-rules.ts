/** Which products let their devices register themselves. */
import type { Transaction } from '../../transaction';
import { noProduct } from '../../wire/errors';

export type RegisterOutcome =
  'REGISTERED' | 'REGISTRATION_OFF' | 'DEVICE_UNKNOWN' | 'ALREADY_ACTIVE' | 'DEVICE_DISABLED' | 'TOO_MANY_TOKENS';

/** `ProductInfo.autoRegister` from which devices that exist may fetch their secret, and from which they are also created. */
const EXISTING_DEVICES = 2;
const NEW_DEVICES = 3;
/** `ProductInfo.status`. */
const DISABLED = 2;

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
  if (product.autoRegister < (createsDevices ? NEW_DEVICES : EXISTING_DEVICES)) return 'REGISTRATION_OFF';
  return product.status === DISABLED ? 'DEVICE_DISABLED' : undefined;
};
