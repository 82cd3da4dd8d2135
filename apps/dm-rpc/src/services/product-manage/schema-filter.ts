/** Which definitions of a thing model a list is about. */
import { DefinitionType, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { extraIn } from '../../wire/extra';
import { noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { containing, literal } from '../../wire/search';
import { SCHEMA_DEFAULTS } from './product-defaults';

type Request = RequestOf<typeof services.productManage, 'productSchemaIndex'>;
type Where = Prisma.SchemaEntryWhereInput;

/** A field that only says what it says. */
const kept =
  (field: keyof typeof SCHEMA_DEFAULTS) =>
  (value: string): Where =>
    extraIn(field, [value], SCHEMA_DEFAULTS[field]);

export const schemaFilters = (prisma: PrismaClient): FilterTable<Request, Where> => {
  /** The body of a definition is kept as it came, whatever white space and members it has: the database reads it. */
  const withMode = async (productID: string, mode: string): Promise<Where> => {
    const rows = await prisma.$queryRaw<{ identifier: string }[]>`
      SELECT identifier FROM schema_entry
      WHERE product_id = ${productID} AND type = ${DefinitionType.property} AND affordance::json ->> 'mode' = ${mode}`;
    return { identifier: { in: rows.map(({ identifier }) => identifier) } };
  };
  return {
    page: noFilter,
    productID: (productID) => ({ productID }),
    type: (value) => ({ type: Number(value) }),
    types: (values) => ({ type: { in: values.map(Number) } }),
    name: (text) => ({ name: containing(text) }),
    identifier: (text) => ({ identifier: { contains: literal(text) } }),
    identifiers: (values) => ({ identifier: { in: values } }),
    propertyMode: (mode, { productID }) => withMode(productID, mode),
    tag: kept('tag'),
    isCanSceneLinkage: kept('isCanSceneLinkage'),
    funcGroup: kept('funcGroup'),
    userPerm: kept('userPerm'),
    controlMode: kept('controlMode'),
  };
};
