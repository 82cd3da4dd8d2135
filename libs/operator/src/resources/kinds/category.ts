import * as z from 'zod';
import { allPages } from '../../all-pages';
import { OperatorError } from '../../operator-error';
import type { Platform } from '../../platform';
import type { Kind } from '../kind';
import { defined, name, shortText, withDefaults } from '../members';

/** `parentID` of what stands below no other category. */
const ROOT_ID = '1';

const schema = z.strictObject({
  /** No two have the same. */
  name: name(100),
  /** Name of the category above. */
  parent: name(100).optional(),
  description: shortText(200).optional(),
});
type CategorySpec = z.infer<typeof schema>;
type CategoryInfo = Awaited<ReturnType<Platform['products']['productCategoryIndex']>>['list'][number];

const find = async ({ products }: Pick<Platform, 'products'>, name: string): Promise<CategoryInfo | undefined> => {
  const list = await allPages('id', (page) => products.productCategoryIndex({ name, page }));
  return list.find((category) => category.name === name);
};

/** Of a category by its name. @throws {OperatorError} when there is none */
export const categoryIDOf = async (platform: Pick<Platform, 'products'>, name: string): Promise<string> => {
  const info = await find(platform, name);
  if (!info) throw new OperatorError('refused', `there is no category ${name}`);
  return info.id;
};

const specOf = ({ name, parentID, desc }: CategoryInfo, all: readonly CategoryInfo[]): CategorySpec =>
  defined({
    name,
    parent: parentID === ROOT_ID ? undefined : all.find(({ id }) => id === parentID)?.name,
    description: desc?.value || undefined,
  });

/** What products are sorted into. */
export const categoryKind: Kind<CategorySpec> = {
  name: 'Category',
  schema,
  idOf: ({ name }) => name,
  needs: ({ parent }) => (parent === undefined ? [] : [{ kind: 'Category', id: parent }]),
  exists: async (platform, name) => (await find(platform, name)) !== undefined,
  read: async (platform, wanted) => {
    const info = await find(platform, wanted.name);
    if (!info) return undefined;
    const above =
      info.parentID === ROOT_ID ? [] : (await platform.products.productCategoryIndex({ ids: [info.parentID] })).list;
    return withDefaults(specOf(info, above), wanted, { description: '' });
  },
  fixed: (before, after) =>
    before.parent === after.parent
      ? undefined
      : `stands below ${before.parent ?? 'no category'}, and categories cannot be moved: delete it first`,
  create: async (platform, { name, parent, description }) => {
    const parentID = parent === undefined ? ROOT_ID : await categoryIDOf(platform, parent);
    await platform.products.productCategoryCreate({ name, parentID, desc: textOf(description) });
  },
  change: async (platform, _before, { name, description }) => {
    const id = await categoryIDOf(platform, name);
    await platform.products.productCategoryUpdate({ id, name, desc: textOf(description) });
  },
  list: async ({ products }, { productKeys }) => {
    if (productKeys.length > 0) return [];
    // Those above come before those below: they are older.
    const all = await allPages('id', (page) => products.productCategoryIndex({ page }));
    return all.map((info) => specOf(info, all));
  },
  fileOf: () => 'categories',
};

const textOf = (description: string | undefined) => (description === undefined ? null : { value: description });
