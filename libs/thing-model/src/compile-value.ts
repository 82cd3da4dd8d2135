import { isDecimal } from './json-node';
import { limits } from './limits';
import { Fault, ModelCode } from './rejection';
import type { Strictness } from './strictness';
import type { ArrayType, DataType, Json, LabelledType, NumberType, StructType, TextType } from './types';

/** Takes a value of a message; returns it, converted where that is allowed, or the fault. Never throws. */
export type Check = (value: unknown) => Json | Fault;

/**
 * Compiles a data type to a checker.
 * @param where the place in the model that messages name: `pos`, `pos.lat`, `list[]`
 */
export const compileValue = (type: DataType, where: string, strictness: Strictness): Check => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return compileNumber(type, where, strictness);
    case 'bool':
      return compileBool(where, strictness);
    case 'enum':
      return compileEnum(type, where, strictness);
    case 'text':
      return compileText(type, where, strictness);
    case 'date':
      return compileDate(where, strictness);
    case 'struct':
      return compileStruct(type, where, strictness);
    case 'array':
      return compileArray(type, where, strictness);
  }
};

/** The platform's words, as devices' logs have them: `tsl parse: data type is not int -> LightSwitch`. */
const notOfType = (type: DataType['type'], where: string): Fault =>
  new Fault(type === 'array' ? ModelCode.notArray : ModelCode[type], `data type is not ${type}`, where);

const int32 = { min: '-2147483648', max: '2147483647' };

const compileNumber = (type: NumberType, where: string, { converts, bounds }: Strictness): Check => {
  const whole = type.type === 'int';
  const wrong = notOfType(type.type, where);
  const fits = whole ? Number.isSafeInteger : Number.isFinite;
  const read = (value: unknown): number | undefined => {
    const number = typeof value === 'number' || !converts ? value : numberFrom(value);
    return typeof number === 'number' && fits(number) ? number : undefined;
  };
  if (!bounds) return (value) => read(value) ?? wrong;
  // Only a strong check holds an int to 32 bits: a model of another make may count in 53.
  const range = whole && !converts ? { ...int32, ...type } : type;
  const min = Number(range.min ?? -Infinity);
  const max = Number(range.max ?? Infinity);
  const outside = new Fault(ModelCode[type.type], `not from ${range.min ?? 'any'} to ${range.max ?? 'any'}`, where);
  return (value) => {
    const number = read(value);
    if (number === undefined) return wrong;
    return number < min || number > max ? outside : number;
  };
};

const compileBool = (where: string, { converts }: Strictness): Check => {
  const wrong = notOfType('bool', where);
  if (!converts) return (value) => (value === 0 || value === 1 ? value : wrong);
  return (value) => {
    if (value === 0 || value === 1) return value;
    if (value === true || value === 'true' || value === '1') return 1;
    if (value === false || value === 'false' || value === '0') return 0;
    return wrong;
  };
};

const compileEnum = ({ labels }: LabelledType, where: string, { converts, bounds }: Strictness): Check => {
  const wrong = notOfType('enum', where);
  const items = new Set([...labels.keys()].map(Number));
  return (value) => {
    const number = typeof value === 'number' || !converts ? value : numberFrom(value);
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return wrong;
    return bounds && !items.has(number) ? wrong : number;
  };
};

const compileText = ({ length }: TextType, where: string, { bounds }: Strictness): Check => {
  const wrong = notOfType('text', where);
  if (!bounds || length === undefined) return (value) => (typeof value === 'string' ? value : wrong);
  const tooLong = new Fault(ModelCode.text, `longer than ${length} bytes`, where);
  return (value) => {
    if (typeof value !== 'string') return wrong;
    // A UTF-16 unit takes at most 3 bytes of UTF-8: most texts need no counting.
    return value.length * 3 <= length || Buffer.byteLength(value) <= length ? value : tooLong;
  };
};

const compileDate = (where: string, { converts }: Strictness): Check => {
  const wrong = notOfType('date', where);
  return (value) => {
    if (typeof value === 'string') return /^\d{1,16}$/.test(value) ? value : wrong;
    return converts && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : wrong;
  };
};

const compileStruct = ({ members }: StructType, where: string, strictness: Strictness): Check => {
  const wrong = notOfType('struct', where);
  const checks = new Map(
    members.map(({ identifier, dataType }) => [
      identifier,
      compileValue(dataType, `${where}.${identifier}`, strictness),
    ]),
  );
  return (value) => {
    if (!isRecord(value)) return wrong;
    const taken: Record<string, Json> = {};
    for (const key in value) {
      const check = checks.get(key);
      if (!check) return new Fault(ModelCode.memberUnknown, 'params not exist', key);
      const result = check(value[key]);
      if (result instanceof Fault) return result;
      taken[key] = result;
    }
    return taken;
  };
};

/** No model can allow more than the limit, so no check does: the work for one value stays bounded. */
export const mostElements = (size: number | undefined, { bounds }: Strictness): number =>
  bounds ? (size ?? limits.arraySize) : limits.arraySize;

const compileArray = ({ item, size }: ArrayType, where: string, strictness: Strictness): Check => {
  const wrong = notOfType('array', where);
  const most = mostElements(size, strictness);
  const tooMany = new Fault(ModelCode.arraySize, `more than ${most} elements`, where);
  const badElement = new Fault(ModelCode.element, 'element of the wrong type', `${where}[]`);
  const plain = item.type !== 'struct' && item.type !== 'array';
  const check = compileValue(item, `${where}[]`, strictness);
  return (value) => {
    if (!Array.isArray(value)) return wrong;
    if (value.length > most) return tooMany;
    const taken = new Array<Json>(value.length);
    for (let index = 0; index < value.length; index++) {
      const result = check(value[index]);
      if (result instanceof Fault) return plain ? badElement : result;
      taken[index] = result;
    }
    return taken;
  };
};

/** True for an object that is neither null nor an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numberFrom = (value: unknown): number | undefined =>
  typeof value === 'string' && isDecimal(value) ? Number(value) : undefined;
