/** `alink.DeviceLogs`: what devices report of themselves, with all its parts. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { findDevice } from '../../services/device-msg/find-device';
import { timeRange } from '../../services/device-msg/time-range';
import { pageOf } from '../../wire/paging';

const NEWEST_FIRST = [{ timestamp: 'desc' }, { arrivedAt: 'desc' }, { messageID: 'asc' }] as const;

export const deviceLogs = ({ prisma }: DmContext): Handlers<typeof services.deviceLogs> => ({
  async listLogLines({ page, size, timeStart, timeEnd, level, module, ...names }) {
    const { id: deviceID } = await findDevice({ prisma }, names);
    const where = {
      deviceID,
      timestamp: timeRange(timeStart, timeEnd),
      ...(Number(level) > 0 && { level: { lte: Math.min(Number(level), 5) } }),
      ...(module && { module }),
    };
    const [rows, total] = await Promise.all([
      prisma.sdkLog.findMany({ where, ...pageOf({ page, size, orders: [] }), orderBy: [...NEWEST_FIRST] }),
      prisma.sdkLog.count({ where }),
    ]);
    const list = rows.map(({ timestamp, level: worst, module: from, code, traceContext, content }) => ({
      timestamp: timestamp.toString(),
      level: worst,
      module: from,
      code,
      traceContext,
      content,
    }));
    return { list, total };
  },

  async listNetworkStatus({ page, size, timeStart, timeEnd, ...names }) {
    const { id: deviceID } = await findDevice({ prisma }, names);
    const where = { deviceID, timestamp: timeRange(timeStart, timeEnd) };
    const [rows, total] = await Promise.all([
      prisma.networkStatus.findMany({ where, ...pageOf({ page, size, orders: [] }), orderBy: [...NEWEST_FIRST] }),
      prisma.networkStatus.count({ where }),
    ]);
    const list = rows.map(({ timestamp, metrics, isHistory }) => ({
      timestamp: timestamp.toString(),
      metrics,
      history: isHistory,
    }));
    return { list, total };
  },
});
