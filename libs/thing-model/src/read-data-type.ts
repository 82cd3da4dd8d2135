import { identifierIn, type Dialect } from './dialect';
import { isIdentifier } from './identifier';
import type { JsonNode } from './json-node';
import { limits } from './limits';
import type { ArrayType, DataType, LabelledType, NumberType, Param } from './types';

/** Reads a data type with everything inside it. Throws ThingModelError. */
export const readDataType = (type: JsonNode, dialect: Dialect, depth = 0): DataType => {
  if (!type.present) type.fail('is missing');
  if (depth > limits.nesting) type.fail(`is nested deeper than ${limits.nesting} levels`);
  const name = dialect.typeOf(type);
  switch (name) {
    case 'int':
    case 'float':
    case 'double':
      return readNumber(name, dialect.numberSpecs(type));
    case 'bool':
    case 'enum':
      return readLabelled(name, dialect.labels(type));
    case 'text': {
      const length = dialect.textLength(type).count(0, limits.textLength);
      return length === undefined ? { type: name } : { type: name, length };
    }
    case 'date':
      return { type: name };
    case 'struct':
      // Both formats write a struct's members with "dataType".
      return {
        type: name,
        members: readParams(dialect.members(type), dialect, 'dataType', limits.structMembers, depth + 1),
      };
    case 'array':
      return readArray(type, dialect, depth);
    case 'matrix': {
      const rows = dialect.arraySize(type).count(0, limits.arraySize);
      const columns = type.member('maxColumns').count(0, limits.arraySize);
      const cell = readDataType(dialect.item(type), dialect, depth + 2);
      return sized(rows, sized(columns, cell));
    }
  }
};

/** Reads a list of parameters or struct members. Throws ThingModelError. */
export const readParams = (
  list: JsonNode,
  dialect: Dialect,
  typeKey: string,
  most: number,
  depth = 0,
): readonly Param[] => {
  const seen = new Set<string>();
  return list.list(most).map((node) => {
    const named = identifierIn(node, dialect);
    const identifier = named.text(limits.identifier);
    if (!isIdentifier(identifier)) named.fail('must consist of letters, digits and _');
    if (seen.has(identifier)) named.fail(`${identifier} occurs twice`);
    seen.add(identifier);
    return {
      identifier,
      name: node.member('name').optionalText(limits.name) ?? '',
      dataType: readDataType(node.member(typeKey), dialect, depth),
      required: node.member('required').flag(),
    };
  });
};

const readNumber = (type: NumberType['type'], specs: JsonNode): NumberType => {
  const min = specs.member('min').decimal();
  const max = specs.member('max').decimal();
  if (min !== undefined && max !== undefined && Number(min) > Number(max)) specs.member('min').fail('is above max');
  return withoutAbsent({
    type,
    min,
    max,
    step: specs.member('step').decimal(),
    start: specs.member('start').decimal(),
    unit: specs.member('unit').optionalText(limits.name),
    unitName: specs.member('unitName').optionalText(limits.name),
  });
};

const readLabelled = (type: LabelledType['type'], node: JsonNode): LabelledType => {
  const labels = node.labels(type === 'bool' ? 2 : limits.enumItems, limits.name);
  for (const key of labels.keys()) {
    const fits = type === 'bool' ? key === '0' || key === '1' : /^-?\d{1,10}$/.test(key);
    if (!fits)
      node.member(key).fail(type === 'bool' ? 'bool has the values 0 and 1' : 'must be labelled by a whole number');
  }
  return { type, labels };
};

const readArray = (type: JsonNode, dialect: Dialect, depth: number): ArrayType => {
  const size = dialect.arraySize(type).count(0, limits.arraySize);
  return sized(size, readDataType(dialect.item(type), dialect, depth + 1));
};

const sized = (size: number | undefined, item: DataType): ArrayType =>
  size === undefined ? { type: 'array', item } : { type: 'array', size, item };

const withoutAbsent = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
