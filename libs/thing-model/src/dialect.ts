import type { JsonNode } from './json-node';

/** A kind of data type as documents name it; `matrix` becomes an array of arrays. */
export type TypeName = 'int' | 'float' | 'double' | 'bool' | 'enum' | 'text' | 'date' | 'struct' | 'array' | 'matrix';

/** Where a document keeps the parts of a data type: all in which Alibaba's TSL and unitedrhino's model differ. */
export interface Dialect {
  /** Members that hold an identifier, the usual one first. */
  readonly identifierKeys: readonly [string, ...string[]];
  /** Member that holds the data type of a property or a parameter. */
  readonly typeKey: string;
  readonly accessModeKey: string;
  readonly servicesKey: string;
  readonly eventOutputKey: string;
  readonly serviceInputKey: string;
  readonly serviceOutputKey: string;
  /** The event type that this document has for a fault. */
  readonly faultType: string;
  /** The type that a node names; fails for one that the document format has not. */
  typeOf(type: JsonNode): TypeName;
  /** Holds min, max, step, start, unit and unitName. */
  numberSpecs(type: JsonNode): JsonNode;
  labels(type: JsonNode): JsonNode;
  textLength(type: JsonNode): JsonNode;
  members(type: JsonNode): JsonNode;
  arraySize(type: JsonNode): JsonNode;
  item(type: JsonNode): JsonNode;
}

const tslTypes = ['int', 'float', 'double', 'bool', 'enum', 'text', 'date', 'struct', 'array'] as const;

/** Alibaba Cloud's TSL (Alibaba Cloud IoT documentation, "TSL fields"). */
export const tslDialect: Dialect = {
  identifierKeys: ['identifier'],
  typeKey: 'dataType',
  accessModeKey: 'accessMode',
  servicesKey: 'services',
  eventOutputKey: 'outputData',
  serviceInputKey: 'inputData',
  serviceOutputKey: 'outputData',
  faultType: 'error',
  typeOf: (type) => type.member('type').oneOf(tslTypes),
  numberSpecs: (type) => type.member('specs'),
  labels: (type) => type.member('specs'),
  textLength: (type) => type.member('specs').member('length'),
  members: (type) => type.member('specs'),
  arraySize: (type) => type.member('specs').member('size'),
  item: (type) => type.member('specs').member('item'),
};

const modelTypes = ['bool', 'int', 'float', 'string', 'struct', 'timestamp', 'array', 'matrix', 'enum'] as const;

/** Unitedrhino's model JSON, as its users see and import it. */
export const modelDialect: Dialect = {
  // Models of its first years, and of Tencent's data templates that it was made after, say `id`.
  identifierKeys: ['identifier', 'id'],
  typeKey: 'define',
  accessModeKey: 'mode',
  servicesKey: 'actions',
  eventOutputKey: 'params',
  serviceInputKey: 'input',
  serviceOutputKey: 'output',
  faultType: 'fault',
  typeOf: (type) => {
    const name = type.member('type').oneOf(modelTypes);
    if (name === 'string') return 'text';
    if (name === 'timestamp') return 'date';
    return name === 'float' && type.member('tslType').optionalText(16) === 'double' ? 'double' : name;
  },
  numberSpecs: (type) => type,
  labels: (type) => type.member('mapping'),
  textLength: (type) => type.member(type.has('maxLen') ? 'maxLen' : 'max'),
  members: (type) => type.member('specs'),
  arraySize: (type) => type.member('max'),
  item: (type) => type.member('arrayInfo'),
};

/** The identifier of a definition, a parameter or a member. */
export const identifierIn = (node: JsonNode, { identifierKeys }: Dialect): JsonNode =>
  node.member(identifierKeys.find((key) => node.has(key)) ?? identifierKeys[0]);
