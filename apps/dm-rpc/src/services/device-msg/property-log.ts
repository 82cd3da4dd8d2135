/** What a property has been: each value, or one of each span of time. */
import type { services } from '@alink/contract';
import { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import { filterRefusal } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { plainValue } from '../../wire/plain-value';
import { functionOf } from './aggregate-functions';
import { placeOf, type DataPlace } from './data-place';
import { scopeOf } from './data-scope';
import { NOBODY, partitionsOf } from './partitions';
import { partitionColumns, valuesOfSpans, type Aggregate, type MadeValues } from './property-aggregate';
import { historyOf } from './property-history';
import { spanOf } from './time-span';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'propertyLogIndex'>;
type Request = RequestOf<typeof services.deviceMsg, 'propertyLogIndex'>;

const ASCENDING = 1;

interface LogRow {
  readonly product_id: string;
  readonly device_name: string;
  readonly timestamp: bigint;
  readonly value: string;
}

/** Spans without a value are left out, as in unitedrhino on PostgreSQL. @throws {RpcError} 100018 for another way */
export const refuseFill = (fill: string, field = 'fill'): void => {
  if (fill !== '' && fill.toUpperCase() !== 'NONE') throw filterRefusal(field);
};

/**
 * What is asked to be made of the values.
 * @returns undefined where each value is wanted
 * @throws {RpcError} 100006 for what does not go together, 100018 for what is not served
 */
const aggregateOf = (request: Request, place: DataPlace): Aggregate | undefined => {
  const { argFunc, interval } = request;
  if (argFunc === '') {
    if (interval !== '0') throw badParameter('argFunc', 'must be set where interval is');
    return undefined;
  }
  refuseFill(request.fill);
  const partitions = partitionsOf(request);
  const functions = [functionOf(argFunc, place)];
  const span = spanOf(request);
  if (!span && partitions.length === 0) throw badParameter('argFunc', 'needs interval or partitionBy');
  return { functions, span, partitions };
};

/** A value is told with the start of its span, with its own time where it has one and that is wanted, else with the newest. */
const timeOf = ({ span, newest, values }: MadeValues, isOfSpan: boolean, noFirstTs: boolean): bigint => {
  const moment = values[0]?.moment;
  if (moment !== undefined && (noFirstTs || !isOfSpan)) return moment;
  return isOfSpan ? span : newest;
};

export const propertyLogHandlers = (context: DmContext): Methods => {
  const { prisma } = context;

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
      const { productID, timeStart, timeEnd } = request;
      const { model, devices } = await scopeOf(context, request);
      const place = placeOf(model, request.dataID);
      const aggregate = aggregateOf(request, place);
      const columns = partitionColumns(aggregate?.partitions ?? []);
      const history = historyOf({ devices, place, columns, timeStart, timeEnd });
      const direction = Number(request.order) === ASCENDING ? Prisma.sql`ASC` : Prisma.sql`DESC`;
      const { dataID, dataName, type } = place;
      const entry = (of: object, timestamp: bigint, value: string) => ({
        ...NOBODY,
        productID,
        ...of,
        dataID,
        dataName,
        timestamp: timestamp.toString(),
        value: plainValue(value, type),
      });
      if (aggregate) {
        const isOfSpan = aggregate.span !== undefined;
        const list = (await valuesOfSpans(prisma, history, aggregate, direction)).map((made) =>
          entry(made.of, timeOf(made, isOfSpan, request.noFirstTs), made.values[0]!.value),
        );
        return { list, total: list.length };
      }
      const { skip, take } = pageOf(request.page);
      const [rows, total] = await Promise.all([
        prisma.$queryRaw<LogRow[]>`
          SELECT product_id, device_name, timestamp, value FROM ${history}
          ORDER BY timestamp ${direction}, arrived_at ${direction}, message_id LIMIT ${take} OFFSET ${skip}`,
        countOf(history),
      ]);
      const list = rows.map((row) =>
        entry({ productID: row.product_id, deviceName: row.device_name }, row.timestamp, row.value),
      );
      return { list, total };
    },
  };
};
