/** Events that devices reported. */
import type { services } from '@alink/contract';
import { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { noProduct } from '../../wire/errors';
import { requireDeviceName, requireProductID } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'eventLogIndex'>;

interface EventRow {
  readonly timestamp: bigint;
  readonly type: string;
  readonly identifier: string;
  readonly params: string;
  readonly device_name: string;
}

/** Of all devices of the product, where none is named: in the database, since a product may have any number. */
const wantedEvents = (request: RequestOf<typeof services.deviceMsg, 'eventLogIndex'>): Prisma.Sql => {
  const { productID, dataID, types, timeStart, timeEnd } = request;
  const names = request.deviceNames.length > 0 ? request.deviceNames : [request.deviceName].filter(Boolean);
  names.forEach((name) => requireDeviceName('deviceName', name));
  const conditions = [Prisma.sql`d.product_id = ${productID}`];
  if (names.length > 0) conditions.push(Prisma.sql`d.device_name = ANY(${names}::text[])`);
  if (timeStart !== '0') conditions.push(Prisma.sql`e.timestamp >= ${timeStart}::bigint`);
  if (timeEnd !== '0') conditions.push(Prisma.sql`e.timestamp <= ${timeEnd}::bigint`);
  if (dataID) conditions.push(Prisma.sql`e.identifier = ${dataID}`);
  if (types.length > 0) conditions.push(Prisma.sql`e.type = ANY(${types}::text[])`);
  return Prisma.sql`event_history e JOIN device d ON d.id = e.device_id WHERE ${Prisma.join(conditions, ' AND ')}`;
};

export const eventLogHandlers = ({ prisma }: DmContext): Methods => ({
  /** Newest first; without device names those of all devices of the product. */
  async eventLogIndex(request) {
    const productID = requireProductID('productID', request.productID);
    const events = wantedEvents(request);
    const { skip, take } = pageOf(request.page);
    const [product, rows, [count]] = await Promise.all([
      prisma.product.findUnique({ where: { productID }, select: { productID: true } }),
      prisma.$queryRaw<EventRow[]>`
        SELECT e.timestamp, e.type, e.identifier, e.params, d.device_name FROM ${events}
        ORDER BY e.timestamp DESC, e.arrived_at DESC, e.message_id LIMIT ${take} OFFSET ${skip}`,
      prisma.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM ${events}`,
    ]);
    if (!product) throw noProduct(productID);
    const list = rows.map((row) => ({
      timestamp: row.timestamp.toString(),
      type: row.type,
      dataID: row.identifier,
      params: row.params,
      deviceName: row.device_name,
    }));
    return { list, total: (count?.total ?? 0n).toString() };
  },
});
