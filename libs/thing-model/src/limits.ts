/** What a thing model may hold (Alibaba Cloud IoT documentation, "Limits": the current, wider figures). */
export const limits = {
  /** Characters of an identifier. */
  identifier: 50,
  /** Characters of a name, a label or a unit: enough for any display text, and a bound on what one document can cost. */
  name: 256,
  /** Characters of a description. */
  desc: 2048,
  /** Properties, events and services together in one module. */
  definitionsPerModule: 300,
  modules: 200,
  structMembers: 50,
  enumItems: 100,
  /** Bytes of a text value. */
  textLength: 10_240,
  /** Elements of an array value. */
  arraySize: 512,
  /** Parameters of a service, in each direction, and of an event. */
  params: 100,
  /** Containers inside each other: array of struct with an array member, and one more. The platform itself allows two. */
  nesting: 4,
  /** Properties in one report or one set; beyond it the whole message is refused (6106). */
  valuesPerMessage: 200,
  /** Containers inside each other in a value that no model checks: what JSON writers and databases surely take. */
  freeNesting: 32,
} as const;

/** Identifiers that the protocol itself uses in topics and messages. */
export const reservedIdentifiers: ReadonlySet<string> = new Set(['set', 'get', 'post', 'time', 'value']);
