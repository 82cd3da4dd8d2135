/**
 * Which devices are attached to which gateway devices, as operators say: of `dm.DeviceManage`. What is passed over in silence
 * and what is refused is as in unitedrhino's dm; its public sources, `deviceGateway*Logic.go`.
 */
import { Code, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import { deviceKey, type DeviceCore } from '../../device-core';
import { requireDevice } from '../../services/device-manage/device-record';
import type { Transaction } from '../../transaction';
import { duplicate, isUniqueViolation, noDevice, noProduct } from '../../wire/errors';
import { orderOf, pageOf } from '../../wire/paging';
import { requireDevices } from '../groups/members';
import { moveTo, NOWHERE, placeOf } from './place';
import { requireKinds } from './product-kinds';
import { refusalOf } from './refusals';
import { requireSigned } from './signed-devices';
import { bind, lockDevices, subDevicesOf, unbind, type Attached, type SubDevice } from './store';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  'deviceGatewayMultiCreate' | 'deviceGatewayMultiUpdate' | 'deviceGatewayIndex' | 'deviceGatewayMultiDelete'
>;

/** What has become of the sub-devices of a gateway device. */
interface Changed {
  readonly attached: readonly Attached[];
  readonly detached: readonly SubDevice[];
  /** Devices that did not exist before. */
  readonly created?: readonly DeviceCore[];
}

const NAMES = { select: { productID: true, deviceName: true } } as const;

export const gatewayHandlers = (context: DmContext): Methods => {
  const { prisma, audit, changes, topologyNotices, secretBox, subDevicesPerGateway: limit } = context;

  /** @throws {RpcError} where one of them cannot be */
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

  const noteDetached = (note: Note, gateway: DeviceCore, detached: readonly SubDevice[]): void => {
    for (const device of detached) note('topology.remove', device, { gateway: deviceKey(gateway) });
  };

  /** Nodes look again; the gateway device hears it unless it shall not, and those that have lost one do in any case. */
  const tell = async (gateway: DeviceCore, isNotNotify: boolean, changed: Changed): Promise<void> => {
    const { attached, detached, created = [] } = changed;
    for (const device of created) changes.deviceCreated(device);
    await changes.devicesChanged([...attached, ...detached]);
    topologyNotices.moved(attached);
    if (isNotNotify) return;
    topologyNotices.attached(gateway, attached);
    topologyNotices.detached(gateway, detached);
  };

  return {
    /** Attaches those that are attached to none; others are passed over. */
    async deviceGatewayMultiCreate(request, call) {
      const gateway = requireDevice(request.gateway, 'gateway.');
      const devices = requireDevices('list', request.list);
      const changed = await audit
        .transact(call, async (tx, note): Promise<Changed> => {
          await requireKinds(tx, gateway, devices);
          const rows = await lockDevices(tx, [gateway, ...devices]);
          if (!rows.has(deviceKey(gateway))) throw noDevice(gateway);
          const free = devices.filter((device) => !rows.get(deviceKey(device))?.gateway);
          if (free.length === 0) return { attached: [], detached: [] };
          const created = request.isAuthSign ? await requireSigned(tx, note, secretBox, gateway, request.list) : [];
          return { attached: await attach(tx, note, gateway, free), detached: [], created };
        })
        .catch((error: unknown) => {
          // Somebody else has created it at this moment.
          throw isUniqueViolation(error) ? duplicate('a device of the list') : error;
        });
      await tell(gateway, request.isNotNotify, changed);
      return {};
    },

    /** Afterwards these are the sub-devices of the gateway device, and no others. */
    async deviceGatewayMultiUpdate(request, call) {
      const gateway = requireDevice(request.gateway, 'gateway.');
      const devices = requireDevices('list', request.list);
      const kept = new Set(devices.map(deviceKey));
      const changed = await audit.transact(call, async (tx, note): Promise<Changed> => {
        await requireKinds(tx, gateway, devices, Code.parameter);
        // All at once, in one order; then what there is stays so.
        const { list: before } = await subDevicesOf(tx, gateway);
        await lockDevices(tx, [gateway, ...devices, ...before]);
        const { list } = await subDevicesOf(tx, gateway);
        const leaving = list.filter((device) => !kept.has(deviceKey(device)));
        const { refused, detached } = await unbind(tx, gateway, leaving, { passOver: true });
        if (refused[0]) throw refusalOf(refused[0], limit);
        noteDetached(note, gateway, detached);
        return { attached: await attach(tx, note, gateway, devices), detached };
      });
      await tell(gateway, request.isNotNotify, changed);
      return {};
    },

    /** The sub-devices of a gateway device; of a sub-device, without one, its gateway device. */
    async deviceGatewayIndex({ gateway, subDevice, page }) {
      const where: Prisma.SubDeviceWhereInput = {
        ...(gateway && { gateway: requireDevice(gateway, 'gateway.') }),
        ...(subDevice && { device: requireDevice(subDevice, 'subDevice.') }),
      };
      const [rows, total] = await Promise.all([
        prisma.subDevice.findMany({
          where,
          ...pageOf(page),
          orderBy: orderOf(page, { createdTime: 'createdAt', id: 'deviceID' }, [{ deviceID: 'asc' }]),
          select: { gateway: NAMES, device: NAMES },
        }),
        prisma.subDevice.count({ where }),
      ]);
      return { list: rows.map((row) => (gateway ? row.device : row.gateway)), total };
    },

    /** All, or none where one of them is attached to another gateway device or to none. */
    async deviceGatewayMultiDelete(request, call) {
      const gateway = requireDevice(request.gateway, 'gateway.');
      const devices = requireDevices('list', request.list);
      const detached = await audit.transact(call, async (tx, note) => {
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
      });
      await tell(gateway, request.isNotNotify, { attached: [], detached });
      return {};
    },
  };
};
