/** A device that takes the place of another: what the other was to its owner goes over to it. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { lockDevices, type LockedDevice } from '../../domains/topology/store';
import { moveTies, tellMoved } from '../../domains/topology/ties';
import type { Transaction } from '../../transaction';
import { badParameter, noDevice } from '../../wire/errors';
import { DEVICE_DEFAULTS } from './device-defaults';
import { requireDevice } from './device-record';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceMove'>;
type Extra = Readonly<Record<string, unknown>>;

/** Fields of a device that go over; unitedrhino's public source, `deviceMoveLogic.go`. */
const MOVED = [
  'projectID',
  'areaID',
  'areaIDPath',
  'ratedPower',
  'address',
  'firstBind',
  'userID',
  'expTime',
  'distributor',
] as const;
/** What goes over besides where `withTarget` names it: texts that are kept with the device, and its names of properties. */
const PROFILE = 'profile';

/** Seconds. A device that has been bound for less does not count as bound. */
const PROBATION = 86_400;

/** With the fields of the one in place of those of the other; what the one has not, the other has no longer. */
const withMoved = (to: Extra, from: Extra, fields: readonly string[]): Extra => {
  const kept = Object.entries(to).filter(([field]) => !fields.includes(field));
  const moved = fields.filter((field) => from[field] !== undefined).map((field) => [field, from[field]] as const);
  return Object.fromEntries([...kept, ...moved]);
};

/** What is left of a device whose place another has taken: no project, and its time is over. */
const leftBehind = (extra: Extra, nowSeconds: number): Extra => {
  const { firstBind, expTime: _expTime, ...others } = extra;
  const left = { ...others, projectID: DEVICE_DEFAULTS.projectID };
  const isOnProbation = Number(firstBind ?? 0) > nowSeconds - PROBATION;
  return isOnProbation
    ? left
    : { ...left, ...(firstBind !== undefined && { firstBind }), expTime: { value: String(nowSeconds) } };
};

/** In one order, so that two moves never wait for each other crosswise. */
const lockBoth = async (tx: Transaction, from: DeviceCore, to: DeviceCore): Promise<[LockedDevice, LockedDevice]> => {
  const rows = await lockDevices(tx, [from, to]);
  const required = (device: DeviceCore): LockedDevice => {
    const row = rows.get(deviceKey(device));
    if (!row) throw noDevice(device);
    return row;
  };
  return [required(from), required(to)];
};

export const moveDeviceHandlers = ({ audit, changes, topologyNotices, now }: DmContext): Methods => ({
  /**
   * Both keep their data, their logs and their secrets: what a device has measured, no other has. What the one is attached to,
   * and what is attached to it, the other takes over.
   */
  async deviceMove(request, call) {
    const from = requireDevice(request.old, 'old.');
    const to = requireDevice(request.new, 'new.');
    if (deviceKey(from) === deviceKey(to)) throw badParameter('new', 'must be another device');
    const unknown = request.withTarget.find((target) => target !== PROFILE);
    if (unknown !== undefined) throw badParameter('withTarget', `must be ${PROFILE}: ${unknown}`);
    const withProfile = request.withTarget.length > 0;
    if (withProfile && from.productID !== to.productID) {
      throw badParameter('withTarget', `${PROFILE} goes along within one product only`);
    }
    const ties = await audit.transact(call, async (tx, note) => {
      const [source, destination] = await lockBoth(tx, from, to);
      const [fromID, toID] = [source.id, destination.id];
      const before = await tx.device.findUniqueOrThrow({ where: { id: fromID } });
      const target = await tx.device.findUniqueOrThrow({ where: { id: toID } });
      const fields = withProfile ? [...MOVED, 'schemaAlias'] : MOVED;
      const extra = withMoved(target.extra as Extra, before.extra as Extra, fields) as Prisma.InputJsonObject;
      const left = leftBehind(before.extra as Extra, Math.floor(now() / 1000)) as Prisma.InputJsonObject;
      const { deviceAlias } = before;
      const tags = before.tags as Prisma.InputJsonObject;
      await tx.device.update({ where: { id: toID }, data: { deviceAlias, tags, extra } });
      await tx.device.update({ where: { id: fromID }, data: { extra: left } });
      if (withProfile) {
        await tx.deviceProfile.deleteMany({ where: { deviceID: toID } });
        await tx.deviceProfile.updateMany({ where: { deviceID: fromID }, data: { deviceID: toID } });
      }
      const ties = await moveTies(tx, source, destination);
      note('device.move', from, { to: deviceKey(to), ...(withProfile && { with: [PROFILE] }) });
      note('device.move', to, { from: deviceKey(from), ...(withProfile && { with: [PROFILE] }) });
      return ties;
    });
    changes.deviceMoved(from, to);
    await tellMoved({ changes, topologyNotices }, ties);
    return {};
  },
});
