/** Which common definitions categories have: the part of `dm.ProductManage` that is about them. */
import type { services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import { tellModelsChanged } from '../device-definitions/tell';
import { idsOf, ROOT } from '../categories/category-record';
import { noCategory, requireCategoryPath } from '../categories/category-rows';
import { applyCategoryDefinitions, productsBelow } from './category-definitions';

type Methods = Pick<
  Handlers<typeof services.productManage>,
  | 'productCategorySchemaIndex'
  | 'productCategorySchemaMultiUpdate'
  | 'productCategorySchemaMultiCreate'
  | 'productCategorySchemaMultiDelete'
>;
type MultiSave = Methods['productCategorySchemaMultiCreate'];

export const categoryDefinitionHandlers = ({ prisma, audit, changes }: DmContext): Methods => {
  /** @throws {RpcError} 100006 naming the first that does not exist */
  const requireDefinitions = async (tx: Transaction, identifiers: readonly string[]): Promise<bigint[]> => {
    const rows = await tx.commonDefinition.findMany({
      where: { identifier: { in: [...identifiers] } },
      select: { id: true, identifier: true },
    });
    const known = new Set(rows.map(({ identifier }) => identifier));
    const missing = identifiers.find((identifier) => !known.has(identifier));
    if (missing !== undefined) throw badParameter('identifiers', `names ${missing}, no common definition`);
    return rows.map(({ id }) => id);
  };

  const add = async (tx: Transaction, categoryID: bigint, definitionIDs: readonly bigint[]) => {
    const data = definitionIDs.map((definitionID) => ({ categoryID, definitionID }));
    await tx.categoryDefinition.createMany({ data, skipDuplicates: true });
  };

  /** @param change of what the category has, before its products follow */
  const changing =
    (change: (tx: Transaction, categoryID: bigint, identifiers: readonly string[]) => Promise<unknown>): MultiSave =>
    async ({ productCategoryID, identifiers }, call: CallContext) => {
      const categoryID = BigInt(productCategoryID);
      const products = await audit.transact(call, async (tx, note) => {
        const idPath = await requireCategoryPath(tx, categoryID);
        await change(tx, categoryID, identifiers);
        const below = await productsBelow(tx, idPath);
        const grown = await applyCategoryDefinitions(tx, below);
        note('category.definitions', {}, { category: productCategoryID, identifiers, products: grown });
        return below;
      });
      await tellModelsChanged({ prisma, changes }, products);
      return {};
    };

  return {
    async productCategorySchemaIndex({ productCategoryID, withFather }) {
      const id = BigInt(productCategoryID);
      const row = id === ROOT || !withFather ? undefined : await prisma.productCategory.findUnique({ where: { id } });
      if (row === null) throw noCategory(productCategoryID);
      const above = row ? [ROOT, ...idsOf(row.idPath).map(BigInt)] : [id];
      const definitions = await prisma.commonDefinition.findMany({
        where: { categories: { some: { categoryID: { in: above } } } },
        select: { identifier: true },
        orderBy: [{ order: 'asc' }, { identifier: 'asc' }],
      });
      return { identifiers: definitions.map(({ identifier }) => identifier) };
    },

    productCategorySchemaMultiCreate: changing(async (tx, categoryID, identifiers) =>
      add(tx, categoryID, await requireDefinitions(tx, identifiers)),
    ),

    productCategorySchemaMultiUpdate: changing(async (tx, categoryID, identifiers) => {
      const ids = await requireDefinitions(tx, identifiers);
      await tx.categoryDefinition.deleteMany({ where: { categoryID, definitionID: { notIn: ids } } });
      await add(tx, categoryID, ids);
    }),

    productCategorySchemaMultiDelete: changing((tx, categoryID, identifiers) =>
      tx.categoryDefinition.deleteMany({
        where: { categoryID, definition: { identifier: { in: [...identifiers] } } },
      }),
    ),
  };
};
