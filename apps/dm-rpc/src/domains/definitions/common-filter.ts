/** Which common definitions a list is about. */
import { DefinitionType, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { inArea, inAreaPath, inProject } from '../../services/device-manage/device-filter';
import { SCHEMA_DEFAULTS } from '../../services/product-manage/product-defaults';
import { extraIn } from '../../wire/extra';
import { noFilter, notServed, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { containing, literal } from '../../wire/search';
import { idsOf, ROOT } from '../categories/category-record';
import { noCategory } from '../categories/category-rows';
import { inGroups } from '../groups/group-filter';
import { Tag } from './tags';

type Request = RequestOf<typeof services.schemaManage, 'commonSchemaIndex'>;
type Where = Prisma.CommonDefinitionWhereInput;

/** A field that only says what it says. */
const kept =
  (field: keyof typeof SCHEMA_DEFAULTS) =>
  (value: string): Where =>
    extraIn(field, [value], SCHEMA_DEFAULTS[field]);

export const commonFilters = (prisma: PrismaClient): FilterTable<Request, Where> => {
  /** Those that each of the products has taken over that has any. */
  const ofEach = async (productIDs: readonly string[]): Promise<Where> => {
    const rows = await prisma.$queryRaw<{ identifier: string }[]>`
      WITH taken AS (
        SELECT product_id, identifier FROM schema_entry
        WHERE product_id = ANY(${productIDs}::text[]) AND extra ->> 'tag' IN (${Tag.common}, ${Tag.required}))
      SELECT identifier FROM taken GROUP BY identifier
      HAVING count(*) = (SELECT count(DISTINCT product_id) FROM taken)`;
    return { identifier: { in: rows.map(({ identifier }) => identifier) } };
  };

  const ofDevices = async (where: Prisma.DeviceWhereInput): Promise<Where> => {
    const rows = await prisma.product.findMany({ where: { devices: { some: where } }, select: { productID: true } });
    return ofEach(rows.map(({ productID }) => productID));
  };

  const inCategory = async (id: bigint, withAbove: boolean): Promise<Where> => {
    const row = withAbove && id !== ROOT ? await prisma.productCategory.findUnique({ where: { id } }) : undefined;
    if (row === null) throw noCategory(id);
    const ids = row ? [ROOT, ...idsOf(row.idPath).map(BigInt)] : [id];
    return { categories: { some: { categoryID: { in: ids } } } };
  };

  /** The body of a definition is kept as it came: the database reads it. */
  const withMode = async (mode: string): Promise<Where> => {
    const rows = await prisma.$queryRaw<{ identifier: string }[]>`
      SELECT identifier FROM common_definition
      WHERE type = ${DefinitionType.property} AND affordance::json ->> 'mode' = ${mode}`;
    return { identifier: { in: rows.map(({ identifier }) => identifier) } };
  };

  return {
    page: noFilter,
    withProductCategory: noFilter,
    type: (value) => ({ type: Number(value) }),
    types: (values) => ({ type: { in: values.map(Number) } }),
    name: (text) => ({ name: containing(text) }),
    identifier: (text) => ({ identifier: { contains: literal(text) } }),
    identifiers: (values) => ({ identifier: { in: values } }),
    propertyMode: withMode,
    isCanSceneLinkage: kept('isCanSceneLinkage'),
    funcGroup: kept('funcGroup'),
    userPerm: kept('userPerm'),
    controlMode: kept('controlMode'),
    productIDs: ofEach,
    areaID: (id) => ofDevices(inArea(id)),
    areaIDPath: (path) => ofDevices(inAreaPath(path)),
    projectID: (id) => ofDevices(inProject(id)),
    groupID: (id) => ofDevices(inGroups([id])),
    groupIDs: (ids) => ofDevices(inGroups(ids)),
    productCategoryID: (id, { productCategoryWithFather }) => inCategory(BigInt(id), productCategoryWithFather),
    // Says more of the category alone.
    productCategoryWithFather: noFilter,
    productSceneMode: notServed,
  };
};
