/** A device that is to register again, as if it had never logged in. */
import type { CallContext } from '@alink/rpc';
import type { DeviceCore, DmContext, Transaction } from '../context';
import { requireLockedDevice } from './lock-device';

/** What is deleted besides. */
export interface ResetOptions {
  /** Its logs: messages, commands, status. */
  readonly log?: boolean;
  /** Its data: properties, events, values that wait. */
  readonly info?: boolean;
}

const deleteLogs = async (tx: Transaction, device: DeviceCore, deviceID: bigint): Promise<void> => {
  await tx.hubLog.deleteMany({ where: device });
  await tx.sendLog.deleteMany({ where: { deviceID } });
  await tx.statusLog.deleteMany({ where: { deviceID } });
};

const deleteData = async (tx: Transaction, deviceID: bigint): Promise<void> => {
  await tx.propertyLatest.deleteMany({ where: { deviceID } });
  await tx.propertyHistory.deleteMany({ where: { deviceID } });
  await tx.eventHistory.deleteMany({ where: { deviceID } });
  await tx.shadow.deleteMany({ where: { deviceID } });
};

/**
 * Undoes the activation and revokes all tokens; the DeviceSecret stays. Whether the device is online is left to its
 * session, which the gateway that holds it ends: it is told.
 * @throws {RpcError} 100009 when there is no such device
 */
export const resetDevice = async (
  { audit, changes, now }: DmContext,
  call: CallContext,
  device: DeviceCore,
  { log = false, info = false }: ResetOptions = {},
): Promise<void> => {
  await audit.transact(call, async (tx, note) => {
    const deviceID = await requireLockedDevice(tx, device);
    await tx.device.update({
      where: { id: deviceID },
      data: { firstLogin: null, lastClientId: '', resetAt: new Date(now()) },
    });
    const { count } = await tx.issuedToken.deleteMany({ where: { deviceID } });
    if (log) await deleteLogs(tx, device, deviceID);
    if (info) await deleteData(tx, deviceID);
    note('device.reset', device, { tokensRevoked: count, ...(log && { log }), ...(info && { info }) });
  });
  changes.deviceReset(device);
};
