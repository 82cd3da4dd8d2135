/**
 * Devices that are attached and detached by unitedrhino's rules: by operators, and by gateway devices behind nodes that are not
 * ours. What is passed over in silence and what is refused is as in its dm; its public sources, `deviceGateway*Logic.go`.
 */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { noDevice, noProduct } from '../../wire/errors';
import { moveTo, NOWHERE, placeOf } from './place';
import { requireKinds } from './product-kinds';
import { refusalOf } from './refusals';
import { requireSigned, type SignedDevice } from './signed-devices';
import { bind, lockDevices, unbind, type Attached, type SubDevice } from './store';
import { endToldSessions } from './told-sessions';

/** What has become of the sub-devices of a gateway device. */
export interface Changed {
  readonly attached: readonly Attached[];
  readonly detached: readonly SubDevice[];
  /** Devices that did not exist before. */
  readonly created?: readonly DeviceCore[];
}

export const attachments = (context: DmContext) => {
  const { changes, topologyNotices, secretBox, subDevicesPerGateway: limit, log } = context;
  /** All of them, from whichever gateway device they were attached to. @throws {RpcError} where one of them cannot be */
  const attach = async (
    tx: Transaction,
    note: Note,
    gateway: DeviceCore,
    devices: readonly DeviceCore[],
  ): Promise<readonly Attached[]> => {
    const { refused, attached } = await bind(tx, gateway, devices, { limit, evenDisabled: true });
    if (refused[0]) throw refusalOf(refused[0], limit);
    if (attached.length > 0) await moveTo(tx, await placeOf(tx, gateway), attached);
    for (const device of attached) note('topology.add', device, { gateway: deviceKey(gateway) });
    return attached;
  };

  /**
   * Those that are attached to none; others are passed over.
   * @param signed the same devices with what proves that the gateway device has them, where that must be proved
   * @throws {RpcError}
   */
  const attachFree = async (
    tx: Transaction,
    note: Note,
    gateway: DeviceCore,
    devices: readonly DeviceCore[],
    signed?: readonly SignedDevice[],
  ): Promise<Changed> => {
    await requireKinds(tx, gateway, devices);
    const rows = await lockDevices(tx, [gateway, ...devices]);
    if (!rows.has(deviceKey(gateway))) throw noDevice(gateway);
    const free = devices.filter((device) => !rows.get(deviceKey(device))?.gateway);
    if (free.length === 0) return { attached: [], detached: [] };
    const created = signed ? await requireSigned(tx, note, secretBox, gateway, signed) : [];
    return { attached: await attach(tx, note, gateway, free), detached: [], created };
  };

  const noteDetached = (note: Note, gateway: DeviceCore, detached: readonly SubDevice[]): void => {
    for (const device of detached) note('topology.remove', device, { gateway: deviceKey(gateway) });
  };

  /** All of them. @throws {RpcError} 100012 where one is attached to another gateway device or to none */
  const detach = async (
    tx: Transaction,
    note: Note,
    gateway: DeviceCore,
    devices: readonly DeviceCore[],
  ): Promise<readonly SubDevice[]> => {
    const product = await tx.product.count({ where: { productID: gateway.productID } });
    if (product === 0) throw noProduct(gateway.productID);
    const { refused, detached } = await unbind(tx, gateway, devices);
    if (refused[0]) {
      const { deviceName } = refused[0].device;
      throw new RpcError(Code.permission, `${deviceName} is not attached to gateway device ${gateway.deviceName}`);
    }
    await moveTo(tx, NOWHERE, detached);
    noteDetached(note, gateway, detached);
    return detached;
  };

  /**
   * Nodes look again, and what went through a gateway device that is left ends; the gateway device hears it unless it shall
   * not, and those that have lost one do in any case.
   */
  const tell = async (gateway: DeviceCore, isNotNotify: boolean, changed: Changed): Promise<void> => {
    const { attached, detached, created = [] } = changed;
    for (const device of created) changes.deviceCreated(device);
    await changes.devicesChanged([...attached, ...detached]);
    topologyNotices.moved(attached);
    const moved = attached.flatMap(({ from, ...device }) => (from ? [{ ...device, from }] : []));
    const left = [...moved, ...detached.map((device) => ({ ...device, from: gateway }))];
    // It is committed that they have left: nobody shall do it once more for that.
    await endToldSessions(context, left).catch((err: unknown) => {
      log.error({ err, ...gateway }, 'sessions of sub-devices that have left their gateway device were not ended');
    });
    if (isNotNotify) return;
    topologyNotices.attached(gateway, attached);
    topologyNotices.detached(gateway, detached);
  };

  return { attach, attachFree, detach, noteDetached, tell };
};
