/** A category of products on the wire and in the database. */
import { YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { plainText, requireText } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';

export type CategoryInput = RequestOf<typeof services.productManage, 'productCategoryCreate'>;
/** With its ids as text, as all of ours are. */
export type CategoryOutput = ResponseOf<typeof services.productManage, 'productCategoryRead'> & {
  readonly id: string;
  readonly parentID: string;
};

export const CHILDREN = { _count: { select: { children: true } } } as const;
export type CategoryRow = Prisma.ProductCategoryGetPayload<{ include: typeof CHILDREN }>;

/** Above all categories; a row it is none. */
export const ROOT = 1n;
/** Of what is in no category; a row it is none. */
export const NOT_CLASSIFIED = 2n;
/** What the two are called, as unitedrhino's console shows them. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { '1': '全部产品品类', '2': '自定义' };
const ORDER = 1n;

const MAX_NAME = 100;
const MAX_DESC = 200;
const MAX_PATH = 200;

/** The column of what is below a category; null below the root. */
export const parentOf = (id: bigint): bigint | null => (id === 0n || id === ROOT ? null : id);

/** The ids that a path names, from the top. */
export const idsOf = (idPath: string): string[] => idPath.split('-').filter((id) => id !== '');

/** What an update sets. */
export const changedCategoryRow = (info: CategoryInput) => ({
  ...(info.name !== '' && { name: requireText('name', info.name, MAX_NAME) }),
  ...(info.desc && { desc: plainText('desc', info.desc.value, MAX_DESC) }),
  ...(info.order !== '0' && { order: BigInt(info.order) }),
  ...(info.isUpdateHeadImg && info.headImg !== '' && { headImg: plainText('headImg', info.headImg, MAX_PATH) }),
});

/** The row of a new category, but for its place in the tree. */
export const newCategoryRow = (info: CategoryInput) => ({
  ...changedCategoryRow(info),
  name: requireText('name', info.name, MAX_NAME),
});

/** @param deviceCount with those of the categories below it */
export const categoryInfo = (row: CategoryRow, deviceCount = 0): CategoryOutput => ({
  id: row.id.toString(),
  parentID: (row.parentID ?? ROOT).toString(),
  name: row.name,
  headImg: row.headImg,
  desc: { value: row.desc },
  idPath: idsOf(row.idPath),
  isLeaf: row._count.children === 0 ? YesNo.yes : YesNo.no,
  deviceCount,
  order: row.order.toString(),
});

/** What stands for a category without being one; undefined for other ids. */
export const placeholder = (given: string): CategoryOutput | undefined => {
  const id = given === '0' ? ROOT.toString() : given;
  const name = PLACEHOLDERS[id];
  if (name === undefined) return undefined;
  return { id, name, parentID: '0', desc: { value: '' }, order: ORDER.toString() };
};
