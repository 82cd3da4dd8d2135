/** The groups of one device, changed from its side. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { requireLockedDevice } from '../../services/lock-device';
import { requireDevice } from '../../services/device-manage/device-record';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import { purposeOf } from './group-record';
import { addMembers, removeMembers, type Moved } from './members';
import { noteMoved, tellMoved } from './tell';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  'deviceGroupMultiCreate' | 'deviceGroupMultiUpdate' | 'deviceGroupMultiDelete'
>;

interface GroupsOfDevice {
  readonly device: DeviceCore;
  readonly deviceID: bigint;
  readonly purpose: string;
  readonly groupIDs: readonly string[];
}

/** @throws {RpcError} 100006 when one is none of the purpose */
const requireGroups = async (
  tx: Transaction,
  { purpose, groupIDs }: Pick<GroupsOfDevice, 'purpose' | 'groupIDs'>,
): Promise<bigint[]> => {
  const ids = [...new Set(groupIDs.map(BigInt))];
  const found = await tx.deviceGroup.findMany({ where: { purpose, id: { in: ids } }, select: { id: true } });
  const known = new Set(found.map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw badParameter('groupIDs', `names ${missing}, no group of purpose ${purpose}`);
  return ids;
};

const otherGroups = async (tx: Transaction, { deviceID, purpose }: GroupsOfDevice, ids: readonly bigint[]) => {
  const rows = await tx.groupMember.findMany({
    where: { deviceID, group: { purpose }, groupID: { notIn: [...ids] } },
    select: { groupID: true },
  });
  return rows.map(({ groupID }) => groupID);
};

/** Makes these the groups of the purpose that the device is in. @throws {RpcError} 100006 when one is none of it */
export const setGroups = async (tx: Transaction, note: Note, change: GroupsOfDevice): Promise<Moved[]> => {
  const ids = await requireGroups(tx, change);
  const removed = await removeMembers(tx, await otherGroups(tx, change, ids), [change.device]);
  const added = await addMembers(tx, ids, [change.deviceID]);
  noteMoved(note, 'group.removeDevice', removed);
  noteMoved(note, 'group.addDevice', added);
  return [...removed, ...added];
};

/** The groups that a change of a device asks for; undefined where it says nothing of them. */
export const groupsAskedFor = (info: {
  readonly groupIDs: readonly string[];
  readonly groupPurpose: string;
}): Pick<GroupsOfDevice, 'purpose' | 'groupIDs'> | undefined =>
  info.groupIDs.length === 0
    ? undefined
    : { groupIDs: info.groupIDs, purpose: purposeOf(info.groupPurpose, 'groupPurpose') };

export const groupsOfDeviceHandlers = (context: DmContext): Methods => {
  const change =
    (
      move: (tx: Transaction, note: Note, change: GroupsOfDevice) => Promise<Moved[]>,
    ): Methods['deviceGroupMultiCreate'] =>
    async (request, call) => {
      const device = requireDevice(request);
      const purpose = purposeOf(request.purpose);
      if (request.groupIDs.length === 0) return {};
      const moved = await context.audit.transact(call, async (tx, note) => {
        const deviceID = await requireLockedDevice(tx, device);
        return move(tx, note, { device, deviceID, purpose, groupIDs: request.groupIDs });
      });
      await tellMoved(context, moved);
      return {};
    };

  return {
    deviceGroupMultiCreate: change(async (tx, note, asked) => {
      const added = await addMembers(tx, await requireGroups(tx, asked), [asked.deviceID]);
      noteMoved(note, 'group.addDevice', added);
      return added;
    }),
    deviceGroupMultiUpdate: change(setGroups),
    deviceGroupMultiDelete: change(async (tx, note, { device, purpose, groupIDs }) => {
      const where = { purpose, id: { in: groupIDs.map(BigInt) } };
      const groups = await tx.deviceGroup.findMany({ where, select: { id: true } });
      const ids = groups.map(({ id }) => id);
      const removed = await removeMembers(tx, ids, [device]);
      noteMoved(note, 'group.removeDevice', removed);
      return removed;
    }),
  };
};
