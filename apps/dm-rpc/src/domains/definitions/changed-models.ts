/** Thing models of products that have changed because something they share has. */
import { SCHEMA_ORDER, modelOf } from '../../services/product-manage/schema-record';
import { refusePublished } from '../../services/lock-product';
import type { Transaction } from '../../transaction';
import { thingModelFault } from '../../wire/errors';

interface Settled {
  /** Names the field of the request that a model does not go with. */
  readonly field: string;
  /** Also of products that are published: they have just been made. */
  readonly isNew?: boolean;
}

/**
 * Looks whether the models are whole, and has everyone compile them again.
 * @throws {RpcError} 100006 for a published product, and for a model that cannot be
 */
export const settleModels = async (
  tx: Transaction,
  productIDs: readonly string[],
  { field, isNew = false }: Settled,
): Promise<void> => {
  for (const productID of productIDs) {
    const product = await tx.product.findUniqueOrThrow({
      where: { productID },
      include: { schema: { orderBy: SCHEMA_ORDER } },
    });
    if (!isNew) refusePublished(product, 'thing model');
    try {
      modelOf(product.schema);
    } catch (error) {
      throw thingModelFault(field, error);
    }
  }
  await tx.$executeRaw`
    UPDATE product SET schema_revision = gen_random_uuid() WHERE product_id = ANY(${productIDs}::text[])`;
};
