/**
 * Gateway devices behind foreign nodes attach sub-devices, have them registered, and tell which they have found, in
 * unitedrhino's form and by its rules. Nothing of it is audited: it is not a person that does it.
 */
import { alinkCodes, type RefusedSubDevice } from '@alink/alink';
import { AutoRegister, Code, DeviceType } from '@alink/contract';
import type { Note } from '../../../audit/audit-log';
import { deviceKey, type DeviceCore } from '../../../device-core';
import { distinct } from '../../../distinct';
import { attachments } from '../../../domains/topology/attachments';
import { readAskers, type Asker as GatewayDevice } from '../../../domains/topology/askers';
import { keepFound } from '../../../domains/topology/found-report';
import { subDevicesOf } from '../../../domains/topology/read-topology';
import { registrations } from '../../../domains/topology/registration';
import { badParameter, duplicate, isUniqueViolation, noDevice, unknownProduct } from '../../../wire/errors';
import { DONE, type Answer } from '../answer';
import { devicesIn, payloadOf, signedDevicesIn, type ToldDevice } from '../gateway-devices';
import type { Asker, QuestionContext, QuestionKind } from '../question-kind';

const unaudited: Note = () => undefined;

const TOPOLOGY = { handle: 'gateway', type: 'topo' } as const;

const told = (devices: readonly DeviceCore[]): Answer => ({ code: Code.ok, payload: payloadOf(devices) });

/** Those that are attached to none; others are passed over, and named all the same. */
export const bindSubDevices: QuestionKind = {
  ...TOPOLOGY,
  method: 'bind',
  isSecret: true,
  async answer({ device, message }, context) {
    const devices = devicesIn(message);
    const signed = signedDevicesIn(message);
    const { attachFree, tell } = attachments(context);
    const changed = await context.prisma
      .$transaction((tx) => attachFree(tx, unaudited, coreOf(device), devices, signed))
      .catch((error: unknown) => {
        // Somebody else has created it at this moment.
        throw isUniqueViolation(error) ? duplicate('a device of the list') : error;
      });
    await tell(coreOf(device), true, changed);
    return told(devices);
  },
};

export const unbindSubDevices: QuestionKind = {
  ...TOPOLOGY,
  method: 'unbind',
  async answer({ device, message }, context) {
    const devices = devicesIn(message);
    const { detach, tell } = attachments(context);
    const detached = await context.prisma.$transaction((tx) => detach(tx, unaudited, coreOf(device), devices));
    await tell(coreOf(device), true, { attached: [], detached });
    return told(devices);
  },
};

export const topology: QuestionKind = {
  ...TOPOLOGY,
  method: 'getTopo',
  async answer({ device }, { prisma }) {
    const { list } = await subDevicesOf(prisma, device);
    return told(list.map(({ productID, deviceName }) => ({ productID, deviceName, code: Code.ok })));
  },
};

/** Each stands by itself; the code is that of the last that is refused. */
export const registerSubDevices: QuestionKind = {
  ...TOPOLOGY,
  method: 'register',
  isSecret: true,
  async answer({ device, message }, context) {
    const devices = distinct(devicesIn(message), deviceKey);
    if (devices.length === 0) throw badParameter('payload.devices', 'must not be empty');
    const products = await productsOf(context, devices);
    const closed = [...products.values()].find(({ autoRegister }) => autoRegister < AutoRegister.create);
    if (closed) throw badParameter('payload.devices', `${closed.productID} has no devices made automatically`);
    const keyOf = (productID: string): string => products.get(productID)!.productKey;
    const identities = devices.map(({ productID, deviceName }) => ({ productKey: keyOf(productID), deviceName }));
    const asker = await gatewayOf(context, device);
    const { registered, refused } = await registrations(context)(asker, identities, true);
    const list = devices.map((one): ToldDevice => {
      const isOne = (other: { productKey: string; deviceName: string }): boolean =>
        other.productKey === keyOf(one.productID) && other.deviceName === one.deviceName;
      const refusal = refused.find(isOne);
      if (refusal) return { ...one, ...refusalOf(refusal) };
      return { ...one, deviceSecret: registered.find(isOne)?.deviceSecret, code: Code.ok, msg: 'success' };
    });
    const last = list.findLast(({ code }) => code !== Code.ok);
    return { code: last?.code ?? Code.ok, ...(last && { msg: last.msg }), payload: payloadOf(list) };
  },
};

/** What was found before is forgotten. */
export const foundSubDevices: QuestionKind = {
  ...TOPOLOGY,
  method: 'found',
  async answer({ device, message }, context) {
    const devices = devicesIn(message);
    const asker = await gatewayOf(context, device);
    if (asker.deviceType !== DeviceType.gateway) {
      throw badParameter('productID', `${device.productID} is no product of gateway devices`);
    }
    const products = await productsOf(context, devices);
    const other = devices.find(({ productID }) => products.get(productID)!.deviceType !== DeviceType.subDevice);
    if (other) throw badParameter('payload.devices', `${other.productID} is no product of sub-devices`);
    const identities = devices.map(({ productID, deviceName }) => {
      return { productKey: products.get(productID)!.productKey, deviceName };
    });
    const { code } = await keepFound(context, asker, identities);
    if (code !== 200) throw badParameter('payload.devices', 'names a device that cannot be');
    return DONE;
  },
};

const coreOf = ({ productID, deviceName }: DeviceCore): DeviceCore => ({ productID, deviceName });

const gatewayOf = async ({ prisma }: QuestionContext, device: Asker): Promise<GatewayDevice> => {
  const asker = (await readAskers(prisma, [device])).get(deviceKey(device));
  if (!asker) throw noDevice(device);
  return asker;
};

/** Why a device is not registered: in Alink, and as unitedrhino says it. */
const CODES: Readonly<Partial<Record<number, Code>>> = {
  500: Code.system,
  6100: Code.notFound,
  6204: Code.notEnabled,
  6619: Code.alreadyBound,
};

const refusalOf = ({ code, message }: RefusedSubDevice): { code: Code; msg: string } => ({
  code: CODES[code] ?? Code.parameter,
  msg: message ?? (alinkCodes as Readonly<Partial<Record<number, string>>>)[code] ?? 'it cannot be registered',
});

interface ProductRow {
  readonly productID: string;
  readonly productKey: string;
  readonly deviceType: number;
  readonly autoRegister: number;
}

/** @throws {RpcError} 100006 where one does not exist */
const productsOf = async (
  { prisma }: QuestionContext,
  devices: readonly DeviceCore[],
): Promise<ReadonlyMap<string, ProductRow>> => {
  const productIDs = [...new Set(devices.map(({ productID }) => productID))];
  const rows = await prisma.product.findMany({
    where: { productID: { in: productIDs } },
    select: { productID: true, productKey: true, deviceType: true, autoRegister: true },
  });
  const products = new Map(rows.map((row) => [row.productID, row]));
  const missing = productIDs.find((productID) => !products.has(productID));
  if (missing !== undefined) throw unknownProduct(missing, 'payload.devices');
  return products;
};
