/** Thing models, definition by definition. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { AuditDetail } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { asTakenOver } from '../../domains/definitions/common-record';
import { asMeant, changeOfTaken, commonBy, type PlacedInfo } from '../../domains/definitions/take-over';
import { Tag, tagOf } from '../../domains/definitions/tags';
import type { Transaction } from '../../transaction';
import { badParameter, duplicate, noProduct, thingModelFault, unknownDefinition } from '../../wire/errors';
import { requireProductID, requireText } from '../../wire/fields';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { modelChanger } from './change-model';
import { schemaFilters } from './schema-filter';
import { changedSchemaRow, modelOf, newSchemaRow, schemaInfo, type SchemaInput, type SchemaRow } from './schema-record';

type Methods = Pick<
  Handlers<typeof services.productManage>,
  | 'productSchemaCreate'
  | 'productSchemaMultiCreate'
  | 'productSchemaUpdate'
  | 'productSchemaDelete'
  | 'productSchemaIndex'
>;

const SORT = { order: 'order', identifier: 'identifier', name: 'name', type: 'type' } as const;

export const productSchemaHandlers = (context: DmContext): Methods => {
  const { prisma } = context;
  const filters = schemaFilters(prisma);
  const changeModel = modelChanger(context);

  /**
   * @param given none of which is in the model yet
   * @throws {RpcError} 100009 for one that shall be a common definition, and is none
   */
  const addTo = async (
    tx: Transaction,
    productID: string,
    existing: readonly SchemaRow[],
    given: readonly PlacedInfo[],
  ): Promise<AuditDetail> => {
    const infos = await asMeant(tx, given);
    const taken = new Set<string>();
    const rows = infos.map(({ field, info }, i) => {
      if (info.productID && info.productID !== productID) {
        throw badParameter(`${field}.productID`, 'is that of another product');
      }
      const row = newSchemaRow(field, info, productID, existing.length + i + 1);
      if (taken.has(row.identifier)) throw duplicate(`${field}.identifier ${row.identifier}`);
      taken.add(row.identifier);
      return row;
    });
    checkWhole([...existing, ...rows], infos[0]?.field ?? 'list');
    await tx.schemaEntry.createMany({ data: rows });
    return { identifiers: rows.map((row) => row.identifier) };
  };

  /** @throws {RpcError} 100006 for an identifier that no common definition has */
  const takenOver = async (
    tx: Transaction,
    identifiers: readonly string[],
    productID: string,
  ): Promise<PlacedInfo[]> => {
    const common = await commonBy(tx, identifiers);
    return [...new Set(identifiers)].map((identifier, i) => {
      const row = common.get(identifier);
      if (!row) throw badParameter(`identifiers[${i}]`, `names ${identifier}, no common definition`);
      return { field: `identifiers[${i}]`, info: asTakenOver(row, productID) };
    });
  };

  const checkWhole = (rows: readonly Omit<SchemaRow, 'extra'>[], field: string): void => {
    try {
      modelOf(rows);
    } catch (error) {
      throw thingModelFault(field, error);
    }
  };

  const requireInfo = (info: SchemaInput | null): SchemaInput => {
    if (!info) throw badParameter('info', 'must be set');
    requireProductID('info.productID', info.productID);
    requireText('info.identifier', info.identifier);
    return info;
  };

  return {
    async productSchemaCreate({ info: given }, call) {
      const info = requireInfo(given);
      const { productID, identifier } = info;
      await changeModel(call, productID, 'schema.create', async (tx) => {
        const existing = await tx.schemaEntry.findMany({ where: { productID } });
        if (existing.some((row) => row.identifier === identifier)) throw duplicate(`info.identifier ${identifier}`);
        return addTo(tx, productID, existing, [{ field: 'info', info }]);
      });
      return {};
    },

    /** Adds what is not there yet; what is stays as it is. */
    async productSchemaMultiCreate({ productID, list, identifiers }, call) {
      if (list.length + identifiers.length === 0) throw badParameter('list', 'must not be empty, or identifiers');
      await changeModel(call, productID, 'schema.create', async (tx) => {
        const existing = await tx.schemaEntry.findMany({ where: { productID } });
        const known = new Set(existing.map((row) => row.identifier));
        const placed = [
          ...(await takenOver(tx, identifiers, productID)),
          ...list.map((info, i) => ({ field: `list[${i}]`, info })),
        ];
        const added = placed.filter(({ info }) => !known.has(info.identifier));
        return added.length > 0 ? addTo(tx, productID, existing, added) : undefined;
      });
      return {};
    },

    async productSchemaUpdate({ info: given }, call) {
      const info = requireInfo(given);
      const { productID, identifier } = info;
      await changeModel(call, productID, 'schema.update', async (tx) => {
        const row = await tx.schemaEntry.findUnique({ where: { productID_identifier: { productID, identifier } } });
        if (!row) throw unknownDefinition(productID, identifier);
        const tag = tagOf(row);
        if (info.tag !== '0' && info.tag !== tag) throw badParameter('info.tag', 'cannot be changed');
        await tx.schemaEntry.update({
          where: { productID_identifier: { productID, identifier } },
          data: changedSchemaRow('info', tag === Tag.own ? info : changeOfTaken(info), row),
        });
        return { identifier };
      });
      return {};
    },

    async productSchemaDelete({ productID, identifier }, call) {
      requireText('identifier', identifier);
      await changeModel(call, productID, 'schema.delete', async (tx) => {
        const row = await tx.schemaEntry.findUnique({ where: { productID_identifier: { productID, identifier } } });
        if (!row) throw unknownDefinition(productID, identifier);
        if (tagOf(row) === Tag.required) throw badParameter('identifier', "is required by the product's category");
        await tx.schemaEntry.delete({ where: { productID_identifier: { productID, identifier } } });
        return { identifier };
      });
      return {};
    },

    async productSchemaIndex(request) {
      const productID = requireProductID('productID', request.productID);
      if (!(await prisma.product.findUnique({ where: { productID }, select: { productID: true } }))) {
        throw noProduct(productID);
      }
      const where = { AND: await conditionsOf(filters, request) };
      const [rows, total] = await Promise.all([
        prisma.schemaEntry.findMany({
          where,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [{ order: 'asc' }, { identifier: 'asc' }]),
        }),
        prisma.schemaEntry.count({ where }),
      ]);
      return { list: rows.map(schemaInfo), total };
    },
  };
};
