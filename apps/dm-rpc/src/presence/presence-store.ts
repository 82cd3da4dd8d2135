/** Applies what happened to devices' sessions to what the database knows of them. */
import type { DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';
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
import { applyPresence, isOver, type PresenceEvent } from './presence-state';

/** States of devices while a batch is applied, and what came of it. */
class Applying {
  readonly changed = new Set<LockedDevice>();
  /** Devices that went online or offline. */
  readonly changes: DeviceChange[] = [];
  /** Lines of the status log: the changes, and sessions that took over. */
  readonly log: DeviceChange[] = [];
  private readonly byName: ReadonlyMap<string, LockedDevice>;

  constructor(private readonly devices: readonly LockedDevice[]) {
    this.byName = new Map(devices.map((device) => [nameOf(device), device]));
  }

  apply(item: DevicePresence): void {
    const { event } = item;
    const device = this.byName.get(nameOf(item));
    if (device) this.applyTo(device, event);
    if (event.kind === 'disconnected') this.endThrough(item, event);
    if (!device || event.kind !== 'connected' || !event.via) return;
    const gateway = this.byName.get(event.via.gateway);
    if (!gateway || !isOver(gateway.state, event.via, event.key.stream)) return;
    this.applyTo(device, viaEnd(gateway, event.via.epoch ?? undefined, event.timestamp));
  }

  /** The session of a gateway device ended: so did those through it, also when it has a newer one. */
  private endThrough(
    gateway: DeviceCore,
    { epoch, timestamp, reason }: PresenceEvent & { kind: 'disconnected' },
  ): void {
    const end = viaEnd(gateway, epoch, timestamp, reason);
    for (const device of this.devices) if (device.state.via) this.applyTo(device, end);
  }

  private applyTo(device: LockedDevice, event: PresenceEvent): void {
    const { state, change, takeover } = applyPresence(device.state, event);
    if (state !== device.state) this.changed.add(device);
    device.state = state;
    const line = change ?? takeover;
    if (!line) return;
    const { id: deviceID, productID, deviceName } = device;
    const entry = { productID, deviceName, deviceID, ...line };
    this.log.push(entry);
    if (change) this.changes.push(entry);
  }
}

const viaEnd = (gateway: DeviceCore, epoch: number | undefined, timestamp: number, reason = ''): PresenceEvent => ({
  kind: 'viaEnded',
  gateway: nameOf(gateway),
  epoch,
  timestamp,
  reason: `with its gateway device ${gateway.deviceName}: ${reason || 'disconnected'}`,
});

/** The devices that the batch is about, the gateway devices of sessions that begin, and all that an end may reach. */
const lockAll = async (tx: Transaction, happened: readonly DevicePresence[]): Promise<LockedDevice[]> => {
  const named = new Set<string>();
  const ended: string[] = [];
  for (const item of happened) {
    named.add(nameOf(item));
    if (item.event.kind === 'connected' && item.event.via) named.add(item.event.via.gateway);
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
  const applying = new Applying(await lockAll(tx, happened));
  for (const item of happened) applying.apply(item);
  const { changed, changes, log } = applying;
  if (changed.size > 0) await writeStates(tx, [...changed]);
  const uses = happened.filter((item) => item.tokenID !== undefined);
  if (uses.length > 0) await writeTokenUses(tx, uses);
  if (log.length > 0) await writeStatusLog(tx, log);
  return changes;
};
