import type { Json, JsonObject } from './types';

/**
 * What is left of a TSL document where only members of some names are wanted, as `thing/dynamicTsl/get` asks for it with
 * `nodes` (C SDK 3.x, `dm_message.c`: `type` and `identifier`). A member of such a name is kept whole, one that holds such
 * members is kept with these alone, and so are the lists that every TSL has. The document still says which product it is of.
 */
export const reduceTsl = (document: JsonObject, nodes: ReadonlySet<string>): JsonObject => {
  const { schema, profile, ...rest } = document;
  const lists = { properties: [], events: [], services: [] };
  return { schema: schema!, profile: profile!, ...lists, ...(reduced(rest, nodes) as JsonObject) };
};

/** Undefined where nothing is left. */
const reduced = (value: Json, nodes: ReadonlySet<string>): Json | undefined => {
  if (Array.isArray(value)) return listOf(value as readonly Json[], nodes);
  if (typeof value !== 'object' || value === null) return undefined;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const left = nodes.has(key) ? member : reduced(member, nodes);
    return left === undefined ? [] : [[key, left] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
};

/** The input of the service `get` is a list of bare identifiers. */
const listOf = (list: readonly Json[], nodes: ReadonlySet<string>): Json | undefined => {
  const left = list.flatMap((element) => {
    if (typeof element === 'string') return nodes.has('identifier') ? [element] : [];
    return reduced(element, nodes) ?? [];
  });
  return left.length > 0 ? left : undefined;
};
