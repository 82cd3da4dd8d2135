/** Locks the row of a product until the transaction ends, so that changes of one product take turns. */
import { Code, ProductStatus, PROTOCOL_CODE } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { Transaction } from '../transaction';
import { noProduct } from '../wire/errors';
import type { ProductRow } from './product-manage/product-record';

/** @returns undefined when there is no such product */
export const lockProduct = async (tx: Transaction, productID: string): Promise<ProductRow | undefined> => {
  await tx.$queryRaw`SELECT 1 FROM product WHERE product_id = ${productID} FOR UPDATE`;
  return (await tx.product.findUnique({ where: { productID } })) ?? undefined;
};

/** @throws {RpcError} 100009 when there is no such product */
export const requireLockedProduct = async (tx: Transaction, productID: string): Promise<ProductRow> => {
  const row = await lockProduct(tx, productID);
  if (!row) throw noProduct(productID);
  return row;
};

/**
 * A published product keeps its thing model, its ProductKey and its life: what devices in the field rely on. It is a rule of
 * Alibaba Cloud IoT, so it holds for products of its protocol; to unitedrhino published is no more than "not disabled", and
 * what a product is from the beginning.
 * @param what the change that is refused, as a noun
 * @throws {RpcError} 100006 when the product is published
 */
export const refusePublished = ({ productID, status, protocolCode }: ProductRow, what: string): void => {
  if (status !== ProductStatus.published || protocolCode !== PROTOCOL_CODE) return;
  throw new RpcError(Code.parameter, `product ${productID} is published: unpublish the product first (${what})`);
};
