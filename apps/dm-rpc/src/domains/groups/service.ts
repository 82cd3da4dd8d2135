/** `dm.DeviceGroup`. */
import { Code, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { badParameter, duplicate, isUniqueViolation } from '../../wire/errors';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { treeOf } from '../../wire/tree';
import { createGroup, type CreatedGroup } from './create-group';
import { GROUP_FILTERS, ofPurposes } from './group-filter';
import { changedGroupRow, COUNTS, NOT_CLASSIFIED_ID, placeholder, purposeOf, ROOT_ID } from './group-record';
import { addMembers, deviceIDsOf, keepMembers, noGroup, removeMembers, requireDevices, requireGroup } from './members';
import { groupInfos, withDevices } from './read-groups';
import { noteMoved, tellMoved } from './tell';
import type { Note } from '../../audit/audit-log';

const SORT = { id: 'id', name: 'name', createdTime: 'createdAt' } as const;

const noteCreated = (note: Note, { id, purpose, name, members }: CreatedGroup): void => {
  note('group.create', {}, { group: id.toString(), purpose, name });
  noteMoved(note, 'group.addDevice', members);
};

export const groupHandlers = (context: DmContext): Handlers<typeof services.deviceGroup> => {
  const { prisma, audit } = context;

  return {
    async groupInfoCreate(info, call) {
      const created = await audit.transact(call, async (tx, note) => {
        const group = await createGroup(tx, info);
        if (!group) throw duplicate(`group ${info.name} of purpose ${purposeOf(info.purpose)}`);
        noteCreated(note, group);
        return group;
      });
      await tellMoved(context, created.members);
      return { id: created.id.toString() };
    },

    async groupInfoMultiCreate({ groups }, call) {
      const members = await audit.transact(call, async (tx, note) => {
        const created: CreatedGroup[] = [];
        // One after the other: a transaction has one connection.
        for (const [i, info] of groups.entries()) {
          const group = await createGroup(tx, info, `groups[${i}].`);
          if (group) created.push(group);
        }
        for (const group of created) noteCreated(note, group);
        return created.flatMap((group) => group.members);
      });
      await tellMoved(context, members);
      return {};
    },

    async groupInfoIndex(request) {
      const where = { AND: [ofPurposes(request), ...(await conditionsOf(GROUP_FILTERS, request))] };
      const [rows, total] = await Promise.all([
        prisma.deviceGroup.findMany({
          where,
          include: COUNTS,
          ...pageOf(request.page),
          orderBy: orderOf(request.page, SORT, [{ id: 'asc' }]),
        }),
        prisma.deviceGroup.count({ where }),
      ]);
      const list = await groupInfos(prisma, rows);
      return { list: request.withDevices ? await withDevices(prisma, list) : list, total };
    },

    async groupInfoRead({ id, purpose, withChildren, withDevices: hasDevices }) {
      const isPlaceholder = [ROOT_ID, NOT_CLASSIFIED_ID, '0'].includes(id);
      const row = isPlaceholder
        ? undefined
        : await prisma.deviceGroup.findFirst({
            where: { id: BigInt(id), ...(purpose && { purpose }) },
            include: COUNTS,
          });
      if (row === null) throw noGroup(id);
      const rows =
        withChildren && id !== NOT_CLASSIFIED_ID
          ? await prisma.deviceGroup.findMany({
              where: row
                ? { idPath: { startsWith: row.idPath }, NOT: { id: row.id } }
                : ofPurposes({ purpose, purposes: [] }),
              include: COUNTS,
              orderBy: { id: 'asc' },
            })
          : [];
      const infos = await groupInfos(prisma, row ? [row, ...rows] : rows);
      const groups = row ? infos : [placeholder(id === '0' ? ROOT_ID : id), ...infos];
      const [top, ...below] = hasDevices ? await withDevices(prisma, groups) : groups;
      return treeOf(top!, below);
    },

    async groupInfoUpdate(info, call) {
      const data = changedGroupRow(info);
      try {
        await audit.transact(call, async (tx, note) => {
          const id = await requireGroup(tx, info.id);
          const row = await tx.deviceGroup.findUniqueOrThrow({ where: { id } });
          await tx.deviceGroup.update({ where: { id }, data });
          note('group.update', {}, { group: info.id, name: row.name, ...changedFields(row, data) });
        });
      } catch (error) {
        throw isUniqueViolation(error) ? badParameter('name', 'is that of another group of its purpose') : error;
      }
      return {};
    },

    async groupInfoDelete({ id: given }, call) {
      const left = await audit.transact(call, async (tx, note) => {
        const id = await requireGroup(tx, given);
        const { idPath, name, purpose } = await tx.deviceGroup.findUniqueOrThrow({ where: { id } });
        const within = { idPath: { startsWith: idPath } };
        const devices = await tx.device.findMany({
          where: { groups: { some: { group: within } } },
          select: { productID: true, deviceName: true },
        });
        const groups = await tx.deviceGroup.count({ where: within });
        await tx.deviceGroup.delete({ where: { id } });
        note('group.delete', {}, { group: given, purpose, name, below: groups - 1, devices: devices.length });
        return devices;
      });
      await tellMoved(context, left);
      return {};
    },

    async groupDeviceMultiCreate({ groupID, list }, call) {
      const devices = requireDevices('list', list);
      const added = await audit.transact(call, async (tx, note) => {
        const deviceIDs = await deviceIDsOf(tx, 'list', devices);
        const id = await requireGroup(tx, groupID);
        const members = await addMembers(tx, [id], deviceIDs);
        noteMoved(note, 'group.addDevice', members);
        return members;
      });
      await tellMoved(context, added);
      return {};
    },

    async groupDeviceMultiUpdate({ groupID, list }, call) {
      const devices = requireDevices('list', list);
      const moved = await audit.transact(call, async (tx, note) => {
        const deviceIDs = await deviceIDsOf(tx, 'list', devices, Code.duplicate);
        const id = await requireGroup(tx, groupID);
        const removed = await keepMembers(tx, id, deviceIDs);
        const added = await addMembers(tx, [id], deviceIDs);
        noteMoved(note, 'group.removeDevice', removed);
        noteMoved(note, 'group.addDevice', added);
        return [...removed, ...added];
      });
      await tellMoved(context, moved);
      return {};
    },

    async groupDeviceMultiDelete({ groupID, purpose, list }, call) {
      const devices = requireDevices('list', list);
      const where = groupID === '0' ? ofPurposes({ purpose, purposes: [] }) : { id: BigInt(groupID) };
      const removed = await audit.transact(call, async (tx, note) => {
        const groups = await tx.deviceGroup.findMany({ where, select: { id: true } });
        const ids = groups.map(({ id }) => id);
        const members = await removeMembers(tx, ids, devices);
        noteMoved(note, 'group.removeDevice', members);
        return members;
      });
      await tellMoved(context, removed);
      return {};
    },
  };
};
