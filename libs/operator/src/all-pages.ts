/** Rows in one answer of the platform at most. */
const PAGE_SIZE = 2000;
/** `PageInfo.OrderBy.sort`. */
const ASCENDING = 1;

/** `PageInfo`, as a list of the platform takes it. */
interface Page {
  readonly page: number;
  readonly size: number;
  readonly orders: { readonly field: string; readonly sort: number }[];
}

/**
 * All rows of a list, however many pages they take.
 * @param field that the rows are sorted by: one that does not change, so that none comes twice or not at all
 */
export const allPages = async <T>(
  field: string,
  read: (page: Page) => Promise<{ readonly list: readonly T[] }>,
): Promise<T[]> => {
  const rows: T[] = [];
  for (let page = 1, more = PAGE_SIZE; more === PAGE_SIZE; page++) {
    const { list } = await read({ page, size: PAGE_SIZE, orders: [{ field, sort: ASCENDING }] });
    rows.push(...list);
    more = list.length;
  }
  return rows;
};
