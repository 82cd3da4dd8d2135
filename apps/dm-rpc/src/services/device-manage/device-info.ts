/** Devices: create, update, delete, read, list, count. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { groupsAskedFor, setGroups } from '../../domains/groups/groups-of-device';
import { lockDevices } from '../../domains/topology/store';
import { tellDeleted, tiesOf } from '../../domains/topology/ties';
import { revokeIotTokens } from '../../tokens/issued-tokens';
import {
  duplicate,
  isForeignKeyViolation,
  isUniqueViolation,
  noDevice,
  unknownDevice,
  unknownProduct,
} from '../../wire/errors';
import { requireSecret } from '../../wire/fields';
import { conditionsOf } from '../../wire/filters';
import { orderOf, pageOf } from '../../wire/paging';
import { requireLockedDevice } from '../lock-device';
import { createDevice } from './create-device';
import { DEVICE_FILTERS } from './device-filter';
import { withProductID } from './device-naming';
import { changedDeviceRow, deviceInfo, newDeviceRow, SHOWN_PARTS, requireDevice, secretOwner } from './device-record';
import { gatewaysOf } from './gateway-of';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  'deviceInfoCreate' | 'deviceInfoUpdate' | 'deviceInfoDelete' | 'deviceInfoRead' | 'deviceInfoIndex'
>;

const SORT = {
  id: 'id',
  createdTime: 'createdAt',
  productID: 'productID',
  deviceName: 'deviceName',
  deviceAlias: 'deviceAlias',
  isOnline: 'isOnline',
  firstLogin: 'firstLogin',
  lastLogin: 'lastLogin',
  lastOffline: 'lastOffline',
} as const;

/** What of its product decides whether a device reports its log. */
const PRODUCT_LEVEL = { product: { select: { protocolConf: true } } } as const;

export const deviceInfoHandlers = ({
  prisma,
  secretBox,
  changes,
  logModes,
  topologyNotices,
  deletedDevices,
  audit,
  now,
}: DmContext): Methods => ({
  async deviceInfoCreate(given, call) {
    const info = await withProductID(prisma, given);
    const row = newDeviceRow(info);
    const { productID, deviceName } = row;
    const secret = info.secret ? requireSecret('secret', info.secret) : undefined;
    const groups = groupsAskedFor(info);
    const device = info.deviceAlias ? row : { ...row, deviceAlias: undefined };
    try {
      await audit.transact(call, async (tx, note) => {
        const deviceID = await createDevice(tx, note, secretBox, device, secret);
        if (groups) await setGroups(tx, note, { device: row, deviceID, ...groups });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw duplicate(`deviceName ${deviceName} of product ${productID}`);
      // It went at this moment.
      if (isForeignKeyViolation(error)) throw unknownProduct(productID);
      throw error;
    }
    changes.deviceCreated({ productID, deviceName });
    return {};
  },

  async deviceInfoUpdate(given, call) {
    const info = await withProductID(prisma, given);
    const device = requireDevice(info);
    const groups = groupsAskedFor(info);
    // Read and written in one go, so that two updates of different fields both stand.
    const { levels, isSwitched } = await audit.transact(call, async (tx, note) => {
      const id = await requireLockedDevice(tx, device);
      const row = await tx.device.findUniqueOrThrow({ where: { id }, include: PRODUCT_LEVEL });
      const data = changedDeviceRow(info, row);
      if (info.secret) data.secret = secretBox.seal(requireSecret('secret', info.secret), secretOwner(device));
      await tx.device.update({ where: { id }, data });
      const revoked = info.secret ? await revokeIotTokens(tx, id) : {};
      note('device.update', device, { ...changedFields(row, data), ...revoked });
      if (groups) await setGroups(tx, note, { device, deviceID: id, ...groups });
      const { logLevel: productLevel } = row.product.protocolConf as { readonly logLevel?: string };
      const levels = { productLevel, before: row.logLevel, after: Number(data.logLevel) };
      return { levels, isSwitched: data.isEnable !== row.isEnable };
    });
    const { productLevel, before, after } = levels;
    logModes.deviceChanged(device, { productLevel, deviceLevel: before }, { productLevel, deviceLevel: after });
    changes.deviceUpdated(device);
    if (isSwitched) topologyNotices.switched(device);
    return {};
  },

  async deviceInfoDelete(request, call) {
    const device = requireDevice(request);
    const ties = await audit.transact(call, async (tx, note) => {
      const row = (await lockDevices(tx, [device], true)).get(deviceKey(device));
      if (!row) throw unknownDevice(device);
      const ties = await tiesOf(tx, row);
      await deletedDevices.delete(tx, device, row.id, now());
      note('device.delete', device);
      return ties;
    });
    changes.deviceDeleted(device);
    await tellDeleted({ changes, topologyNotices }, ties);
    deletedDevices.clean();
    return {};
  },

  async deviceInfoRead(request) {
    const device = requireDevice(request);
    const row = await prisma.device.findUnique({ where: { productID_deviceName: device }, include: SHOWN_PARTS });
    if (!row) throw noDevice(device);
    const gateways = await gatewaysOf(prisma, request.withGateway ? [row] : []);
    return { ...deviceInfo(row, secretBox.open(row.secret, secretOwner(device))), Gateway: gateways.get(row.id) };
  },

  async deviceInfoIndex(request) {
    const where = { AND: await conditionsOf(DEVICE_FILTERS, request) };
    const [rows, total] = await Promise.all([
      prisma.device.findMany({
        where,
        include: SHOWN_PARTS,
        ...pageOf(request.page),
        orderBy: orderOf(request.page, SORT, [{ createdAt: 'desc' }, { id: 'desc' }]),
      }),
      prisma.device.count({ where }),
    ]);
    const gateways = await gatewaysOf(prisma, request.withGateway ? rows : []);
    return { list: rows.map((row) => ({ ...deviceInfo(row, ''), Gateway: gateways.get(row.id) })), total };
  },
});
