/** Lists of a device's definitions: two tables have them, and both are short, so they are looked through here. */
import { DefinitionType, SortOrder, type services } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import { findDevice } from '../../services/device-msg/find-device';
import { SCHEMA_DEFAULTS } from '../../services/product-manage/product-defaults';
import { SCHEMA_ORDER, type SchemaRow } from '../../services/product-manage/schema-record';
import { badParameter } from '../../wire/errors';
import { isSet } from '../../wire/extra';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { pageOf } from '../../wire/paging';
import { ownBeyond, OWN_ORDER } from './own-definitions';
import { ownInfo } from './own-record';

type Request = RequestOf<typeof services.deviceManage, 'deviceSchemaIndex'>;
type Response = ResponseOf<typeof services.deviceManage, 'deviceSchemaIndex'>;
type Test<Field extends keyof Request> = (row: SchemaRow, value: NonNullable<Request[Field]>) => boolean;

const kept =
  (field: keyof typeof SCHEMA_DEFAULTS) =>
  (row: SchemaRow, value: string): boolean =>
    ((row.extra as Readonly<Record<string, string>>)[field] ?? SCHEMA_DEFAULTS[field]) === value;

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** What each field asks of a definition. */
const TESTS: {
  readonly [Field in Exclude<keyof Request, 'page' | 'productID' | 'deviceName' | 'withProductSchema'>]-?: Test<Field>;
} = {
  type: ({ type }, value) => type === Number(value),
  types: ({ type }, values) => values.map(Number).includes(type),
  tag: kept('tag'),
  name: ({ name }, text) => contains(name, text),
  identifier: ({ identifier }, text) => identifier.includes(text),
  identifiers: ({ identifier }, values) => values.includes(identifier),
  propertyMode: ({ type, affordance }, mode) =>
    type === DefinitionType.property && (JSON.parse(affordance) as { mode?: unknown }).mode === mode,
  isCanSceneLinkage: kept('isCanSceneLinkage'),
  funcGroup: kept('funcGroup'),
  userPerm: kept('userPerm'),
  controlMode: kept('controlMode'),
};

const isAskedFor = (row: SchemaRow, request: Request): boolean =>
  (Object.keys(TESTS) as (keyof typeof TESTS)[]).every(
    (field) => !isSet(request[field]) || (TESTS[field] as Test<never>)(row, request[field] as never),
  );

const SORT = ['order', 'identifier', 'name', 'type'] as const;

const sorted = (rows: readonly SchemaRow[], { page }: Request): SchemaRow[] => {
  const orders = (page?.orders ?? []).map(({ field, sort }) => {
    const column = SORT.find((name) => name === field);
    if (!column) throw badParameter('page.orders.field', `must be one of ${SORT.join(', ')}`);
    return { column, sign: Number(sort) === SortOrder.descending ? -1 : 1 };
  });
  return [...rows].sort((a, b) => {
    for (const { column, sign } of orders) if (a[column] !== b[column]) return a[column] < b[column] ? -sign : sign;
    return 0;
  });
};

/** Its product's before its own, each in the order of its model. @throws {RpcError} 100009 when there is no such device */
export const listOwn = async (prisma: PrismaClient, request: Request): Promise<Response> => {
  const { id: deviceID, productID, deviceName } = await findDevice({ prisma }, request);
  const [ofProduct, own] = await Promise.all([
    prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER }),
    prisma.deviceDefinition.findMany({ where: { deviceID }, orderBy: OWN_ORDER }),
  ]);
  const beyond = ownBeyond(ofProduct, own, productID);
  const rows = request.withProductSchema ? [...ofProduct, ...beyond] : beyond;
  const found = sorted(rows, request).filter((row) => isAskedFor(row, request));
  const { skip, take } = pageOf(request.page);
  return { list: found.slice(skip, skip + take).map((row) => ownInfo(row, deviceName)), total: found.length };
};
