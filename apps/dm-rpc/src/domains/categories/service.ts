/** Categories of products: the part of `dm.ProductManage` that is about them. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { inProject } from '../../services/device-manage/device-filter';
import { duplicate, isUniqueViolation } from '../../wire/errors';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { orderOf, pageOf } from '../../wire/paging';
import { containing } from '../../wire/search';
import { treeOf } from '../../wire/tree';
import { tellModelsChanged } from '../device-definitions/tell';
import { applyCategoryDefinitions } from '../definitions/category-definitions';
import {
  categoryInfo,
  changedCategoryRow,
  CHILDREN,
  newCategoryRow,
  parentOf,
  placeholder,
  type CategoryInput,
  type CategoryOutput,
  type CategoryRow,
} from './category-record';
import { countDevices, deleteCategories, noCategory, requireCategoryPath } from './category-rows';

type ProductManage = typeof services.productManage;
type Methods = Pick<
  Handlers<ProductManage>,
  | 'productCategoryCreate'
  | 'productCategoryUpdate'
  | 'productCategoryDelete'
  | 'productCategoryRead'
  | 'productCategoryIndex'
>;
type Where = Prisma.ProductCategoryWhereInput;

const SORT = { id: 'id', name: 'name', order: 'order', createdTime: 'createdAt' } as const;
const BY_ORDER = [{ order: 'asc' }, { id: 'asc' }] as const;

export const categoryHandlers = ({ prisma, audit, changes }: DmContext): Methods => {
  const filters: FilterTable<RequestOf<ProductManage, 'productCategoryIndex'>, Where> = {
    page: noFilter,
    name: (text) => ({ name: containing(text) }),
    parentID: (id) => ({ parentID: parentOf(BigInt(id)) }),
    ids: (ids) => ({ id: { in: ids.map(BigInt) } }),
    /** Those whose products have devices in that project. */
    projectID: async (id) => {
      const where = { devices: { some: inProject(id) } };
      const rows = await prisma.product.findMany({ where, select: { categoryID: true }, distinct: 'categoryID' });
      return { id: { in: rows.map(({ categoryID }) => categoryID) } };
    },
  };

  const infos = async (rows: readonly CategoryRow[]): Promise<CategoryOutput[]> => {
    const counts = await countDevices(
      prisma,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => categoryInfo(row, counts.get(row.id)));
  };

  const takenName = (error: unknown, { name }: CategoryInput): unknown =>
    isUniqueViolation(error) ? duplicate(`product category ${name}`) : error;

  return {
    async productCategoryCreate(info, call) {
      const data = newCategoryRow(info);
      const parentID = parentOf(BigInt(info.parentID));
      try {
        return await audit.transact(call, async (tx, note) => {
          const above = parentID === null ? '' : await requireCategoryPath(tx, parentID);
          const [next] = await tx.$queryRaw<{ id: bigint }[]>`SELECT nextval('product_category_id_seq') AS id`;
          const { id } = next!;
          await tx.productCategory.create({ data: { ...data, id, parentID, idPath: `${above}${id}-` } });
          note('category.create', {}, { category: id.toString(), name: data.name });
          return { id: id.toString() };
        });
      } catch (error) {
        throw takenName(error, info);
      }
    },

    async productCategoryUpdate(info, call) {
      const id = BigInt(info.id);
      const data = changedCategoryRow(info);
      try {
        await audit.transact(call, async (tx, note) => {
          await requireCategoryPath(tx, id);
          const row = await tx.productCategory.findUnique({ where: { id } });
          if (!row) throw noCategory(info.id);
          await tx.productCategory.update({ where: { id }, data });
          note('category.update', {}, { category: info.id, name: row.name, ...changedFields(row, data) });
        });
      } catch (error) {
        throw takenName(error, info);
      }
      return {};
    },

    async productCategoryDelete({ id: given }, call) {
      const id = BigInt(given);
      const productIDs = await audit.transact(call, async (tx, note) => {
        const row = await tx.productCategory.findUnique({ where: { id } });
        if (!row) throw noCategory(given);
        const gone = await deleteCategories(tx, id, row.idPath);
        await applyCategoryDefinitions(tx, gone.productIDs);
        const { categories } = gone;
        note(
          'category.delete',
          {},
          { category: given, name: row.name, below: categories - 1, products: gone.productIDs },
        );
        return gone.productIDs;
      });
      await tellModelsChanged({ prisma, changes }, productIDs);
      for (const productID of productIDs) changes.productUpdated(productID);
      return {};
    },

    async productCategoryIndex(request) {
      const where = { AND: await conditionsOf(filters, request) };
      const [rows, total] = await Promise.all([
        prisma.productCategory.findMany({
          where,
          include: CHILDREN,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [...BY_ORDER]),
        }),
        prisma.productCategory.count({ where }),
      ]);
      return { list: await infos(rows), total };
    },

    async productCategoryRead({ id, withChildren }) {
      const instead = placeholder(id);
      const row = instead
        ? undefined
        : await prisma.productCategory.findUnique({ where: { id: BigInt(id) }, include: CHILDREN });
      if (row === null) throw noCategory(id);
      const below = withChildren
        ? await prisma.productCategory.findMany({
            where: row ? { idPath: { startsWith: row.idPath }, NOT: { id: row.id } } : {},
            include: CHILDREN,
            orderBy: [...BY_ORDER],
          })
        : [];
      const [top, ...rest] = instead ? [instead, ...(await infos(below))] : await infos([row!, ...below]);
      return treeOf(top!, rest);
    },
  };
};
