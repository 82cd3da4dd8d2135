/** Locks the row of a device until the transaction ends, so that changes of one device take turns. */
import type { DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';
import { noDevice } from '../wire/errors';

/** @returns its id; undefined when there is no such device */
export const lockDevice = async (
  tx: Transaction,
  { productID, deviceName }: DeviceCore,
): Promise<bigint | undefined> => {
  const [row] = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM device WHERE product_id = ${productID} AND device_name = ${deviceName} FOR UPDATE`;
  return row?.id;
};

/** @throws {RpcError} 100009 when there is no such device */
export const requireLockedDevice = async (tx: Transaction, device: DeviceCore): Promise<bigint> => {
  const id = await lockDevice(tx, device);
  if (id === undefined) throw noDevice(device);
  return id;
};
