import { isDecimal } from './json-node';
import { limits } from './limits';
import { Fault, ModelCode } from './rejection';
import type { ArrayType, DataType, Json, LabelledType, NumberType, StructType, TextType, Validation } from './types';

/** Takes a value of a message; returns it, converted where that is allowed, or the fault. Never throws. */
export type Check = (value: unknown) => Json | Fault;

/** A mode in which values are checked at all. */
export type Strictness = Exclude<Validation, 'none'>;

/**
 * Compiles a data type to a checker.
 * Weak: the data type only; numbers as text become numbers, true and false become 1 and 0.
 * Strong: also range, length, size and enum item; nothing is converted.
 * @param where the place in the model that messages name: `pos`, `pos.lat`, `list[]`
 */
export const compileValue = (type: DataType, where: string, strictness: Strictness): Check => {
  const strong = strictness === 'strong';
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return compileNumber(type, where, strong);
    case 'bool':
      return compileBool(where, strong);
    case 'enum':
      return compileEnum(type, where, strong);
    case 'text':
      return compileText(type, where, strong);
    case 'date':
      return compileDate(where, strong);
    case 'struct':
      return compileStruct(type, where, strictness);
    case 'array':
      return compileArray(type, where, strictness);
  }
};

const int32 = { min: '-2147483648', max: '2147483647' };

const compileNumber = (type: NumberType, where: string, strong: boolean): Check => {
  const whole = type.type === 'int';
  const wrong = new Fault(ModelCode[type.type], `not ${whole ? 'an int' : `a ${type.type}`}`, where);
  // Only a strong check holds an int to 32 bits: a model of another make may count in 53.
  const bounds = whole ? { ...int32, ...type } : type;
  const min = Number(bounds.min ?? -Infinity);
  const max = Number(bounds.max ?? Infinity);
  const outside = new Fault(ModelCode[type.type], `not from ${bounds.min ?? 'any'} to ${bounds.max ?? 'any'}`, where);
  const fits = whole ? Number.isSafeInteger : Number.isFinite;
  if (strong) {
    return (value) => {
      if (typeof value !== 'number' || !fits(value)) return wrong;
      return value < min || value > max ? outside : value;
    };
  }
  return (value) => {
    if (typeof value === 'number') return fits(value) ? value : wrong;
    const number = numberFrom(value);
    return number !== undefined && fits(number) ? number : wrong;
  };
};

const compileBool = (where: string, strong: boolean): Check => {
  const wrong = new Fault(ModelCode.bool, 'not a bool, 0 or 1', where);
  if (strong) return (value) => (value === 0 || value === 1 ? value : wrong);
  return (value) => {
    if (value === 0 || value === 1) return value;
    if (value === true || value === 'true' || value === '1') return 1;
    if (value === false || value === 'false' || value === '0') return 0;
    return wrong;
  };
};

const compileEnum = ({ labels }: LabelledType, where: string, strong: boolean): Check => {
  const wrong = new Fault(ModelCode.enum, 'not an enum item', where);
  if (strong) {
    const items = new Set([...labels.keys()].map(Number));
    return (value) => (typeof value === 'number' && items.has(value) ? value : wrong);
  }
  return (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? value : wrong;
    const number = numberFrom(value);
    return number !== undefined && Number.isSafeInteger(number) ? number : wrong;
  };
};

const compileText = ({ length }: TextType, where: string, strong: boolean): Check => {
  const wrong = new Fault(ModelCode.text, 'not a text', where);
  if (!strong || length === undefined) return (value) => (typeof value === 'string' ? value : wrong);
  const tooLong = new Fault(ModelCode.text, `longer than ${length} bytes`, where);
  return (value) => {
    if (typeof value !== 'string') return wrong;
    // A UTF-16 unit takes at most 3 bytes of UTF-8: most texts need no counting.
    return value.length * 3 <= length || Buffer.byteLength(value) <= length ? value : tooLong;
  };
};

const compileDate = (where: string, strong: boolean): Check => {
  const wrong = new Fault(ModelCode.date, 'not a date, milliseconds as text', where);
  return (value) => {
    if (typeof value === 'string') return /^\d{1,16}$/.test(value) ? value : wrong;
    return !strong && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : wrong;
  };
};

const compileStruct = ({ members }: StructType, where: string, strictness: Strictness): Check => {
  const wrong = new Fault(ModelCode.struct, 'not a struct', where);
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

/** No model can allow more than the limit, so a weak check does not either: the work for one value stays bounded. */
export const mostElements = (size: number | undefined, strictness: Validation): number =>
  strictness === 'strong' ? (size ?? limits.arraySize) : limits.arraySize;

const compileArray = ({ item, size }: ArrayType, where: string, strictness: Strictness): Check => {
  const wrong = new Fault(ModelCode.notArray, 'not an array', where);
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
