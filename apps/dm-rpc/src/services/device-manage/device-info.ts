/** Devices: create, update, delete, read, list, count. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import { changedFields } from '../../audit/changed-fields';
import type { DmContext } from '../../context';
import { revokeIotTokens } from '../../tokens/issued-tokens';
import {
  duplicate,
  isForeignKeyViolation,
  isMissingRow,
  isUniqueViolation,
  noDevice,
  noProduct,
} from '../../wire/errors';
import { requireSecret } from '../../wire/fields';
import { orderOf, pageOf } from '../../wire/paging';
import { timeBound } from '../../wire/times';
import { requireLockedDevice } from '../lock-device';
import { makeDeviceSecret } from '../random-names';
import { byStatus, inDeviceFilter } from './device-filter';
import { changedDeviceRow, deviceInfo, newDeviceRow, PRODUCT_PART, requireDevice, secretOwner } from './device-record';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  | 'deviceInfoCreate'
  | 'deviceInfoUpdate'
  | 'deviceInfoDelete'
  | 'deviceInfoRead'
  | 'deviceInfoIndex'
  | 'deviceInfoCount'
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

export const deviceInfoHandlers = ({ prisma, secretBox, changes, deletedDevices, audit, now }: DmContext): Methods => ({
  async deviceInfoCreate(info, call) {
    const row = newDeviceRow(info);
    const secret = info.secret ? requireSecret('secret', info.secret) : makeDeviceSecret();
    try {
      await audit.transact(call, async (tx, note) => {
        await tx.device.create({ data: { ...row, secret: secretBox.seal(secret, secretOwner(row)) } });
        note('device.create', row, { registration: row.registration });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw duplicate(`deviceName ${row.deviceName} of product ${row.productID}`);
      if (isForeignKeyViolation(error)) throw noProduct(row.productID);
      throw error;
    }
    changes.deviceCreated({ productID: row.productID, deviceName: row.deviceName });
    return {};
  },

  async deviceInfoUpdate(info, call) {
    const device = requireDevice(info);
    // Read and written in one go, so that two updates of different fields both stand.
    await audit.transact(call, async (tx, note) => {
      const id = await requireLockedDevice(tx, device);
      const row = await tx.device.findUniqueOrThrow({ where: { id } });
      const data = changedDeviceRow(info, row);
      if (info.secret) data.secret = secretBox.seal(requireSecret('secret', info.secret), secretOwner(device));
      await tx.device.update({ where: { id }, data });
      const revoked = info.secret ? await revokeIotTokens(tx, id) : {};
      note('device.update', device, { ...changedFields(row, data), ...revoked });
    });
    changes.deviceUpdated(device);
    return {};
  },

  async deviceInfoDelete(request, call) {
    const device = requireDevice(request);
    try {
      await audit.transact(call, async (tx, note) => {
        const { id } = await tx.device.delete({ where: { productID_deviceName: device }, select: { id: true } });
        await deletedDevices.add(tx, device, id, now());
        await tx.certificate.deleteMany({ where: device });
        note('device.delete', device);
      });
    } catch (error) {
      throw isMissingRow(error) ? noDevice(device) : error;
    }
    changes.deviceDeleted(device);
    deletedDevices.clean();
    return {};
  },

  async deviceInfoRead(request) {
    const device = requireDevice(request);
    const row = await prisma.device.findUnique({ where: { productID_deviceName: device }, include: PRODUCT_PART });
    if (!row) throw noDevice(device);
    return deviceInfo(row, secretBox.open(row.secret, secretOwner(device)));
  },

  async deviceInfoIndex(request) {
    const where = inDeviceFilter(request);
    const [rows, total] = await Promise.all([
      prisma.device.findMany({
        where,
        include: PRODUCT_PART,
        ...pageOf(request.page),
        orderBy: orderOf(request.page, SORT, [{ createdAt: 'desc' }, { id: 'desc' }]),
      }),
      prisma.device.count({ where }),
    ]);
    return { list: rows.map((row) => deviceInfo(row, '')), total };
  },

  async deviceInfoCount({ timeRange }) {
    const createdAt = {
      gte: timeBound('timeRange.start', timeRange?.start),
      lte: timeBound('timeRange.end', timeRange?.end),
    };
    const countOf = (where: Prisma.DeviceWhereInput) => prisma.device.count({ where: { createdAt, ...where } });
    const [online, offline, inactive] = await Promise.all([
      countOf(byStatus.online),
      countOf(byStatus.offline),
      countOf(byStatus.inactive),
    ]);
    return { online, offline, inactive, unknown: 0, total: online + offline + inactive };
  },
});
