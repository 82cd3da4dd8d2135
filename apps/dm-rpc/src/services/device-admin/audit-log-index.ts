/** Who changed what, newest first. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { plainText } from '../../wire/fields';
import { pageOf } from '../../wire/paging';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'auditLogIndex'>;

export const auditLogHandlers = ({ prisma }: DmContext): Methods => ({
  async auditLogIndex(request) {
    const productID = plainText('productID', request.productID, 128);
    const deviceName = plainText('deviceName', request.deviceName, 128);
    const [start, end] = [BigInt(request.timeStart), BigInt(request.timeEnd)];
    const where = {
      ...(productID && { productID }),
      ...(deviceName && { deviceName }),
      timestamp: { ...(start > 0n && { gte: start }), ...(end > 0n && { lte: end }) },
    };
    const page = pageOf({ page: request.page, size: request.size, orders: [] });
    const [rows, total] = await Promise.all([
      prisma.auditLog.findMany({ where, ...page, orderBy: [{ timestamp: 'desc' }, { id: 'desc' }] }),
      prisma.auditLog.count({ where }),
    ]);
    const list = rows.map(({ id: _id, timestamp, ...line }) => ({ ...line, timestamp: timestamp.toString() }));
    return { total, list };
  },
});
