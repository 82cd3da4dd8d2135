/** What an update changes, for the audit log. */
import { isDeepStrictEqual } from 'node:util';
import type { AuditDetail } from './audit-log';

/** Columns that hold no secret and say most when they are shown. */
const SHOWN = new Set([
  'productName',
  'productKey',
  'status',
  'autoRegister',
  'authMode',
  'deviceType',
  'netType',
  'protocolCode',
  'isEnable',
  'logLevel',
  'deviceAlias',
  'name',
]);

/** The columns whose values differ: from what to what where that may be shown, else only that they changed. */
export const changedFields = (before: object, change: object): AuditDetail =>
  Object.fromEntries(
    Object.entries(change)
      .filter(([column, value]) => !isDeepStrictEqual(plain((before as Record<string, unknown>)[column]), plain(value)))
      .map(([column, value]) => [
        column,
        SHOWN.has(column) ? { from: (before as Record<string, unknown>)[column], to: value } : 'changed',
      ]),
  );

/** Without the prototypes that decoders give to their maps. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
