/**
 * One value made of many: `argFunc`, `interval`, `intervalUnit` and `partitionBy` of a property's log. Spans of time are those
 * of unitedrhino: by the clock of Asia/Shanghai, weeks from Friday.
 */
import { Prisma, type PrismaClient } from '@alink/db';
import type { DataType } from '@alink/thing-model';
import { badParameter } from '../../wire/errors';
import { refuseFilters } from '../../wire/filters';
import type { DataPlace } from './data-place';

/** What unitedrhino's spans are counted from, unix milliseconds: in its source `TimescaleBucketOriginSQL`. */
const ORIGIN = Date.parse('2026-01-16T00:00:00+08:00');
const ZONE = 'Asia/Shanghai';

const UNITS = { a: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const MONTHS = { n: 1, y: 12 } as const;
/** Of each unit, and far below where a span would be longer than time. */
const MAX_INTERVAL = 100_000;
/** Values in one answer at most. */
const MAX_VALUES = 10_000;

const NUMERIC: ReadonlySet<DataType['type']> = new Set(['int', 'float', 'double', 'bool', 'enum', 'date']);

/**
 * A value as a number: date and numeric text without their quotes. Others have none, and neither has what no double holds,
 * lest one value fail the whole query.
 */
const NUMBER = Prisma.sql`CASE
  WHEN value ~ '^"?-?[0-9]{1,40}([.][0-9]{1,40})?([eE][-+]?[0-9]{1,2})?"?$' THEN btrim(value, '"')::double precision
  WHEN value = 'true' THEN 1 WHEN value = 'false' THEN 0 END`;

/** Of the value of a group that was said first or last. */
const first = (column: Prisma.Sql): Prisma.Sql => Prisma.sql`(array_agg(${column} ORDER BY timestamp, arrived_at))[1]`;
const last = (column: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(array_agg(${column} ORDER BY timestamp DESC, arrived_at DESC))[1]`;
const VALUE = Prisma.sql`value`;
const TIME = Prisma.sql`timestamp`;

interface AggregateFunction {
  readonly value: Prisma.Sql;
  /** Where the value is that of one moment: when that was. */
  readonly moment?: Prisma.Sql;
  /** Whether it needs numbers. */
  readonly ofNumbers?: true;
}

const FUNCTIONS: Readonly<Record<string, AggregateFunction>> = {
  avg: { value: Prisma.sql`avg(${NUMBER})`, ofNumbers: true },
  sum: { value: Prisma.sql`sum(${NUMBER})`, ofNumbers: true },
  min: { value: Prisma.sql`min(${NUMBER})`, ofNumbers: true },
  max: { value: Prisma.sql`max(${NUMBER})`, ofNumbers: true },
  count: { value: Prisma.sql`count(*)` },
  first: { value: first(VALUE), moment: first(TIME) },
  last: { value: last(VALUE), moment: last(TIME) },
};

export interface Aggregate {
  readonly value: Prisma.Sql;
  /** Unix milliseconds that a group is told with. */
  readonly time: Prisma.Sql;
  /** Start of a value's span, unix milliseconds; undefined where all times are one span. */
  readonly span: Prisma.Sql | undefined;
  readonly byDevice: boolean;
}

export interface AggregateRequest {
  readonly argFunc: string;
  readonly interval: string;
  readonly intervalUnit: string;
  readonly partitionBy: string;
  readonly fill: string;
  readonly noFirstTs: boolean;
}

export interface AggregateRow {
  readonly device_name: string;
  readonly timestamp: bigint;
  readonly value: string;
}

const fixedSpan = (length: number): Prisma.Sql =>
  Prisma.sql`${ORIGIN}::bigint + floor((timestamp - ${ORIGIN}::bigint)::numeric / ${length}::bigint)::bigint * ${length}::bigint`;

/** Spans of so many months, counted from January 2026. */
const monthsSpan = (months: number): Prisma.Sql => {
  const local = Prisma.sql`(to_timestamp(timestamp / 1000.0) AT TIME ZONE ${ZONE})`;
  const month = Prisma.sql`((extract(year FROM ${local}) - 2026) * 12 + extract(month FROM ${local}) - 1)`;
  const start = Prisma.sql`(floor(${month} / ${months}::int) * ${months}::int)::int`;
  return Prisma.sql`(extract(epoch FROM
    (timestamp '2026-01-01' + make_interval(months => ${start})) AT TIME ZONE ${ZONE}) * 1000)::bigint`;
};

const spanOf = ({ interval, intervalUnit: unit }: AggregateRequest): Prisma.Sql | undefined => {
  if (interval === '0') return undefined;
  const count = Number(interval);
  if (!(count > 0 && count <= MAX_INTERVAL)) throw badParameter('interval', `must be 1 to ${MAX_INTERVAL}`);
  if (Object.hasOwn(MONTHS, unit)) return monthsSpan(count * MONTHS[unit as keyof typeof MONTHS]);
  const length = UNITS[(unit || 's') as keyof typeof UNITS];
  if (length === undefined) throw badParameter('intervalUnit', 'must be one of a, s, m, h, d, w, n, y');
  return fixedSpan(count * length);
};

const functionOf = (name: string, { dataID, type }: DataPlace): AggregateFunction => {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!found) throw badParameter('argFunc', `must be one of ${Object.keys(FUNCTIONS).join(', ')}`);
  if (found.ofNumbers && type && !NUMERIC.has(type.type)) {
    throw badParameter('argFunc', `${name} needs numbers, and ${dataID} is of type ${type.type}`);
  }
  return found;
};

/**
 * What is asked to be made of the values.
 * @returns undefined where each value is wanted
 * @throws {RpcError} 100006 for what does not go together, 100018 for what is not served
 */
export const aggregateOf = (request: AggregateRequest, place: DataPlace): Aggregate | undefined => {
  const { argFunc, interval, partitionBy, fill, noFirstTs } = request;
  if (argFunc === '') {
    if (interval !== '0') throw badParameter('argFunc', 'must be set where interval is');
    return undefined;
  }
  // Spans without a value are left out, as in unitedrhino on PostgreSQL.
  if (fill.toUpperCase() !== 'NONE') refuseFilters(request, ['fill']);
  const byDevice = partitionBy === 'deviceName' || partitionBy === 'device_name';
  if (!byDevice) refuseFilters(request, ['partitionBy']);
  const { value, moment } = functionOf(argFunc, place);
  const span = spanOf(request);
  if (!span && !byDevice) throw badParameter('argFunc', 'needs interval or partitionBy');
  const momentIsTold = moment !== undefined && (noFirstTs || !span);
  const time = momentIsTold ? moment : span ? Prisma.sql`span` : Prisma.sql`max(timestamp)`;
  return { value, time, span, byDevice };
};

/** @param history a table expression of `device_name`, `timestamp`, `arrived_at` and `value` */
export const valuesOfSpans = (
  prisma: Pick<PrismaClient, '$queryRaw'>,
  history: Prisma.Sql,
  { value, time, span, byDevice }: Aggregate,
  direction: Prisma.Sql,
): Promise<AggregateRow[]> => {
  const device = byDevice ? Prisma.sql`device_name` : Prisma.sql`''::text`;
  const start = span ?? Prisma.sql`0::bigint`;
  return prisma.$queryRaw<AggregateRow[]>`
    SELECT device_name, timestamp, value FROM (
      SELECT span, device AS device_name, ${time} AS timestamp, (${value})::text AS value
      FROM (SELECT ${start} AS span, ${device} AS device, * FROM ${history}) AS spans
      GROUP BY span, device
    ) AS groups WHERE value IS NOT NULL ORDER BY span ${direction}, device_name LIMIT ${MAX_VALUES}`;
};
