/**
 * Elements of an array by themselves: `list.0` is the first one of the property `list`. Alink knows only whole arrays;
 * unitedrhino's gateways report elements too, and its callers set them (its public source, package `schema`). Rows of a
 * matrix have no such names.
 */
import type { OtherCheck, Slot } from './compile-params';
import { compileValue, mostElements, type Check } from './compile-value';
import { ofReports, type Strictness } from './strictness';
import type { ArrayType, DataType, Property } from './types';

/** The name of an element, taken apart. */
export interface ArrayElement {
  /** Identifier of the array. */
  readonly array: string;
  /** From 0. */
  readonly index: number;
}

/** @returns undefined for a name that is no element's, whatever the model has */
export const elementOf = (name: string): ArrayElement | undefined => {
  const [, array, index] = /^(.+)\.(0|[1-9]\d{0,2})$/s.exec(name) ?? [];
  return array === undefined ? undefined : { array, index: Number(index) };
};

/** The name of an element; the inverse of {@link elementOf}. */
export const nameOfElement = (array: string, index: number): string => `${array}.${index}`;

/** True for an array whose elements have names. */
export const hasNamedElements = (type: DataType | undefined): type is ArrayType =>
  type?.type === 'array' && type.item.type !== 'array';

/** How the elements of arrays are checked. */
export const elementChecks = (slots: readonly Slot[], strictness: Strictness): OtherCheck => {
  const arrays = new Map<string, { readonly check: Check; readonly size: number }>();
  for (const { identifier, dataType } of slots) {
    if (!hasNamedElements(dataType)) continue;
    const check = compileValue(dataType.item, `${identifier}[]`, strictness);
    arrays.set(identifier, { check, size: mostElements(dataType.size, strictness) });
  }
  return (name) => {
    const element = elementOf(name);
    const array = element && arrays.get(element.array);
    return array && element.index < array.size ? array.check : undefined;
  };
};

/** The type of a property, or of an element of one, by its name. @returns undefined for a name that the model lacks */
export const propertyTypes = (properties: readonly Property[]): ((name: string) => DataType | undefined) => {
  const types = new Map(properties.map(({ identifier, dataType }) => [identifier, dataType]));
  return (name) => {
    const whole = types.get(name);
    if (whole) return whole;
    const element = elementOf(name);
    const array = element && types.get(element.array);
    if (!hasNamedElements(array) || element!.index >= mostElements(array.size, ofReports.weak!)) return undefined;
    return array.item;
  };
};
