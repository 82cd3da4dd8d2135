/** Spans of time of which one value is made. They are those of unitedrhino: by the clock of Asia/Shanghai, weeks from Friday. */
import { Prisma } from '@alink/db';
import { badParameter } from '../../wire/errors';

/** What unitedrhino's spans are counted from, unix milliseconds: in its source `TimescaleBucketOriginSQL`. */
const ORIGIN = Date.parse('2026-01-16T00:00:00+08:00');
const ZONE = 'Asia/Shanghai';

const UNITS = { a: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const MONTHS = { n: 1, y: 12 } as const;
/** Of each unit, and far below where a span would be longer than time. */
const MAX_INTERVAL = 100_000;
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

/** Length of a span, as requests have it. */
export interface SpanRequest {
  readonly interval: string;
  readonly intervalUnit: string;
}

/**
 * Start of the span that a `timestamp` is in, unix milliseconds; undefined where all times are one.
 * @throws {RpcError} 100006 for a length that makes no sense
 */
export const spanOf = ({ interval, intervalUnit: unit }: SpanRequest): Prisma.Sql | undefined => {
  if (interval === '0') return undefined;
  const count = Number(interval);
  if (!(count > 0 && count <= MAX_INTERVAL)) throw badParameter('interval', `must be 1 to ${MAX_INTERVAL}`);
  if (Object.hasOwn(MONTHS, unit)) return monthsSpan(count * MONTHS[unit as keyof typeof MONTHS]);
  const length = UNITS[(unit || 's') as keyof typeof UNITS];
  if (length === undefined) throw badParameter('intervalUnit', 'must be one of a, s, m, h, d, w, n, y');
  return fixedSpan(count * length);
};
