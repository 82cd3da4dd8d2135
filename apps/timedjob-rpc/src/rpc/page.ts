/** Which part of a list a caller wants, as Prisma takes it. */
import { SortOrder } from '@alink/contract';
import { badField, wholeNumber } from './request-fields';

interface PageInfo {
  readonly page: string;
  readonly size: string;
  readonly orders: readonly { readonly filed: string; readonly sort: string }[];
}

type Direction = 'asc' | 'desc';

export interface PageArgs<Field extends string> {
  readonly skip?: number;
  readonly take?: number;
  readonly orderBy: Partial<Record<Field, Direction>>[];
}

/** Rows of one page at most, as in dm.rpc. */
const MAX_SIZE = 2000;

/**
 * @param fields by which callers may sort
 * @param fallback the order without any of theirs, and among equals
 * @param defaultSize rows without a page; all when left out
 */
export const pageArgs = <Field extends string>(
  page: PageInfo | null,
  fields: readonly Field[],
  fallback: Partial<Record<Field, Direction>>[],
  defaultSize?: number,
): PageArgs<Field> => {
  const orders = (page?.orders ?? []).map(({ filed, sort }) => {
    const field = fields.find((name) => name === filed);
    if (!field) throw badField('page.orders', `cannot sort by "${filed}", only by ${fields.join(', ')}`);
    return { [field]: Number(sort) === SortOrder.descending ? 'desc' : 'asc' } as Partial<Record<Field, Direction>>;
  });
  const orderBy = [...orders, ...fallback];
  const size = wholeNumber(page?.size ?? 0, 'page.size', MAX_SIZE) || defaultSize;
  if (!size) return { orderBy };
  const number = Math.max(1, wholeNumber(page?.page ?? 1, 'page.page', 1_000_000_000));
  return { orderBy, take: size, skip: (number - 1) * size };
};
