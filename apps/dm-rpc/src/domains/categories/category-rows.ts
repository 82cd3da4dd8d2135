/** Categories in the database: where they stand, which devices are in them, and what becomes of their products. */
import type { PrismaClient } from '@alink/db';
import type { Transaction } from '../../transaction';
import { notFound } from '../../wire/errors';
import { NOT_CLASSIFIED, ROOT } from './category-record';

export const noCategory = (id: bigint | string) => notFound(`product category ${id}`);

/**
 * The path of a category, which stays as it is until the transaction ends; empty of the root.
 * @throws {RpcError} 100009 when there is none
 */
export const requireCategoryPath = async (tx: Transaction, id: bigint): Promise<string> => {
  if (id === ROOT) return '';
  const [row] = await tx.$queryRaw<{ id_path: string }[]>`
    SELECT id_path FROM product_category WHERE id = ${id} FOR SHARE`;
  if (!row) throw noCategory(id);
  return row.id_path;
};

/** @throws {RpcError} 100009 when a product cannot be in it: there is none of this id */
export const requireCategory = async (tx: Transaction, id: bigint): Promise<void> => {
  if (id !== NOT_CLASSIFIED) await requireCategoryPath(tx, id);
};

/** Devices of the products in these categories and below each, by category. */
export const countDevices = async (
  prisma: Pick<PrismaClient, '$queryRaw'>,
  ids: readonly bigint[],
): Promise<ReadonlyMap<bigint, number>> => {
  if (ids.length === 0) return new Map();
  const rows = await prisma.$queryRaw<{ id: bigint; devices: bigint }[]>`
    SELECT c.id, count(*) AS devices
    FROM product_category c
    JOIN product_category below ON starts_with(below.id_path, c.id_path)
    JOIN product p ON p.category_id = below.id
    JOIN device d ON d.product_id = p.product_id
    WHERE c.id = ANY(${ids}::bigint[]) GROUP BY c.id`;
  return new Map(rows.map(({ id, devices }) => [id, Number(devices)]));
};

/**
 * Deletes a category with those below it.
 * @returns the products that were in them, which are not classified any more
 */
export const deleteCategories = async (tx: Transaction, id: bigint, idPath: string) => {
  const gone = await tx.productCategory.findMany({
    where: { idPath: { startsWith: idPath } },
    select: { id: true },
  });
  const ids = gone.map((row) => row.id);
  const products = await tx.product.findMany({
    where: { categoryID: { in: ids } },
    select: { productID: true },
    orderBy: { productID: 'asc' },
  });
  await tx.product.updateMany({ where: { categoryID: { in: ids } }, data: { categoryID: NOT_CLASSIFIED } });
  await tx.categoryDefinition.deleteMany({ where: { categoryID: { in: ids } } });
  await tx.productCategory.delete({ where: { id } });
  return { categories: ids.length, productIDs: products.map(({ productID }) => productID) };
};
