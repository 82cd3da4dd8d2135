/** When a device went online and offline, and why; newest first. Two services tell it. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { pageOf, type Page } from '../../wire/paging';
import { findDevice } from './find-device';
import { timeRange } from './time-range';

interface StatusLogQuery extends DeviceCore {
  /** Unix milliseconds; "0" for no bound. */
  readonly timeStart: string;
  readonly timeEnd: string;
  /** 1 online, 2 offline; "0" for both. */
  readonly status?: string;
}

/** @throws {RpcError} 100009 for a device that does not exist */
const readStatusLog = async (
  { prisma }: Pick<DmContext, 'prisma'>,
  { timeStart, timeEnd, status = '0', ...names }: StatusLogQuery,
  page: Page,
): Promise<{ rows: Prisma.StatusLogGetPayload<object>[]; total: number }> => {
  const device = await findDevice({ prisma }, names);
  const where = {
    deviceID: device.id,
    timestamp: timeRange(timeStart, timeEnd),
    ...(status !== '0' && { status: Number(status) }),
  };
  const [rows, total] = await Promise.all([
    prisma.statusLog.findMany({ where, ...page, orderBy: [{ timestamp: 'desc' }, { id: 'desc' }] }),
    prisma.statusLog.count({ where }),
  ]);
  return { rows, total };
};

/** Of `dm.DeviceMsg`. */
export const statusLogHandlers = ({
  prisma,
}: DmContext): Pick<Handlers<typeof services.deviceMsg>, 'statusLogIndex'> => ({
  async statusLogIndex(request) {
    const { productID, deviceName } = request;
    const { rows, total } = await readStatusLog({ prisma }, request, pageOf(request.page));
    const list = rows.map(({ timestamp, status }) => ({
      timestamp: timestamp.toString(),
      status,
      productID,
      deviceName,
    }));
    return { list, total };
  },
});

/** Of `alink.DeviceAdmin`: with the reasons, which the message of the other has no field for. */
export const statusLogWithReasons = ({
  prisma,
}: DmContext): Pick<Handlers<typeof services.deviceAdmin>, 'statusLogIndex'> => ({
  async statusLogIndex({ page, size, ...request }) {
    const { rows, total } = await readStatusLog({ prisma }, request, pageOf({ page, size, orders: [] }));
    return {
      total,
      list: rows.map(({ timestamp, status, reason }) => ({ timestamp: timestamp.toString(), status, reason })),
    };
  },
});
