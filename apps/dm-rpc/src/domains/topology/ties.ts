/**
 * What a device has to do with the topology, as a sub-device and as a gateway device, when it is deleted, when it is reset with
 * all that it has, or when another one takes its place.
 */
import { DeviceType } from '@alink/contract';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { subDevicesOf } from './read-topology';
import { requireLocked, type LockedDevice, type SubDevice } from './store';

export interface Ties {
  /** The device itself. */
  readonly self: SubDevice;
  /** What it is attached to. */
  readonly gateway?: DeviceCore;
  /** What is attached to it. */
  readonly subDevices: readonly SubDevice[];
}

/** Of a device whose row is locked. */
export const tiesOf = async (tx: Transaction, device: LockedDevice): Promise<Ties> => {
  const { productID, deviceName, productKey, gateway } = device;
  const { list } = await subDevicesOf(tx, device);
  return { self: { productID, deviceName, productKey }, ...(gateway && { gateway }), subDevices: list };
};

/** Undoes all of a device whose row is locked. @returns what it was */
export const cutTies = async (tx: Transaction, device: LockedDevice): Promise<Ties> => {
  const ties = await tiesOf(tx, device);
  const { id: deviceID } = device;
  await tx.subDevice.deleteMany({ where: { OR: [{ deviceID }, { gatewayID: deviceID }] } });
  await tx.foundDevice.deleteMany({ where: { gatewayID: deviceID } });
  return ties;
};

/** What was changed where one device took the place of another. */
export interface MovedTies {
  readonly of: Ties;
  readonly to: Ties;
  /** Whether the other is attached where the one was: a gateway device is to nothing. */
  readonly isAttached: boolean;
}

/** One device, whose rows are locked, takes the place of another: its own are gone, those of the other are its own. */
export const moveTies = async (tx: Transaction, from: LockedDevice, to: LockedDevice): Promise<MovedTies> => {
  const before = await cutTies(tx, to);
  // It may have been attached to the other one, or the other one to it.
  const of = await tiesOf(tx, await requireLocked(tx, from));
  const isAttached = of.gateway !== undefined && to.deviceType !== DeviceType.gateway;
  if (isAttached) await tx.subDevice.update({ where: { deviceID: from.id }, data: { deviceID: to.id } });
  else await tx.subDevice.deleteMany({ where: { deviceID: from.id } });
  await tx.subDevice.updateMany({ where: { gatewayID: from.id }, data: { gatewayID: to.id } });
  return { of, to: before, isAttached };
};

type News = Pick<DmContext, 'changes' | 'topologyNotices'>;

/** Call it once it is committed that a device is gone. */
export const tellDeleted = async ({ changes, topologyNotices }: News, ties: Ties): Promise<void> => {
  if (ties.gateway) topologyNotices.deleted(ties.gateway, ties.self);
  await changes.devicesChanged(ties.subDevices);
};

/** Call it once it is committed that a device, which is still there, has no ties any more. */
export const tellCut = async ({ changes, topologyNotices }: News, ties: Ties): Promise<void> => {
  if (ties.gateway) topologyNotices.detached(ties.gateway, [ties.self]);
  topologyNotices.detached(ties.self, ties.subDevices);
  await changes.devicesChanged(ties.subDevices);
};

/** Call it once it is committed that one device has taken the place of another. */
export const tellMoved = async (news: News, { of, to, isAttached }: MovedTies): Promise<void> => {
  await tellCut(news, to);
  await tellCut(news, of);
  if (of.gateway && isAttached) news.topologyNotices.attached(of.gateway, [to.self]);
  news.topologyNotices.attached(to.self, of.subDevices);
};
