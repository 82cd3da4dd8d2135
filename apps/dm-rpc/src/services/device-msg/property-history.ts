/** The history of one property as SQL, for its log and for what is made of it. */
import { Prisma } from '@alink/db';
import type { DataPlace } from './data-place';

export interface HistoryQuery {
  readonly productID: string;
  /** Empty for all devices of the product. */
  readonly deviceNames: readonly string[];
  readonly place: DataPlace;
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

/** A table expression `device_name, timestamp, arrived_at, message_id, value`: what there is of the place, whoever said it. */
export const historyOf = ({ productID, deviceNames, place, timeStart, timeEnd }: HistoryQuery): Prisma.Sql => {
  const sources = sourcesOf(place);
  const conditions = [
    Prisma.sql`d.product_id = ${productID}`,
    Prisma.sql`h.identifier = ANY(${sources.map(({ name }) => name)}::text[])`,
    ...(deviceNames.length > 0 ? [Prisma.sql`d.device_name = ANY(${[...deviceNames]}::text[])`] : []),
    ...(timeStart !== '0' ? [Prisma.sql`h.timestamp >= ${timeStart}::bigint`] : []),
    ...(timeEnd !== '0' ? [Prisma.sql`h.timestamp <= ${timeEnd}::bigint`] : []),
  ];
  return Prisma.sql`(SELECT * FROM (
      SELECT d.device_name, h.timestamp, h.arrived_at, h.message_id,
        CASE ${Prisma.join(sources.map(valueFrom), ' ')} END AS value
      FROM property_history h JOIN device d ON d.id = h.device_id WHERE ${Prisma.join(conditions, ' AND ')}
    ) AS said WHERE value IS NOT NULL) AS history`;
};
