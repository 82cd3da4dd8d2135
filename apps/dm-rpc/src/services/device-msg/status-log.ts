/** When a device went online and offline, and why; newest first. */
import type { Prisma } from '@alink/db';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { Page } from '../../wire/paging';
import { findDevice } from './find-device';
import { timeRange } from './time-range';

export interface StatusLogQuery extends DeviceCore {
  /** Unix milliseconds; "0" for no bound. */
  readonly timeStart: string;
  readonly timeEnd: string;
  /** 1 offline, 2 online; "0" for both. */
  readonly status?: string;
}

/** @throws {RpcError} 100009 for a device that does not exist */
export const readStatusLog = async (
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
