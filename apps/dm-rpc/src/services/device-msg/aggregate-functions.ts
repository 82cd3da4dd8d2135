/** What may be made of many values of a property. */
import { Prisma } from '@alink/db';
import type { DataType } from '@alink/thing-model';
import { badParameter } from '../../wire/errors';
import type { DataPlace } from './data-place';

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

export interface AggregateFunction {
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

/** @throws {RpcError} 100006 naming the field that asks for it, for what there is not, and for numbers of what are none */
export const functionOf = (name: string, { dataID, type }: DataPlace, field = 'argFunc'): AggregateFunction => {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!found) throw badParameter(field, `must be one of ${Object.keys(FUNCTIONS).join(', ')}`);
  if (found.ofNumbers && type && !NUMERIC.has(type.type)) {
    throw badParameter(field, `${name} needs numbers, and ${dataID} is of type ${type.type}`);
  }
  return found;
};

/** Whether what it makes is a value of the property, and not a number that was reckoned. */
export const isOfSameType = (name: string): boolean => FUNCTIONS[name]?.moment !== undefined;
