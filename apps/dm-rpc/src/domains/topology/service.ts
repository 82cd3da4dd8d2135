/**
 * Which devices are attached to which gateway devices, as operators say: of `dm.DeviceManage`. What is passed over in silence
 * and what is refused is as in unitedrhino's dm; its public sources, `deviceGateway*Logic.go`.
 */
import { Code, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { requireDevice } from '../../services/device-manage/device-record';
import { duplicate, isUniqueViolation } from '../../wire/errors';
import { orderOf, pageOf } from '../../wire/paging';
import { requireDevices } from '../groups/members';
import { attachments, type Changed } from './attachments';
import { requireKinds } from './product-kinds';
import { subDevicesOf } from './read-topology';
import { refusalOf } from './refusals';
import { lockDevices, unbind } from './store';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  'deviceGatewayMultiCreate' | 'deviceGatewayMultiUpdate' | 'deviceGatewayIndex' | 'deviceGatewayMultiDelete'
>;

const NAMES = { select: { productID: true, deviceName: true } } as const;

export const gatewayHandlers = (context: DmContext): Methods => {
  const { prisma, audit, subDevicesPerGateway: limit } = context;
  const { attach, attachFree, detach, noteDetached, tell } = attachments(context);

  return {
    /** Attaches those that are attached to none; others are passed over. */
    async deviceGatewayMultiCreate(request, call) {
      const gateway = requireDevice(request.gateway, 'gateway.');
      const devices = requireDevices('list', request.list);
      const changed = await audit
        .transact(call, (tx, note) =>
          attachFree(tx, note, gateway, devices, request.isAuthSign ? request.list : undefined),
        )
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
      const detached = await audit.transact(call, (tx, note) => detach(tx, note, gateway, devices));
      await tell(gateway, request.isNotNotify, { attached: [], detached });
      return {};
    },
  };
};
