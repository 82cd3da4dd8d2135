/** Lists in what a device asks. */
import { isProblem, wrongParameter, type Problem } from './problem';

export interface ListForm<Item> {
  /** The member that holds the list. */
  readonly name: string;
  /** Items that there may be. */
  readonly max: number;
  /** @param place of the item in its list, from 1 */
  readonly read: (item: unknown, place: number) => Item | Problem;
}

/** The items of a list; a problem where one cannot be used: a request is taken whole or not at all. */
export const readList = <Item>(list: unknown, { name, max, read }: ListForm<Item>): Item[] | Problem => {
  const step = `Send a list of at most ${max} items under "${name}".`;
  if (!Array.isArray(list)) return wrongParameter(`${name} is no list`, step);
  if (list.length > max) return wrongParameter(`${name} has more than ${max} items`, step);
  const items: Item[] = [];
  for (const element of list) {
    const item = read(element, items.length + 1);
    if (isProblem(item)) return item;
    items.push(item);
  }
  return items;
};
