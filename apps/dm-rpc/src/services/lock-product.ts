/** Locks the row of a product until the transaction ends, so that changes of one product take turns. */
import { Code, ProductStatus } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { Transaction } from '../transaction';
import { noProduct } from '../wire/errors';
import type { ProductRow } from './product-manage/product-record';

/** @throws {RpcError} 100009 when there is no such product */
export const requireLockedProduct = async (tx: Transaction, productID: string): Promise<ProductRow> => {
  await tx.$queryRaw`SELECT 1 FROM product WHERE product_id = ${productID} FOR UPDATE`;
  const row = await tx.product.findUnique({ where: { productID } });
  if (!row) throw noProduct(productID);
  return row;
};

/**
 * A published product keeps its thing model, its ProductKey and its life: what devices in the field rely on.
 * @param what the change that is refused, as a noun
 * @throws {RpcError} 100006 when the product is published
 */
export const refusePublished = ({ productID, status }: ProductRow, what: string): void => {
  if (status !== ProductStatus.published) return;
  throw new RpcError(Code.parameter, `product ${productID} is published: unpublish the product first (${what})`);
};
