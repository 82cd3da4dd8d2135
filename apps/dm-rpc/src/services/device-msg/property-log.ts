/** What a property has been: each value, or one of each span of time. */
import type { services } from '@alink/contract';
import { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { noDevice, noProduct } from '../../wire/errors';
import { requireDeviceName, requireProductID, requireText } from '../../wire/fields';
import { refuseFilters } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { plainValue } from '../../wire/plain-value';
import type { ProductModel } from '../product-manage/compiled-models';
import { placeOf } from './data-place';
import { aggregateOf, valuesOfSpans } from './property-aggregate';
import { historyOf } from './property-history';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'propertyLogIndex'>;
type Request = RequestOf<typeof services.deviceMsg, 'propertyLogIndex'>;

const NOT_SERVED = [
  'areaID',
  'areaIDPath',
  'areaIDs',
  'productCategoryID',
  'BelongGroup',
  'projectID',
  'tenantCode',
] as const;

const ASCENDING = 1;

interface LogRow {
  readonly device_name: string;
  readonly timestamp: bigint;
  readonly value: string;
}

export const propertyLogHandlers = ({ prisma, models }: DmContext): Methods => {
  const requireModel = async (productID: string): Promise<ProductModel> => {
    const product = await prisma.product.findUnique({
      where: { productID: requireProductID('productID', productID) },
      select: { productID: true, schemaRevision: true, protocolConf: true },
    });
    if (!product) throw noProduct(productID);
    return models.of(product);
  };

  /** @returns the devices that are meant; none for all of the product */
  const requireDevices = async ({ productID, deviceName, deviceNames }: Request): Promise<string[]> => {
    const names = deviceNames.length > 0 ? deviceNames : [deviceName].filter(Boolean);
    names.forEach((name) => requireDeviceName('deviceName', name));
    if (names.length === 0) return [];
    const rows = await prisma.device.findMany({
      where: { productID, deviceName: { in: names } },
      select: { deviceName: true },
    });
    const known = new Set(rows.map((row) => row.deviceName));
    const missing = names.find((name) => !known.has(name));
    if (missing !== undefined) throw noDevice({ productID, deviceName: missing });
    return names;
  };

  const countOf = async (history: Prisma.Sql): Promise<string> => {
    const [count] = await prisma.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM ${history}`;
    return (count?.total ?? 0n).toString();
  };

  return {
    /**
     * Newest first, or oldest first with `order` 1; without device names that of all devices of the product. With `argFunc`
     * one value of each span of time (`interval`), of each device (`partitionBy`), or of both.
     */
    async propertyLogIndex(request) {
      refuseFilters(request, NOT_SERVED);
      const { productID, timeStart, timeEnd } = request;
      const model = await requireModel(productID);
      const place = placeOf(model, requireText('dataID', request.dataID));
      const aggregate = aggregateOf(request, place);
      const deviceNames = await requireDevices(request);
      const history = historyOf({ productID, deviceNames, place, timeStart, timeEnd });
      const direction = Number(request.order) === ASCENDING ? Prisma.sql`ASC` : Prisma.sql`DESC`;
      const { dataID, dataName, type } = place;
      const entry = ({ device_name: deviceName, timestamp, value }: LogRow) => {
        return {
          productID,
          deviceName,
          dataID,
          dataName,
          timestamp: timestamp.toString(),
          value: plainValue(value, type),
        };
      };
      if (aggregate) {
        const list = (await valuesOfSpans(prisma, history, aggregate, direction)).map(entry);
        return { list, total: list.length };
      }
      const { skip, take } = pageOf(request.page);
      const [rows, total] = await Promise.all([
        prisma.$queryRaw<LogRow[]>`
          SELECT device_name, timestamp, value FROM ${history}
          ORDER BY timestamp ${direction}, arrived_at ${direction}, message_id LIMIT ${take} OFFSET ${skip}`,
        countOf(history),
      ]);
      return { list: rows.map(entry), total };
    },
  };
};
