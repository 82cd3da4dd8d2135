/**
 * A gateway device has sub-devices no more that it had registered. Nothing documents what that does to them but that the reply is
 * empty (Link SDK for C 3.x, `thing.sub.unregister`). So it does what loses nothing: they are detached, and those are deleted that
 * this gateway device has made by registering them and that have never logged in, which leaves all as it was before. A device
 * that has been in use has data that its gateway device cannot know of, and where its product has none made any more it could
 * never come back; such a one is for people to delete. Registered once more, it has its secret back.
 */
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import type { Asker } from './askers';
import { lockDevices, type LockedDevice, type Refused } from './store';

export interface Unregistered {
  /** Why nothing was changed. */
  readonly refused: readonly Refused[];
  readonly detached: readonly DeviceCore[];
  readonly deleted: readonly DeviceCore[];
}

/** Devices of one gateway device: all, or none where one is refused. */
export const unregister = (
  { prisma, deletedDevices, now }: DmContext,
  asker: Asker,
  devices: readonly DeviceCore[],
): Promise<Unregistered> =>
  prisma.$transaction(async (tx) => {
    const rows = await lockDevices(tx, [asker, ...devices], true);
    const isAttached = ({ gateway }: LockedDevice): boolean =>
      gateway !== undefined && deviceKey(gateway) === deviceKey(asker);
    /** What another gateway device has now is its own no more, whoever had registered it. */
    const isOwn = (row: LockedDevice): boolean =>
      isAttached(row) || (row.gateway === undefined && row.registeredBy === asker.id);

    const refused: Refused[] = [];
    const own: LockedDevice[] = [];
    for (const device of devices) {
      const row = rows.get(deviceKey(device));
      if (row && isOwn(row)) own.push(row);
      else refused.push({ device, why: row ? 'notAttached' : 'unknown' });
    }
    if (refused.length > 0) return { refused, detached: [], deleted: [] };
    const deleted = own.filter((row) => row.registeredBy === asker.id && !row.isActive);
    const detached = own.filter((row) => isAttached(row) && !deleted.includes(row));
    await tx.subDevice.deleteMany({ where: { deviceID: { in: detached.map(({ id }) => id) } } });
    for (const row of deleted) await deletedDevices.delete(tx, row, row.id, now());
    return { refused, detached, deleted };
  });
