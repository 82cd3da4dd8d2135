/** The device that a command is for, and the model that its values are held against. */
import { Code, ProductStatus, PROTOCOL_CODE } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { RpcError, type CallContext } from '@alink/rpc';
import { elementOf, type Property, type Rejection } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { badParameter, noDevice } from '../../wire/errors';
import { requireDevice } from '../device-manage/device-record';
import { byNames, inParts } from '../device-manage/devices-by-name';
import type { ProductModel } from '../product-manage/compiled-models';

const DEFAULT_TIMEOUT_MS = 8000;
const MAX_TIMEOUT_MS = 60_000;
/** What the way back to the caller takes: the answer must be there before its deadline. */
const RETURN_MS = 200;

/** A device as commands are sent to it. */
export interface CommandDevice extends DeviceCore {
  readonly id: bigint;
  /** As it is recorded: a session that has just begun is not known yet. */
  readonly isOnline: boolean;
  /** Of the nodes that hear commands to it. */
  readonly protocolCode: string;
}

export interface CommandTarget extends ProductModel {
  readonly device: CommandDevice;
}

/** A session with a node of ours tells where the device is, whatever its product says. */
const protocolOf = (node: string | null, ofProduct: string): string => (node === null ? ofProduct : PROTOCOL_CODE);

/** What of a device commands need. */
const TARGET_PART = {
  id: true,
  deviceName: true,
  isOnline: true,
  isEnable: true,
  schemaRevision: true,
  node: true,
  product: {
    select: { productID: true, status: true, schemaRevision: true, protocolConf: true, protocolCode: true },
  },
} as const;
type TargetRow = Prisma.DeviceGetPayload<{ select: typeof TARGET_PART }>;

/** @throws {RpcError} 100021 for a device that is disabled, or whose product is */
const targetOf = async (row: TargetRow, models: DmContext['models']): Promise<CommandTarget> => {
  const { product, id, deviceName, isOnline, isEnable, node } = row;
  if (!isEnable) throw new RpcError(Code.notEnabled, 'the device is disabled');
  if (product.status === ProductStatus.disabled) throw new RpcError(Code.notEnabled, 'the product is disabled');
  const protocolCode = protocolOf(node, product.protocolCode);
  const device = { productID: product.productID, deviceName, id, isOnline, protocolCode };
  return { device, ...(await models.of({ ...product, device: row })) };
};

/** @throws {RpcError} 100009 for a device that does not exist, 100021 for one that is disabled, or whose product is */
export const findTarget = async (
  { prisma, models }: Pick<DmContext, 'prisma' | 'models'>,
  names: { readonly productID: string; readonly deviceName: string },
): Promise<CommandTarget> => {
  const core = requireDevice(names);
  const row = await prisma.device.findUnique({ where: { productID_deviceName: core }, select: TARGET_PART });
  if (!row) throw noDevice(core);
  return targetOf(row, models);
};

/** Many of them. @returns for each device in its place the target, or why it is none */
export const findTargets = async (
  { prisma, models }: Pick<DmContext, 'prisma' | 'models'>,
  devices: readonly DeviceCore[],
): Promise<(CommandTarget | RpcError)[]> => {
  const found: (CommandTarget | RpcError)[] = [];
  for (const part of inParts(devices)) {
    const rows = await prisma.device.findMany({ where: byNames(part), select: TARGET_PART });
    const byName = new Map(
      rows.map((row) => [deviceKey({ productID: row.product.productID, deviceName: row.deviceName }), row]),
    );
    for (const device of part) {
      const row = byName.get(deviceKey(device));
      const target = row ? targetOf(row, models) : Promise.reject(noDevice(device));
      found.push(await target.catch((error: unknown) => RpcError.from(error)));
    }
  }
  return found;
};

/** The property that a name means: its own identifier, or the name of an element of its array. */
export const propertyOf = ({ properties }: ProductModel, name: string): Property | undefined =>
  properties.get(name) ?? properties.get(elementOf(name)?.array ?? '');

/** @throws {RpcError} 100006 naming the first value that was rejected */
export const refuseRejected = (field: string, rejected: readonly Rejection[]): void => {
  const first = rejected[0];
  if (first)
    throw badParameter(first.identifier ? `${field}.${first.identifier}` : field, `is refused: ${first.message}`);
};

/** How long to wait for the device, in milliseconds: what the caller asks for, but less than it waits itself. */
export const timeoutOf = (seconds: string, { deadlineMs }: CallContext, nowMs: number): number => {
  const asked = Number(seconds) > 0 ? Number(seconds) * 1000 : DEFAULT_TIMEOUT_MS;
  return Math.max(Math.min(asked, MAX_TIMEOUT_MS, deadlineMs - nowMs - RETURN_MS), 1);
};
