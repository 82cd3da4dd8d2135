/** `alink.Desired`: what properties of a device shall be, as applications set and read it. */
import type { JsonObject, services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { elementOf } from '@alink/thing-model';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { requireDevice } from '../../services/device-manage/device-record';
import { findDevice } from '../../services/device-msg/find-device';
import { findTarget, refuseRejected } from '../../services/device-interact/command-target';
import type { ProductModel } from '../../services/product-manage/compiled-models';
import { requireLockedDevice } from '../../services/lock-device';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import { jsonObject, requireText } from '../../wire/fields';
import type { DesiredPush } from './push';
import { deleteValues, readVersions, setValues, type Versions } from './store';

/** As many as one message to a device may have (Alibaba Cloud IoT documentation, "Limits"). */
const MAX_VALUES = 200;
const MAX_DATA = 1024 * 1024;

type Given = Readonly<Record<string, string>>;

const told = (versions: Versions): Record<string, string> =>
  Object.fromEntries([...versions].map(([identifier, version]) => [identifier, String(version)]));

const requireCount = (field: string, identifiers: readonly string[]): void => {
  if (identifiers.length === 0) throw badParameter(field, 'must name a property');
  if (identifiers.length > MAX_VALUES) throw badParameter(field, `must name at most ${MAX_VALUES} properties`);
};

/** @throws {RpcError} 100006 naming the first version that is another one, or that of a property which is not concerned */
const requireVersions = async (
  tx: Transaction,
  deviceID: bigint,
  identifiers: readonly string[],
  given: Given,
): Promise<void> => {
  const present = await readVersions(tx, deviceID, identifiers);
  for (const [identifier, version] of Object.entries(given)) {
    const field = `versions.${identifier}`;
    if (!identifiers.includes(identifier)) throw badParameter(field, 'is that of a property which is not named');
    const found = present.get(identifier) ?? 0n;
    if (found !== BigInt(version)) throw badParameter(field, `is ${version}, but the present one is ${found}`);
  }
};

/** What is set and what is deleted: in a setting, null deletes. */
const split = (data: JsonObject): { values: JsonObject; deleted: string[] } => {
  const entries = Object.entries(data);
  return {
    values: Object.fromEntries(entries.filter(([, value]) => value !== null)),
    deleted: entries.filter(([, value]) => value === null).map(([identifier]) => identifier),
  };
};

/**
 * What may be wished: whole properties that may be written ("Alibaba Cloud IoT documentation, 'SetDeviceDesiredProperty'").
 * @throws {RpcError} 100006 naming the value
 */
const checked = ({ model, properties }: ProductModel, values: JsonObject): JsonObject => {
  for (const identifier of Object.keys(values)) {
    const property = properties.get(identifier);
    if (property?.accessMode === 'r') throw badParameter(`data.${identifier}`, 'is a property that is only read');
    const element = property ? undefined : elementOf(identifier);
    if (element && properties.has(element.array)) {
      throw badParameter(`data.${identifier}`, `is one element: devices are told whole arrays, set ${element.array}`);
    }
  }
  const { accepted, rejected } = model.checkSettings(values);
  refuseRejected('data', rejected);
  return accepted as JsonObject;
};

export const desiredHandlers = (context: DmContext, push: DesiredPush): Handlers<typeof services.desired> => {
  const { prisma, audit, models, now } = context;

  /** The model as it stays until the transaction ends: what goes with a property may not come after it. */
  const lockedModel = async (tx: Transaction, productID: string): Promise<ProductModel> => {
    await tx.$queryRaw`SELECT FROM product WHERE product_id = ${productID} FOR SHARE`;
    const select = { productID: true, schemaRevision: true, protocolConf: true };
    return models.of(await tx.product.findUniqueOrThrow({ where: { productID }, select }), tx);
  };

  return {
    async set(request, call) {
      const { device } = await findTarget(context, request);
      const names: DeviceCore = { productID: device.productID, deviceName: device.deviceName };
      const data = jsonObject('data', requireText('data', request.data, MAX_DATA)) as JsonObject;
      const identifiers = Object.keys(data);
      requireCount('data', identifiers);
      const { values: wished, deleted } = split(data);
      const versions = await audit.transact(call, async (tx, note) => {
        const values = checked(await lockedModel(tx, device.productID), wished);
        const deviceID = await requireLockedDevice(tx, names);
        await requireVersions(tx, deviceID, identifiers, request.versions);
        note('desired.set', names, { identifiers });
        const written = await setValues(tx, deviceID, values, now());
        const rest = await deleteValues(tx, deviceID, deleted, now());
        return new Map([...written, ...rest]);
      });
      const isSent = await push.sendIfOnline(names, { identifiers: Object.keys(wished), user: call.user });
      return { versions: told(versions), isSent: isSent && Object.keys(wished).length > 0 };
    },

    async read(request) {
      const { id: deviceID } = await findDevice({ prisma }, request);
      const { identifiers, withDeleted } = request;
      const rows = await prisma.desiredValue.findMany({
        where: {
          deviceID,
          ...(identifiers.length > 0 && { identifier: { in: identifiers } }),
          ...(!withDeleted && { value: { not: null } }),
        },
        orderBy: { identifier: 'asc' },
      });
      return {
        list: rows.map(({ identifier, value, version, isWaiting, updatedAt }) => ({
          identifier,
          value: value ?? '',
          version: version.toString(),
          isWaiting,
          updatedAt: updatedAt.toString(),
        })),
      };
    },

    async delete(request, call) {
      const names = requireDevice(request);
      const { identifiers } = request;
      requireCount('identifiers', identifiers);
      return audit.transact(call, async (tx, note) => {
        const deviceID = await requireLockedDevice(tx, names);
        await requireVersions(tx, deviceID, identifiers, request.versions);
        const versions = await deleteValues(tx, deviceID, identifiers, now());
        if (versions.size > 0) note('desired.delete', names, { identifiers: [...versions.keys()] });
        return { versions: told(versions) };
      });
    },
  };
};
