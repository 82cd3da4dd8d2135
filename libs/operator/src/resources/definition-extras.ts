/** What a platform's model JSON says of definitions beside what a thing model is. */
import type { JsonObject } from '@alink/thing-model';

/** What only consoles read of a definition: a document need not have it, and what the platform has of it stays. */
const EXTRAS = [
  ...['tag', 'isCanSceneLinkage', 'funcGroup', 'controlMode', 'userPerm', 'recordMode', 'isPassword'],
  ...['extendConfig', 'isNoRecord'],
];
/** `tag` of a definition that a product has because its category has it. */
const OF_CATEGORY = 3;

/** @param tsl JSON of a document; empty where there is none */
const definitionsIn = (tsl: string): JsonObject[] =>
  tsl === ''
    ? []
    : (Object.values(JSON.parse(tsl) as JsonObject)
        .filter(Array.isArray)
        .flat() as JsonObject[]);

/** The definitions that the product of a document has because of its category. */
export const identifiersOfCategory = (tsl: string): Set<unknown> =>
  new Set(
    definitionsIn(tsl)
      .filter(({ tag }) => tag === OF_CATEGORY)
      .map(({ identifier }) => identifier),
  );

/** A document with what the platform has beside its definitions, where it does not say it itself. @param tsl of the platform */
export const withKept = (document: JsonObject, tsl: string): JsonObject => {
  const kept = new Map(
    definitionsIn(tsl).map((definition) => [
      definition['identifier'],
      Object.fromEntries(Object.entries(definition).filter(([key]) => EXTRAS.includes(key))),
    ]),
  );
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.map((each) => ({ ...kept.get((each as JsonObject)['identifier']), ...(each as JsonObject) }))
        : value,
    ]),
  );
};
