/** Fields that nothing here acts on: kept in one JSON column and returned as given, int64 as exact text. */
import type { Prisma } from '@alink/db';

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
