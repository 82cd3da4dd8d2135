/** Values made of many: of each span of time, of each part that they are kept apart by, or of both. */
import { Prisma, type PrismaClient } from '@alink/db';
import type { AggregateFunction } from './aggregate-functions';
import { NOBODY, type Partition, type PartitionField } from './partitions';

/** Spans in one answer at most. */
const MAX_SPANS = 10_000;

export interface Aggregate {
  /** One value is made by each. */
  readonly functions: readonly AggregateFunction[];
  /** Start of a value's span, as `spanOf` has it; undefined where all times are one span. */
  readonly span: Prisma.Sql | undefined;
  readonly partitions: readonly Partition[];
}

/** What was made of the values of one span and part. */
export interface MadeValues {
  /** Of whom they are, as far as they are kept apart by it. */
  readonly of: Readonly<Record<PartitionField, string>>;
  /** Start of the span, unix milliseconds; 0 where all times are one. */
  readonly span: bigint;
  /** When the newest of them was said, unix milliseconds. */
  readonly newest: bigint;
  /** In the order of the functions; undefined where there is none, as of texts. */
  readonly values: readonly (MadeValue | undefined)[];
}

export interface MadeValue {
  /** JSON. */
  readonly value: string;
  /** When it was said, where it is one that was, unix milliseconds. */
  readonly moment: bigint | undefined;
}

type Row = Readonly<Record<string, unknown>> & { readonly span: bigint; readonly newest: bigint };

/** Columns are named by what they are and where they stand: `value0`. */
const named = (what: string, at: number): Prisma.Sql => Prisma.raw(`${what}${at}`);
const NONE = Prisma.sql`NULL::bigint`;

/** The parts of a device's values, as columns of a table expression. */
export const partitionColumns = (partitions: readonly Partition[]): Prisma.Sql[] =>
  partitions.map(({ column }, at) => Prisma.sql`${column} AS ${named('part', at)}`);

const readRow = (row: Row, { functions, partitions }: Aggregate): MadeValues => ({
  of: {
    ...NOBODY,
    ...Object.fromEntries(partitions.map(({ field }, at) => [field, String(row[`part${at}`])])),
  },
  span: row.span,
  newest: row.newest,
  values: functions.map((_, at) => {
    const value = row[`value${at}`] as string | null;
    return value === null ? undefined : { value, moment: (row[`moment${at}`] as bigint | null) ?? undefined };
  }),
});

/**
 * In the order of the spans.
 * @param history a table expression of `timestamp`, `arrived_at`, `value` and the columns of the partitions
 * @param direction of the spans
 */
export const valuesOfSpans = async (
  prisma: Pick<PrismaClient, '$queryRaw'>,
  history: Prisma.Sql,
  aggregate: Aggregate,
  direction: Prisma.Sql,
): Promise<MadeValues[]> => {
  const { functions, span = Prisma.sql`0::bigint`, partitions } = aggregate;
  const parts = partitions.map((_, at) => named('part', at));
  const made = functions.flatMap(({ value, moment = NONE }, at) => [
    Prisma.sql`(${value})::text AS ${named('value', at)}`,
    Prisma.sql`${moment} AS ${named('moment', at)}`,
  ]);
  const columns = Prisma.join([Prisma.sql`span`, Prisma.sql`max(timestamp) AS newest`, ...parts, ...made]);
  const groups = Prisma.join([Prisma.sql`span`, ...parts]);
  const anyValue = Prisma.join(functions.map((_, at) => named('value', at)));
  const order = Prisma.join([Prisma.sql`span ${direction}`, ...parts]);
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT * FROM (
      SELECT ${columns} FROM (SELECT ${span} AS span, * FROM ${history}) AS spans GROUP BY ${groups}
    ) AS made WHERE coalesce(${anyValue}) IS NOT NULL ORDER BY ${order} LIMIT ${MAX_SPANS}`;
  return rows.map((row) => readRow(row, aggregate));
};
