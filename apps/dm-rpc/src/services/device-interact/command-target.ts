/** The device that a command is for, and the model that its values are held against. */
import { Code, ProductStatus } from '@alink/contract';
import { RpcError, type CallContext } from '@alink/rpc';
import type { Rejection } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { badParameter, noDevice } from '../../wire/errors';
import { requireDevice } from '../device-manage/device-record';
import type { FoundDevice } from '../device-msg/find-device';
import type { ProductModel } from '../product-manage/compiled-models';

const DEFAULT_TIMEOUT_MS = 8000;
const MAX_TIMEOUT_MS = 60_000;
/** What the way back to the caller takes: the answer must be there before its deadline. */
const RETURN_MS = 200;

export interface CommandTarget extends ProductModel {
  readonly device: FoundDevice;
}

/** @throws {RpcError} 100009 for a device that does not exist, 100021 for one that is disabled, or whose product is */
export const findTarget = async (
  { prisma, models }: DmContext,
  names: { readonly productID: string; readonly deviceName: string },
): Promise<CommandTarget> => {
  const core = requireDevice(names);
  const row = await prisma.device.findUnique({
    where: { productID_deviceName: core },
    select: {
      id: true,
      isOnline: true,
      isEnable: true,
      product: { select: { productID: true, status: true, schemaRevision: true, protocolConf: true } },
    },
  });
  if (!row) throw noDevice(core);
  const { product, id, isOnline, isEnable } = row;
  if (!isEnable) throw new RpcError(Code.notEnabled, 'the device is disabled');
  if (product.status === ProductStatus.disabled) throw new RpcError(Code.notEnabled, 'the product is disabled');
  return { device: { ...core, id, isOnline, isEnable }, ...(await models.of(product)) };
};

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
