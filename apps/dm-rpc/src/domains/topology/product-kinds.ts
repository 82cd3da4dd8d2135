/** Operators attach devices of sub-device products to devices of gateway products: nothing else, as in unitedrhino. */
import { Code, DeviceType } from '@alink/contract';
import type { DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { badParameter, noProduct, unknownProduct } from '../../wire/errors';

/** The kind of each of these products, by its id. */
const kindsOf = async (tx: Transaction, productIDs: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.product.findMany({
    where: { productID: { in: [...new Set(productIDs)] } },
    select: { productID: true, deviceType: true },
  });
  return new Map(rows.map(({ productID, deviceType }) => [productID, deviceType]));
};

/**
 * @param missing what the gateway device's product is refused with where there is none: unitedrhino has two codes for it
 * @throws {RpcError} of that code; 100006 for a gateway device whose product is none of gateways, for a device of a product
 *   that does not exist or is none of sub-devices
 */
export const requireKinds = async (
  tx: Transaction,
  gateway: DeviceCore,
  devices: readonly DeviceCore[],
  missing: Code = Code.notFound,
): Promise<void> => {
  const kinds = await kindsOf(
    tx,
    [gateway, ...devices].map(({ productID }) => productID),
  );
  const ofGateway = kinds.get(gateway.productID);
  if (ofGateway === undefined) {
    throw missing === Code.notFound
      ? noProduct(gateway.productID)
      : unknownProduct(gateway.productID, 'gateway.productID');
  }
  if (ofGateway !== DeviceType.gateway) {
    throw badParameter('gateway', `must be of a gateway product: ${gateway.productID} has another deviceType`);
  }
  devices.forEach(({ productID }, i) => {
    const kind = kinds.get(productID);
    if (kind === undefined) throw unknownProduct(productID, `list[${i}].productID`);
    if (kind !== DeviceType.subDevice) {
      throw badParameter(`list[${i}]`, `must be of a sub-device product: ${productID} has another deviceType`);
    }
  });
};
