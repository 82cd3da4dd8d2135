/** Comparisons in requests: `CompareInt64`. The signs are those of unitedrhino's public source, `stores/cmp.go`. */
import type { Prisma } from '@alink/db';
import { badParameter } from '../../wire/errors';

export interface Comparison {
  readonly CmpType: string;
  readonly value: string;
}

/** Sign by sign what Prisma calls it, and what SQL does. */
const OPERATORS = {
  '=': { filter: 'equals', sql: '=' },
  '!=': { filter: 'not', sql: '<>' },
  '>': { filter: 'gt', sql: '>' },
  '>=': { filter: 'gte', sql: '>=' },
  '<': { filter: 'lt', sql: '<' },
  '<=': { filter: 'lte', sql: '<=' },
} as const;

/** @throws {RpcError} 100006 for a sign that compares no numbers */
export const operatorOf = (field: string, { CmpType }: Comparison): (typeof OPERATORS)[keyof typeof OPERATORS] => {
  const sign = CmpType || '=';
  if (!Object.hasOwn(OPERATORS, sign)) {
    throw badParameter(`${field}.CmpType`, `must be one of ${Object.keys(OPERATORS).join(' ')}`);
  }
  return OPERATORS[sign as keyof typeof OPERATORS];
};

/** A condition on a column of numbers. @throws {RpcError} 100006 for a sign that compares no numbers */
export const numberFilter = (field: string, comparison: Comparison): Prisma.BigIntNullableFilter => ({
  [operatorOf(field, comparison).filter]: BigInt(comparison.value),
});
