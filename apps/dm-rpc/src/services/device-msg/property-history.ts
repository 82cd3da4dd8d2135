/** The history of one property as SQL, for its log and for what is made of it. */
import { Prisma } from '@alink/db';
import type { DataPlace } from './data-place';

export interface PlaceQuery {
  /** Which of the devices `d` are meant, as a condition. */
  readonly devices: Prisma.Sql;
  readonly place: DataPlace;
  /** Further columns of the device `d`. */
  readonly columns?: readonly Prisma.Sql[];
}

export interface HistoryQuery extends PlaceQuery {
  /** Unix milliseconds, both ends included; "0" for no bound. */
  readonly timeStart: string;
  readonly timeEnd: string;
}

/** What is stored under one name, and the way from there to the place. */
interface Source {
  readonly name: string;
  readonly path: readonly string[];
}

/** The property as a whole, and each part of it on the way to the place: single elements may have been said alone. */
const sourcesOf = ({ identifier, path }: DataPlace): Source[] =>
  [...path, ''].map((_, depth) => ({
    name: [identifier, ...path.slice(0, depth)].join('.'),
    path: path.slice(depth),
  }));

/**
 * The value at the place, as JSON. PostgreSQL's texts take no U+0000, so that looking into a value that holds it would fail
 * the whole query: such a value has no parts here.
 */
const valueFrom = ({ name, path }: Source): Prisma.Sql =>
  path.length === 0
    ? Prisma.sql`WHEN h.identifier = ${name} THEN h.value`
    : Prisma.sql`WHEN h.identifier = ${name} AND position(${'\\u0000'} IN h.value) = 0
        THEN (h.value::json #> ${[...path]}::text[])::text`;

/** The columns of a table expression, and what makes a row one of the place. */
const placeOf = ({ devices, place, columns = [] }: PlaceQuery) => {
  const sources = sourcesOf(place);
  return {
    columns: Prisma.join([
      Prisma.sql`d.product_id, d.device_name`,
      ...columns,
      Prisma.sql`h.timestamp`,
      Prisma.sql`CASE ${Prisma.join(sources.map(valueFrom), ' ')} END AS value`,
    ]),
    condition: Prisma.sql`${devices} AND h.identifier = ANY(${sources.map(({ name }) => name)}::text[])`,
  };
};

/** A table expression `product_id, device_name, timestamp, arrived_at, message_id, value`: what there is of the place, whoever said it. */
export const historyOf = (query: HistoryQuery): Prisma.Sql => {
  const { timeStart, timeEnd } = query;
  const { columns, condition } = placeOf(query);
  const conditions = [
    condition,
    ...(timeStart !== '0' ? [Prisma.sql`h.timestamp >= ${timeStart}::bigint`] : []),
    ...(timeEnd !== '0' ? [Prisma.sql`h.timestamp <= ${timeEnd}::bigint`] : []),
  ];
  return Prisma.sql`(SELECT * FROM (
      SELECT ${columns}, h.arrived_at, h.message_id
      FROM property_history h JOIN device d ON d.id = h.device_id WHERE ${Prisma.join(conditions, ' AND ')}
    ) AS said WHERE value IS NOT NULL) AS history`;
};

/** A table expression `product_id, device_name, timestamp, arrived_at, value`: the newest of the place of each device. */
export const latestOf = (query: PlaceQuery): Prisma.Sql => {
  const { columns, condition } = placeOf(query);
  return Prisma.sql`(SELECT DISTINCT ON (device_id) * FROM (
      SELECT h.device_id, ${columns}, h.timestamp AS arrived_at
      FROM property_latest h JOIN device d ON d.id = h.device_id WHERE ${condition}
    ) AS said WHERE value IS NOT NULL ORDER BY device_id, timestamp DESC) AS latest`;
};
