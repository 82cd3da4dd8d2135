/** The part of a reset that every way to it shares. */
import type { DeviceCore, Transaction } from '../context';
import { requireLockedDevice } from './lock-device';

/**
 * Makes a device one that has never logged in: it may register again, and its tokens are revoked. Its DeviceSecret stays.
 * Whether it is online is left to its session, which the gateway ends.
 * @throws {RpcError} 100009 when there is no such device
 */
export const undoActivation = async (
  tx: Transaction,
  device: DeviceCore,
  nowMs: number,
): Promise<{ readonly deviceID: bigint; readonly revoked: number }> => {
  const deviceID = await requireLockedDevice(tx, device);
  await tx.device.update({
    where: { id: deviceID },
    data: { firstLogin: null, lastClientId: '', resetAt: new Date(nowMs) },
  });
  const { count } = await tx.issuedToken.deleteMany({ where: { deviceID } });
  return { deviceID, revoked: count };
};
