/** `dm.SchemaManage`: definitions that thing models of several products share. */
import type { services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { badParameter, isUniqueViolation } from '../../wire/errors';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { tellModelsChanged } from '../device-definitions/tell';
import { categoryInfo, CHILDREN } from '../categories/category-record';
import { settleModels } from './changed-models';
import { readCommonFile, writeCommonFile } from './common-file';
import { commonFilters } from './common-filter';
import {
  changedCommonRow,
  commonInfo,
  newCommonRow,
  requireInfo,
  type CommonInput,
  type CommonOutput,
} from './common-record';
import { Tag } from './tags';

const SORT = { id: 'id', order: 'order', identifier: 'identifier', name: 'name', type: 'type' } as const;

const takenOver = { OR: [Tag.common, Tag.required].map((tag) => ({ extra: { path: ['tag'], equals: tag } })) };

export const commonDefinitionHandlers = (context: DmContext): Handlers<typeof services.schemaManage> => {
  const { prisma, audit } = context;
  const filters = commonFilters(prisma);

  /** @throws {RpcError} 100006 for what cannot be, and for an identifier that is there */
  const create = async (given: CommonInput | null, call: CallContext): Promise<void> => {
    const info = requireInfo(given);
    const row = newCommonRow(info);
    try {
      await audit.transact(call, async (tx, note) => {
        await tx.commonDefinition.create({ data: row });
        note('definition.create', {}, { identifier: row.identifier });
      });
    } catch (error) {
      throw isUniqueViolation(error) ? badParameter('info.identifier', 'is that of another definition') : error;
    }
  };

  /** The same body in the thing models that have taken it over. @returns their products */
  const follow = async (tx: Transaction, identifier: string): Promise<string[]> => {
    const rows = await tx.$queryRaw<{ product_id: string }[]>`
      UPDATE schema_entry AS entry
      SET name = d.name, required = d.required, "order" = d."order", affordance = d.affordance,
        extra = d.extra || jsonb_build_object('tag', entry.extra ->> 'tag')
      FROM common_definition d
      WHERE d.identifier = ${identifier} AND entry.identifier = d.identifier AND entry.type = d.type
        AND entry.extra ->> 'tag' IN (${Tag.common}, ${Tag.required})
      RETURNING entry.product_id`;
    const productIDs = rows.map((row) => row.product_id).sort();
    await settleModels(tx, productIDs, { field: 'info.affordance' });
    return productIDs;
  };

  const withCategories = async (list: readonly CommonOutput[]): Promise<CommonOutput[]> => {
    const bound = await prisma.categoryDefinition.findMany({
      where: { definitionID: { in: list.map(({ id }) => BigInt(String(id))) } },
    });
    const rows = await prisma.productCategory.findMany({
      where: { id: { in: bound.map(({ categoryID }) => categoryID) } },
      include: CHILDREN,
      orderBy: [{ order: 'asc' }, { id: 'asc' }],
    });
    return list.map((info) => {
      const ids = new Set(
        bound.filter((each) => each.definitionID.toString() === info.id).map((each) => each.categoryID),
      );
      return { ...info, productCategories: rows.filter(({ id }) => ids.has(id)).map((row) => categoryInfo(row)) };
    });
  };

  return {
    commonSchemaInit: async () => ({}),

    async commonSchemaCreate({ info }, call) {
      await create(info, call);
      return {};
    },

    async commonSchemaUpdate({ info: given }, call) {
      const info = requireInfo(given);
      const { identifier } = info;
      const productIDs = await audit.transact(call, async (tx, note) => {
        await tx.$queryRaw`SELECT 1 FROM common_definition WHERE identifier = ${identifier} FOR UPDATE`;
        const row = await tx.commonDefinition.findUnique({ where: { identifier } });
        if (!row) throw badParameter('info.identifier', 'names no common definition');
        await tx.commonDefinition.update({ where: { identifier }, data: changedCommonRow(info, row) });
        const followed = await follow(tx, identifier);
        note('definition.update', {}, { identifier, products: followed });
        return followed;
      });
      await tellModelsChanged(context, productIDs);
      return {};
    },

    async commonSchemaDelete({ id: given }, call) {
      const id = BigInt(given);
      await audit.transact(call, async (tx, note) => {
        const row = await tx.commonDefinition.findUnique({ where: { id } });
        if (!row) throw badParameter('id', 'names no common definition');
        const { identifier } = row;
        const products = await tx.schemaEntry.count({ where: { identifier, ...takenOver } });
        if (products > 0) throw badParameter('id', `is that of ${identifier}, which ${products} thing models have`);
        await tx.commonDefinition.delete({ where: { id } });
        note('definition.delete', {}, { identifier });
      });
      return {};
    },

    async commonSchemaIndex(request) {
      const where = { AND: await conditionsOf(filters, request) };
      const [rows, total] = await Promise.all([
        prisma.commonDefinition.findMany({
          where,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [{ order: 'asc' }, { id: 'asc' }]),
        }),
        prisma.commonDefinition.count({ where }),
      ]);
      const list = rows.map(commonInfo);
      return { list: request.withProductCategory ? await withCategories(list) : list, total };
    },

    async commonSchemaMultiExport({ identifiers }) {
      const rows = await prisma.commonDefinition.findMany({
        where: identifiers.length > 0 ? { identifier: { in: identifiers } } : {},
        orderBy: [{ order: 'asc' }, { id: 'asc' }],
      });
      return { schemas: writeCommonFile(rows) };
    },

    async commonSchemaMultiImport({ schemas }, call) {
      const infos = readCommonFile(schemas);
      const known = await prisma.commonDefinition.findMany({ select: { identifier: true } });
      const taken = new Set(known.map(({ identifier }) => identifier));
      const counts = { errCount: 0, ignoreCount: 0, succCount: 0 };
      for (const info of infos) {
        if (taken.has(info.identifier)) {
          counts.ignoreCount += 1;
          continue;
        }
        try {
          await create(info, call);
          taken.add(info.identifier);
          counts.succCount += 1;
        } catch (err) {
          context.log.warn({ err, identifier: info.identifier }, 'a common definition could not be imported');
          counts.errCount += 1;
        }
      }
      return { total: infos.length, ...counts };
    },
  };
};
