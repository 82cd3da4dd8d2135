/** Events that devices reported. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { noProduct } from '../../wire/errors';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import { pageOf } from '../../wire/paging';
import { timeRange } from './time-range';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'eventLogIndex'>;

export const eventLogHandlers = ({ prisma }: DmContext): Methods => ({
  /** Newest first; without device names those of all devices of the product. */
  async eventLogIndex(request) {
    const productID = requireProductID('productID', request.productID);
    const names = [...request.deviceNames, request.deviceName].filter(Boolean);
    names.forEach((name) => requireDeviceName('deviceName', name));
    if (!(await prisma.product.findUnique({ where: { productID }, select: { productID: true } }))) {
      throw noProduct(productID);
    }
    const devices = new Map(
      (
        await prisma.device.findMany({
          where: { productID, ...(names.length > 0 && { deviceName: { in: names } }) },
          select: { id: true, deviceName: true },
        })
      ).map((row) => [row.id, row.deviceName]),
    );
    const where = {
      deviceID: { in: [...devices.keys()] },
      timestamp: timeRange(request.timeStart, request.timeEnd),
      ...(request.dataID && { identifier: request.dataID }),
      ...(request.types.length > 0 && { type: { in: request.types } }),
    };
    const [rows, total] = await Promise.all([
      prisma.eventHistory.findMany({
        where,
        ...pageOf(request.page),
        orderBy: [{ timestamp: 'desc' }, { arrivedAt: 'desc' }, { messageID: 'asc' }],
      }),
      prisma.eventHistory.count({ where }),
    ]);
    const list = rows.map((row) => ({
      timestamp: row.timestamp.toString(),
      type: row.type,
      dataID: row.identifier,
      params: row.params,
      deviceName: devices.get(row.deviceID) ?? '',
    }));
    return { list, total };
  },
});
