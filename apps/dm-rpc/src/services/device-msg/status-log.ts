/** When devices went online and offline, and why; newest first. Two services tell it. */
import type { services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { coreOf } from '../../presence/presence-rows';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { conditionsOf, noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf, type Page } from '../../wire/paging';
import { findDevice } from './find-device';
import { TIME_FILTERS, timeRange } from './time-range';

type DeviceMsg = typeof services.deviceMsg;
type Where = Prisma.StatusLogWhereInput;

const FILTERS: FilterTable<RequestOf<DeviceMsg, 'statusLogIndex'>, Where> = {
  page: noFilter,
  productID: (productID) => ({ device: { productID: requireProductID('productID', productID) } }),
  deviceName: (deviceName) => ({ device: { deviceName: requireDeviceName('deviceName', deviceName) } }),
  ...TIME_FILTERS,
  status: (status) => ({ status: Number(status) }),
};

const readPage = async (prisma: PrismaClient, where: Where, page: Page) => {
  const [rows, total] = await Promise.all([
    prisma.statusLog.findMany({
      where,
      ...page,
      orderBy: [{ timestamp: 'desc' }, { id: 'desc' }],
      include: { device: { select: { productID: true, deviceName: true } } },
    }),
    prisma.statusLog.count({ where }),
  ]);
  return { rows, total };
};

/** Of `dm.DeviceMsg`: also of a whole product; nothing of a device that does not exist. */
export const statusLogHandlers = ({ prisma }: DmContext): Pick<Handlers<DeviceMsg>, 'statusLogIndex'> => ({
  async statusLogIndex(request) {
    requireProductID('productID', request.productID);
    const where = { AND: await conditionsOf(FILTERS, request) };
    const { rows, total } = await readPage(prisma, where, pageOf(request.page));
    const list = rows.map(({ timestamp, status, device }) => ({ timestamp: timestamp.toString(), status, ...device }));
    return { list, total };
  },
});

/** Of `alink.DeviceAdmin`: of one device, with reasons and gateway devices, which the message of the other has no fields for. */
export const statusLogWithReasons = ({
  prisma,
}: DmContext): Pick<Handlers<typeof services.deviceAdmin>, 'statusLogIndex'> => ({
  async statusLogIndex({ page, size, timeStart, timeEnd, ...names }) {
    const { id: deviceID } = await findDevice({ prisma }, names);
    const where = { deviceID, timestamp: timeRange(timeStart, timeEnd) };
    const { rows, total } = await readPage(prisma, where, pageOf({ page, size, orders: [] }));
    const list = rows.map(({ timestamp, status, reason, via }) => ({
      timestamp: timestamp.toString(),
      status,
      reason,
      via: via === '' ? null : coreOf(via),
    }));
    return { total, list };
  },
});
