/**
 * Values by unitedrhino's data types: what it makes of a value that a device or an application sends. Numbers out of range
 * are moved to the nearest bound, text is cut (unitedrhino, things: domain of the device messages).
 */
import { RhinoError } from '../wire/rhino-error';

/** A data type as its model JSON has it; numbers are text. */
export interface Define {
  readonly type: 'bool' | 'int' | 'string' | 'struct' | 'float' | 'timestamp' | 'array' | 'matrix' | 'enum';
  readonly mapping?: Readonly<Record<string, string>>;
  readonly min?: string;
  readonly max?: string;
  readonly start?: string;
  readonly step?: string;
  readonly unit?: string;
  readonly specs?: readonly { readonly identifier: string; readonly name: string; readonly dataType: Define }[];
  readonly arrayInfo?: Define;
}

const NUMBER_MAX = '9999999999999';
const STRING_MAX = '2048';

/** The members that it keeps of a data type, with its own bounds where the document has none; all others are dropped. */
export const formatDefine = (define: Define): Define => {
  const { type, mapping, min, max, start, step, unit } = define;
  const text = (value: unknown): { start?: string; unit?: string } => (value ? { start: String(value) } : {});
  switch (type) {
    case 'bool':
      return { type, mapping: mapping ?? { '0': '关', '1': '开' }, ...text(start) };
    case 'int':
    case 'float':
      return {
        type,
        min: min || `-${NUMBER_MAX}`,
        max: max || NUMBER_MAX,
        ...text(start),
        step: step || (type === 'int' ? '1' : '0.001'),
        ...(unit && { unit }),
      };
    case 'string':
      return { type, max: max || STRING_MAX, ...text(start) };
    case 'enum':
      return { type, mapping, ...text(start) };
    case 'timestamp':
      return { type };
    case 'struct':
      return {
        type,
        specs: define.specs?.map(({ identifier, name, dataType }) => ({
          identifier,
          name,
          dataType: formatDefine(dataType),
        })),
      };
    case 'array':
    case 'matrix':
      return { type, max, arrayInfo: define.arrayInfo && formatDefine(define.arrayInfo) };
    default:
      throw new RhinoError(100006, [], `定义的类型不支持:${String(type ?? '')}`);
  }
};

const integer = (value: unknown): number => {
  const number = typeof value === 'boolean' ? Number(value) : Number(typeof value === 'object' ? NaN : value);
  if (!Number.isFinite(number)) throw new RhinoError(100006, [String(value)]);
  return Math.trunc(number);
};

const real = (value: unknown): number => {
  const number = Number(typeof value === 'object' ? NaN : value);
  if (!Number.isFinite(number)) throw new RhinoError(100006, [String(value)]);
  return number;
};

const clamp = (value: number, { min, max }: Define): number => Math.min(Math.max(value, Number(min)), Number(max));

/**
 * The value as it is kept and sent.
 * @throws {RhinoError} 100006 for one that is not of the type, 100015 for one that an enumeration has not
 */
export const takeValue = (define: Define, value: unknown): unknown => {
  switch (define.type) {
    case 'bool':
      return integer(value) === 0 ? 0 : 1;
    case 'int': {
      const step = Number(define.step);
      return Math.trunc(clamp(integer(value), define) / step) * step;
    }
    case 'float':
      return Number(clamp(real(value), define).toFixed(define.step?.split('.')[1]?.length ?? 0));
    case 'string':
      if (typeof value !== 'string') throw new RhinoError(100006, [String(value)]);
      return Buffer.from(value).subarray(0, Number(define.max)).toString('utf8');
    case 'enum':
      if (!Object.hasOwn(define.mapping ?? {}, String(integer(value)))) {
        throw new RhinoError(100015, [`value ${String(value)} not in enum`]);
      }
      return integer(value);
    case 'timestamp':
      return integer(value);
    case 'struct':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new RhinoError(100006, [String(value)]);
      }
      return value;
    default:
      return takeArray(define, value);
  }
};

/** The whole array, or one item of it, where it is named by its place: `arr.1`. */
const takeArray = ({ arrayInfo }: Define, value: unknown): unknown => {
  if (!arrayInfo) throw new RhinoError(100006, ['need param']);
  return Array.isArray(value) ? value.map((item) => takeValue(arrayInfo, item)) : takeValue(arrayInfo, value);
};

/** What it answers for a property that was never reported. */
export const defaultValue = ({ type, start, mapping, specs, arrayInfo }: Define): unknown => {
  switch (type) {
    case 'string':
      return start ?? '';
    case 'struct':
      return Object.fromEntries((specs ?? []).map(({ identifier, dataType }) => [identifier, defaultValue(dataType)]));
    case 'array':
    case 'matrix':
      return arrayInfo ? defaultValue(arrayInfo) : 0;
    case 'enum':
      return start ? Number(start) : Math.min(...Object.keys(mapping ?? { '0': '' }).map(Number));
    default:
      return Number(start ?? 0);
  }
};

/** A value as text: plain for text and numbers, JSON for the rest. */
export const valueText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
