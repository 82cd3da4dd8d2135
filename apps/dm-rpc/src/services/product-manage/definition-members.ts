/**
 * What a definition has in unitedrhino's model JSON beside its name and its body: who may use it, whether its history is
 * kept, and the like. Nothing here acts on it, so it is kept as it is, and given back where its caches look for it.
 */
import { DefinitionType } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { JsonObject } from '@alink/thing-model';
import { SCHEMA_DEFAULTS } from './product-defaults';
import type { SchemaRow } from './schema-record';

/** Numbers in a document, int64 on the wire. */
const NUMBERS = [
  'tag',
  'isCanSceneLinkage',
  'funcGroup',
  'controlMode',
  'userPerm',
  'recordMode',
  'isPassword',
] as const satisfies readonly (keyof typeof SCHEMA_DEFAULTS)[];

const MAX_EXTEND_CONFIG = 4096;

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of a definition in a document. */
export const membersOf = ({ extra, order, affordance, type }: SchemaRow): JsonObject => {
  const kept = { ...SCHEMA_DEFAULTS, ...(extra as Readonly<Record<string, string>>) };
  const { isUseShadow = false, isNoRecord = false } = JSON.parse(affordance) as JsonObject;
  return {
    ...Object.fromEntries(NUMBERS.map((key) => [key, Number(kept[key])])),
    extendConfig: (kept as { readonly extendConfig?: string }).extendConfig ?? '',
    order,
    ...(type === DefinitionType.property && { isUseShadow, isNoRecord }),
  };
};

/** What there is to keep of a definition in a document; what makes no sense is left out. */
const extraOf = (definition: Members): Prisma.InputJsonObject => {
  const { extendConfig } = definition;
  const isText =
    typeof extendConfig === 'string' && extendConfig.length <= MAX_EXTEND_CONFIG && !extendConfig.includes('\0');
  return {
    ...Object.fromEntries(
      NUMBERS.map((key) => [key, definition[key]] as const)
        .filter(([, value]) => Number.isSafeInteger(value) && value !== 0)
        .map(([key, value]) => [key, String(value)]),
    ),
    ...(isText && extendConfig && { extendConfig }),
  };
};

/** The same of every definition of a document, by identifier. @param tsl JSON of an object */
export const extrasOf = (tsl: string): ReadonlyMap<unknown, Prisma.InputJsonObject> => {
  const document = JSON.parse(tsl) as Members;
  const definitions = ['properties', 'events', 'actions'].flatMap((key) => document[key] ?? []).filter(isObject);
  return new Map(definitions.map((definition) => [definition['identifier'] ?? definition['id'], extraOf(definition)]));
};
