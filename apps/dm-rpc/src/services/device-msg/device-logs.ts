/** The log of what nodes saw of devices. Newest first. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { pageOf } from '../../wire/paging';
import { literal } from '../../wire/search';
import { timeRange } from './time-range';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'hubLogIndex'>;

export const deviceLogHandlers = ({ prisma }: DmContext): Methods => ({
  /** Also of devices that do not exist: their log says why they were refused. */
  async hubLogIndex(request) {
    const where = {
      productID: requireProductID('productID', request.productID),
      ...(request.deviceName && { deviceName: requireDeviceName('deviceName', request.deviceName) }),
      timestamp: timeRange(request.timeStart, request.timeEnd),
      ...(request.actions.length > 0 && { action: { in: request.actions } }),
      ...(request.topics.length > 0 && { topic: { in: request.topics } }),
      ...(request.content && { content: { contains: literal(request.content) } }),
      ...(request.requestID && { requestID: request.requestID }),
    };
    const [rows, total] = await Promise.all([
      prisma.hubLog.findMany({
        where,
        ...pageOf(request.page),
        orderBy: [{ timestamp: 'desc' }, { messageID: 'asc' }],
      }),
      prisma.hubLog.count({ where }),
    ]);
    const list = rows.map(({ timestamp, productID: _p, deviceName: _d, messageID: _m, ...row }) => ({
      ...row,
      timestamp: timestamp.toString(),
    }));
    return { list, total };
  },
});
