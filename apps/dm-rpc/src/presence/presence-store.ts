/** Applies what happened to devices' sessions to what the database knows of them. */
import type { Transaction } from '../transaction';
import { PresenceBatch } from './presence-batch';
import {
  isAnyMissing,
  lockDevices,
  nameOf,
  writeStates,
  writeStatusLog,
  writeTokenUses,
  type DeviceChange,
  type DevicePresence,
  type LockedDevice,
} from './presence-rows';

/** The devices that the batch is about, the gateway devices of sessions that begin, and all that an end may reach. */
const lockAll = async (tx: Transaction, happened: readonly DevicePresence[]): Promise<LockedDevice[]> => {
  const named = new Set<string>();
  const ended: string[] = [];
  for (const item of happened) {
    named.add(nameOf(item));
    if ('via' in item.event && item.event.via) named.add(item.event.via.gateway);
    if (item.event.kind === 'disconnected') ended.push(nameOf(item));
  }
  if (ended.length === 0) return lockDevices(tx, [...named], ended);
  for (;;) {
    await tx.$executeRaw`SAVEPOINT locking`;
    const locked = await lockDevices(tx, [...named], ended);
    if (!(await isAnyMissing(tx, locked, ended))) return locked;
    // While we waited for the row of a gateway device, another transaction put one online through it. It is locked with the
    // others in their order, or not at all: two that lock one after another could wait for each other crosswise.
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT locking`;
  }
};

/**
 * Applies what happened, in the order given, within a transaction of the caller's. Devices that do not exist are left out;
 * those that were online through a session that ended go offline with it.
 * @returns the devices that went online or offline, to be told once the transaction is committed
 */
export const applyPresenceBatch = async (
  tx: Transaction,
  happened: readonly DevicePresence[],
): Promise<readonly DeviceChange[]> => {
  if (happened.length === 0) return [];
  const batch = new PresenceBatch(await lockAll(tx, happened));
  for (const item of happened) batch.apply(item);
  const { changed, changes, log } = batch;
  if (changed.size > 0) await writeStates(tx, [...changed]);
  const uses = happened.filter((item) => item.tokenID !== undefined);
  if (uses.length > 0) await writeTokenUses(tx, uses);
  if (log.length > 0) await writeStatusLog(tx, log);
  return changes;
};
