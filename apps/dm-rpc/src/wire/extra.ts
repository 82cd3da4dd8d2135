/** Fields that nothing here acts on: kept in one JSON column and returned as given, int64 as exact text. */
import { Prisma } from '@alink/db';
import { literal } from './search';

/** False for what the wire cannot tell from "not set". */
export const isSet = (value: unknown): boolean => {
  if (value === null || value === undefined || value === '' || value === '0' || value === 0 || value === false) {
    return false;
  }
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

/** The fields of `message` that are set, among `keys`. */
export const pickExtra = (message: object, keys: readonly string[]): Prisma.InputJsonObject =>
  Object.fromEntries(
    keys
      .map((key) => [key, (message as Record<string, unknown>)[key]] as const)
      .filter(([, value]) => isSet(value))
      // Through JSON: the decoder's maps and messages have prototypes of their own.
      .map(([key, value]) => [key, JSON.parse(JSON.stringify(value))]),
  );

/** What was kept, with what is set now in its place. */
export const mergeExtra = (kept: unknown, message: object, keys: readonly string[]): Prisma.InputJsonObject => ({
  ...(kept as Prisma.InputJsonObject),
  ...pickExtra(message, keys),
});

/** A condition on the column `extra`, whichever table has it. */
export interface ExtraCondition {
  readonly OR: { readonly extra: Prisma.JsonFilter }[];
}

const at = (field: string, condition: Omit<Prisma.JsonFilter, 'path'>): { readonly extra: Prisma.JsonFilter } => ({
  extra: { path: field.split('.'), ...condition },
});
/** Of what was never kept. */
const isUnset = (field: string) => at(field, { equals: Prisma.AnyNull });

/**
 * That a kept field has one of the values.
 * @param field its name; members of it, and a wrapper's value, follow after a dot
 * @param unset what it answers where nothing is kept
 */
export const extraIn = (field: string, values: readonly string[], unset = ''): ExtraCondition => ({
  OR: [...values.map((value) => at(field, { equals: value })), ...(values.includes(unset) ? [isUnset(field)] : [])],
});

/** That a kept field has another value. Parameters as of {@link extraIn}. */
export const extraIsNot = (field: string, value: string, unset = ''): ExtraCondition => ({
  OR: [at(field, { not: value }), ...(value === unset ? [] : [isUnset(field)])],
});

/** That a kept text begins with one of the texts. Parameters as of {@link extraIn}. */
export const extraBegins = (field: string, beginnings: readonly string[], unset = ''): ExtraCondition => ({
  OR: [
    ...beginnings.map((text) => at(field, { string_starts_with: literal(text) })),
    ...(beginnings.some((text) => unset.startsWith(text)) ? [isUnset(field)] : []),
  ],
});
