import type { Slot, PartCheck } from './compile-params';
import { compileValue, type Check } from './compile-value';
import { limits } from './limits';
import type { Strictness } from './strictness';
import type { ArrayType, DataType } from './types';

/**
 * Elements of arrays by names of their own, as unitedrhino has them: `list.0` is the first element of the property `list`.
 * Of a matrix, an array of rows, it names none.
 */

/** An element's property, and its place from 0. */
export interface ElementName {
  readonly identifier: string;
  readonly index: number;
}

export const nameOfElement = (identifier: string, index: number): string => `${identifier}.${index}`;

/** Reads the name of an element; undefined for any other name. An identifier has no dot. */
export const parseElementName = (name: string): ElementName | undefined => {
  const dot = name.lastIndexOf('.');
  const index = name.slice(dot + 1);
  if (dot <= 0 || !/^(?:0|[1-9]\d{0,2})$/.test(index) || Number(index) >= limits.arraySize) return undefined;
  return { identifier: name.slice(0, dot), index: Number(index) };
};

/** True for an array whose elements have names. */
export const hasNamedElements = (type: DataType): type is ArrayType =>
  type.type === 'array' && type.item.type !== 'array';

/** Finds the check of a single element. */
export const compileElements = (slots: readonly Slot[], strictness: Strictness): PartCheck => {
  const arrays = new Map<string, { size: number; check: Check }>();
  for (const { identifier, dataType } of slots) {
    if (!hasNamedElements(dataType)) continue;
    const size = strictness.bounds ? (dataType.size ?? limits.arraySize) : limits.arraySize;
    arrays.set(identifier, { size, check: compileValue(dataType.item, `${identifier}[]`, strictness) });
  }
  return (name) => {
    const element = parseElementName(name);
    const array = element && arrays.get(element.identifier);
    return array && element.index < array.size ? array.check : undefined;
  };
};
