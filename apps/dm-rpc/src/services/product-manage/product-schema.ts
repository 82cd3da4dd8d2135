/** Thing models: definitions one by one, and whole documents. */
import { DefinitionType, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { CallContext, Handlers } from '@alink/rpc';
import { affordanceOf, definitionsOf, importThingModel, type ThingModel } from '@alink/thing-model';
import type { AuditAction, AuditDetail } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { badParameter, duplicate, noProduct, notFound, thingModelFault } from '../../wire/errors';
import { requireProductID, requireText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { orderOf, pageOf } from '../../wire/paging';
import { containing, literal } from '../../wire/search';
import { refusePublished, requireLockedProduct } from '../lock-product';
import { productTsl } from './product-tsl';
import { changedSchemaRow, modelOf, newSchemaRow, schemaInfo, type SchemaInput, type SchemaRow } from './schema-record';

type Methods = Pick<
  Handlers<typeof services.productManage>,
  | 'productSchemaCreate'
  | 'productSchemaMultiCreate'
  | 'productSchemaUpdate'
  | 'productSchemaDelete'
  | 'productSchemaIndex'
  | 'productSchemaTslImport'
  | 'productSchemaTslRead'
>;

/** Letters in a document at most. */
const MAX_TSL_LENGTH = 1024 * 1024;

const SORT = { order: 'order', identifier: 'identifier', name: 'name', type: 'type' } as const;

const readDocument = (tsl: string): ThingModel => {
  if (tsl.length > MAX_TSL_LENGTH) throw badParameter('tsl', `must have at most ${MAX_TSL_LENGTH} characters`);
  try {
    return importThingModel(tsl).model;
  } catch (error) {
    throw thingModelFault('tsl', error);
  }
};

const inSchemaFilter = (
  request: RequestOf<typeof services.productManage, 'productSchemaIndex'>,
): Prisma.SchemaEntryWhereInput => {
  const types = [...request.types, request.type].map(Number).filter((type) => type !== 0);
  return {
    productID: request.productID,
    ...(types.length > 0 && { type: { in: types } }),
    ...(request.name && { name: containing(request.name) }),
    AND: [
      ...(request.identifiers.length > 0 ? [{ identifier: { in: request.identifiers } }] : []),
      ...(request.identifier ? [{ identifier: { contains: literal(request.identifier) } }] : []),
      ...(request.propertyMode
        ? [{ type: DefinitionType.property, affordance: { contains: literal(`"mode":"${request.propertyMode}"`) } }]
        : []),
    ],
  };
};

export const productSchemaHandlers = ({ prisma, changes, audit }: DmContext): Methods => {
  const requireProduct = async (productID: string): Promise<void> => {
    requireProductID('productID', productID);
    if (!(await prisma.product.findUnique({ where: { productID }, select: { productID: true } }))) {
      throw noProduct(productID);
    }
  };

  /** Changes a model as a whole: changes of one product take turns, and what comes out is checked before it is kept. */
  const changeModel = async (
    call: CallContext,
    productID: string,
    action: AuditAction,
    change: (tx: Transaction) => Promise<AuditDetail>,
  ): Promise<void> => {
    requireProductID('productID', productID);
    await audit.transact(call, async (tx, note) => {
      refusePublished(await requireLockedProduct(tx, productID), 'thing model');
      note(action, { productID }, await change(tx));
      await tx.$executeRaw`UPDATE product SET schema_revision = gen_random_uuid() WHERE product_id = ${productID}`;
    });
    changes.schemaChanged(productID);
  };

  const addAll = (call: CallContext, productID: string, infos: readonly { field: string; info: SchemaInput }[]) =>
    changeModel(call, productID, 'schema.create', async (tx) => {
      const existing = await tx.schemaEntry.findMany({ where: { productID } });
      const taken = new Set(existing.map((row) => row.identifier));
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
    });

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
      await addAll(call, info.productID, [{ field: 'info', info }]);
      return {};
    },

    async productSchemaMultiCreate({ productID, list, identifiers }, call) {
      if (identifiers.length > 0) throw badParameter('identifiers', 'must be empty: there are no common definitions');
      if (list.length === 0) throw badParameter('list', 'must not be empty');
      await addAll(
        call,
        productID,
        list.map((info, i) => ({ field: `list[${i}]`, info })),
      );
      return {};
    },

    async productSchemaUpdate({ info: given }, call) {
      const info = requireInfo(given);
      const { productID, identifier } = info;
      await changeModel(call, productID, 'schema.update', async (tx) => {
        const row = await tx.schemaEntry.findUnique({ where: { productID_identifier: { productID, identifier } } });
        if (!row) throw notFound(`definition ${identifier} of product ${productID}`);
        await tx.schemaEntry.update({
          where: { productID_identifier: { productID, identifier } },
          data: changedSchemaRow('info', info, row),
        });
        return { identifier };
      });
      return {};
    },

    async productSchemaDelete({ productID, identifier }, call) {
      requireText('identifier', identifier);
      await changeModel(call, productID, 'schema.delete', async (tx) => {
        const { count } = await tx.schemaEntry.deleteMany({ where: { productID, identifier } });
        if (count === 0) throw notFound(`definition ${identifier} of product ${productID}`);
        return { identifier };
      });
      return {};
    },

    async productSchemaIndex(request) {
      await requireProduct(request.productID);
      const where = inSchemaFilter(request);
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

    async productSchemaTslImport({ productID, tsl }, call) {
      const model = readDocument(requireTsl(tsl));
      const rows = definitionsOf(model).map((definition, i) => ({
        ...affordanceOf(definition),
        productID,
        order: i + 1,
      }));
      await changeModel(call, productID, 'schema.import', async (tx) => {
        const { count } = await tx.schemaEntry.deleteMany({ where: { productID } });
        await tx.schemaEntry.createMany({ data: rows });
        return { definitions: rows.length, before: count };
      });
      return {};
    },

    async productSchemaTslRead({ productID }) {
      await requireProduct(productID);
      return { tsl: await productTsl(prisma, productID) };
    },
  };
};

const requireTsl = (tsl: string): string => {
  if (tsl === '') throw badParameter('tsl', 'must not be empty');
  return tsl;
};
