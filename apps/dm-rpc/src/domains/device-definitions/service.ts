/** Definitions of single devices: the part of `dm.DeviceManage` that is about them. */
import type { services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import type { AuditAction } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { findDevice } from '../../services/device-msg/find-device';
import { requireDevice } from '../../services/device-manage/device-record';
import { lockDevice } from '../../services/lock-device';
import { modelTsl } from '../../services/product-manage/product-tsl';
import { modelOf, SCHEMA_ORDER } from '../../services/product-manage/schema-record';
import type { Transaction } from '../../transaction';
import { badParameter, duplicate, thingModelFault, unknownDevice } from '../../wire/errors';
import { requireText } from '../../wire/fields';
import { commonBy, requireCommon } from '../definitions/take-over';
import { listOwn } from './list-own';
import { ownBeyond, OWN_ORDER } from './own-definitions';
import {
  changedOwnRow,
  meansCommon,
  newOwnRow,
  newTakenRow,
  takenOver,
  type OwnData,
  type OwnInput,
} from './own-record';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  | 'deviceSchemaCreate'
  | 'deviceSchemaMultiCreate'
  | 'deviceSchemaUpdate'
  | 'deviceSchemaMultiDelete'
  | 'deviceSchemaIndex'
  | 'deviceSchemaTslRead'
>;

/** The device whose definitions are changed, with both parts of its model. */
interface Changing {
  readonly tx: Transaction;
  readonly deviceID: bigint;
  /** Identifiers that its model has. */
  readonly known: ReadonlySet<string>;
}

/** A definition, and where it stands in the request. */
interface PlacedOwn {
  readonly field: string;
  readonly info: OwnInput;
  /** Where it stands among the device's, unless it says so itself. */
  readonly order: number;
}

export const deviceDefinitionHandlers = (context: DmContext): Methods => {
  const { prisma, audit, changes } = context;

  /** @throws {RpcError} 100006 where the definitions of device and product make no model together */
  const checkWhole = async (tx: Transaction, { productID }: DeviceCore, deviceID: bigint, field: string) => {
    const ofProduct = await tx.schemaEntry.findMany({ where: { productID } });
    const own = await tx.deviceDefinition.findMany({ where: { deviceID } });
    try {
      modelOf([...ofProduct, ...ownBeyond(ofProduct, own, productID)]);
    } catch (error) {
      throw thingModelFault(field, error);
    }
    return own.length;
  };

  /**
   * @param change its result are the identifiers that it is about; none when nothing had to be changed
   * @throws {RpcError} 100006 when there is no such device
   */
  const changeModel = async (
    call: CallContext,
    names: DeviceCore,
    action: AuditAction,
    field: string,
    change: (changing: Changing) => Promise<readonly string[]>,
  ): Promise<void> => {
    const device = requireDevice(names);
    const hasChanged = await audit.transact(call, async (tx, note) => {
      const deviceID = await lockDevice(tx, device);
      if (deviceID === undefined) throw unknownDevice(device);
      const select = { identifier: true } as const;
      const { productID } = device;
      const ofProduct = await tx.schemaEntry.findMany({ where: { productID }, select });
      const own = await tx.deviceDefinition.findMany({ where: { deviceID }, select });
      const known = new Set([...ofProduct, ...own].map(({ identifier }) => identifier));
      const identifiers = await change({ tx, deviceID, known });
      if (identifiers.length === 0) return false;
      const count = await checkWhole(tx, device, deviceID, field);
      await tx.$executeRaw`
        UPDATE device SET schema_revision = CASE WHEN ${count > 0} THEN gen_random_uuid() END WHERE id = ${deviceID}`;
      note(action, device, { identifiers });
      return true;
    });
    if (hasChanged) await changes.deviceSchemasChanged([device]);
  };

  /** Adds what the model has not; what it has stays as it is. */
  const add = async ({ tx, deviceID, known }: Changing, rows: readonly OwnData[]): Promise<string[]> => {
    const added = rows.filter(({ identifier }) => !known.has(identifier));
    const identifiers = added.map(({ identifier }) => identifier);
    const twice = identifiers.find((identifier, i) => identifiers.indexOf(identifier) !== i);
    if (twice !== undefined) throw duplicate(`identifier ${twice}`);
    await tx.deviceDefinition.createMany({ data: added.map((row) => ({ ...row, deviceID })) });
    return identifiers;
  };

  /**
   * Rows of those that the model has not; what it has is not even looked at.
   * @throws {RpcError} 100009 for one that shall be a common definition, and is none
   */
  const rowsOf = async ({ tx, known }: Changing, list: readonly PlacedOwn[]): Promise<OwnData[]> => {
    const wanted = list.filter(({ info }) => !known.has(info.identifier));
    const named = wanted.filter(({ info }) => meansCommon(info)).map(({ info }) => info.identifier);
    const common = await commonBy(tx, named);
    return wanted.map(({ field, info, order }) =>
      meansCommon(info) ? newTakenRow(field, requireCommon(common, field, info), info) : newOwnRow(field, info, order),
    );
  };

  return {
    async deviceSchemaCreate(info, call) {
      requireText('identifier', info.identifier);
      await changeModel(call, info, 'schema.create', 'affordance', async (changing) =>
        add(changing, await rowsOf(changing, [{ field: '', info, order: 1 }])),
      );
      return {};
    },

    async deviceSchemaMultiCreate({ list, identifiers, ...names }, call) {
      if (list.length + identifiers.length === 0) throw badParameter('list', 'must not be empty, or identifiers');
      const placed = list.map((info, i) => ({ field: `list[${i}]`, info, order: i + 1 }));
      for (const { field, info } of placed) requireText(`${field}.identifier`, info.identifier);
      await changeModel(call, names, 'schema.create', 'list', async (changing) => {
        const common = await commonBy(changing.tx, identifiers);
        const missing = identifiers.find((identifier) => !common.has(identifier));
        if (missing !== undefined) throw badParameter('identifiers', `names ${missing}, no common definition`);
        return add(changing, [...[...common.values()].map(takenOver), ...(await rowsOf(changing, placed))]);
      });
      return {};
    },

    async deviceSchemaUpdate(info, call) {
      const identifier = requireText('identifier', info.identifier);
      await changeModel(call, info, 'schema.update', 'affordance', async ({ tx, deviceID }) => {
        const where = { deviceID_identifier: { deviceID, identifier } };
        const row = await tx.deviceDefinition.findUnique({ where });
        if (!row) throw badParameter('identifier', `names ${identifier}, no definition of the device's own`);
        await tx.deviceDefinition.update({ where, data: changedOwnRow(info, row) });
        return [identifier];
      });
      return {};
    },

    async deviceSchemaMultiDelete({ identifiers, ...names }, call) {
      await changeModel(call, names, 'schema.delete', 'identifiers', async ({ tx, deviceID }) => {
        const where = { deviceID, ...(identifiers.length > 0 && { identifier: { in: identifiers } }) };
        const rows = await tx.deviceDefinition.findMany({ where, select: { identifier: true } });
        await tx.deviceDefinition.deleteMany({ where });
        return rows.map(({ identifier }) => identifier);
      });
      return {};
    },

    deviceSchemaIndex: (request) => listOwn(prisma, request),

    /** Without `withProductSchema` only its own: unitedrhino's clients add the product's themselves. */
    async deviceSchemaTslRead({ withProductSchema, ...names }) {
      const { id: deviceID, productID } = await findDevice({ prisma }, names);
      const [ofProduct, own] = await Promise.all([
        prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER }),
        prisma.deviceDefinition.findMany({ where: { deviceID }, orderBy: OWN_ORDER }),
      ]);
      const beyond = ownBeyond(ofProduct, own, productID);
      return { tsl: modelTsl(withProductSchema ? [...ofProduct, ...beyond] : beyond, productID) };
    },
  };
};
