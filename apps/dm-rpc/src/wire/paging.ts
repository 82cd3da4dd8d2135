/** Paging: `PageInfo` to what the database takes. */
import { SortOrder } from '@alink/contract';
import { badParameter } from './errors';

/** Rows in one answer at most, also when no page is asked for. Whether so many fit into a message, the server looks. */
const MAX_ROWS = 2000;
/** Rows of a page that does not say its size. */
const DEFAULT_SIZE = 20;
/** More pages no list has, and their rows could not be counted exactly. */
const MAX_PAGE = 1_000_000_000;

export interface PageInfo {
  readonly page: string;
  readonly size: string;
  readonly orders: readonly { readonly field: string; readonly sort: string }[];
}

export interface Page {
  readonly skip: number;
  readonly take: number;
}

/** Which rows are wanted; without a page all, at most {@link MAX_ROWS}. */
export const pageOf = (page: PageInfo | null): Page => {
  if (!page) return { skip: 0, take: MAX_ROWS };
  const number = Number(page.page);
  const size = Number(page.size);
  if (number < 0 || number > MAX_PAGE) throw badParameter('page.page', `must be 1 to ${MAX_PAGE}`);
  if (size < 0) throw badParameter('page.size', 'must be 1 or more');
  const take = Math.min(size || DEFAULT_SIZE, MAX_ROWS);
  return { skip: Math.max(number - 1, 0) * take, take };
};

type Direction = 'asc' | 'desc';

/**
 * The sort keys that are asked for, else `fallback`.
 * @param columns the fields that can be sorted by, with the column of each
 * @param fallback whose last one no two rows share: it decides last in any case, lest rows come twice or not at all
 */
export const orderOf = <C extends string>(
  page: PageInfo | null,
  columns: Readonly<Record<string, C>>,
  fallback: readonly Partial<Record<C, Direction>>[],
): Partial<Record<C, Direction>>[] => {
  const orders = page?.orders ?? [];
  if (orders.length === 0) return [...fallback];
  const wanted = orders.map(({ field, sort }) => {
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (!column) throw badParameter('page.orders.field', `must be one of ${Object.keys(columns).join(', ')}`);
    return { [column]: Number(sort) === SortOrder.descending ? 'desc' : 'asc' } as Partial<Record<C, Direction>>;
  });
  return [...wanted, ...fallback.slice(-1)];
};
