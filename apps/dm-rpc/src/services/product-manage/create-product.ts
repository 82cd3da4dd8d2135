/** A new product: its row, and what its category gives it. */
import type { Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { requireCategory } from '../../domains/categories/category-rows';
import { applyCategoryDefinitions } from '../../domains/definitions/category-definitions';
import type { Transaction } from '../../transaction';
import { duplicate, isUniqueViolation, violates } from '../../wire/errors';
import { requireSecret } from '../../wire/fields';
import { makeProductSecret } from '../random-names';
import { newProductRow, secretOwner, type ProductInput } from './product-record';

/** What an error of the database says about a product that was to be written. */
export const keyTaken = (error: unknown, productID: string, productKey: string): unknown => {
  if (!isUniqueViolation(error)) return error;
  return productKey !== productID && violates(error, 'product_key')
    ? duplicate(`protocolConf["productID"] ${productKey} of another product`)
    : duplicate(`productID ${productID}`);
};

/**
 * unitedrhino's callers find a product by its name, so a new one has one of its own. No index says so: what is older, and
 * what is renamed, may share one, there as here.
 */
const refuseTakenName = async (tx: Transaction, productID: string, productName: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${productName}, 0))`;
  const where = { productName, NOT: { productID } };
  if (await tx.product.findFirst({ where, select: { productID: true } })) throw duplicate(`productName ${productName}`);
};

/** A product that is ready to be written. */
export interface NewProduct {
  readonly row: ReturnType<typeof newProductRow>;
  /** ProductSecret. */
  readonly secret: string;
}

/** @throws {RpcError} 100006 for what cannot be */
export const newProduct = (info: ProductInput, productID: string): NewProduct => ({
  row: newProductRow(info, productID),
  secret: info.secret ? requireSecret('secret', info.secret) : makeProductSecret(),
});

/** @throws {RpcError} 100010 for a name that is taken, 100009 for a category that does not exist */
export const insertProduct = async (
  { secretBox }: Pick<DmContext, 'secretBox'>,
  tx: Transaction,
  note: Note,
  { row, secret }: NewProduct,
): Promise<void> => {
  const { productID, productName, status } = row;
  await requireCategory(tx, BigInt(row.categoryID ?? 0));
  await refuseTakenName(tx, productID, productName);
  await tx.product.create({ data: { ...row, secret: secretBox.seal(secret, secretOwner(productID)) } });
  await applyCategoryDefinitions(tx, [productID], true);
  note('product.create', { productID }, { productName, status });
};
