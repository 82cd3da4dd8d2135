/**
 * Elements of an array by themselves: `list.0` is the first one of the property `list`. Alink knows only whole arrays;
 * unitedrhino's gateways report elements too (its public source, package `schema`).
 */
import type { OtherCheck } from './compile-params';
import { compileValue, mostElements, type Check } from './compile-value';
import type { DataType, Property, Validation } from './types';

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

/** How the elements of a model's arrays are checked; without validation nothing is. */
export const elementChecks = (properties: readonly Property[], validation: Validation): OtherCheck => {
  const arrays = new Map<string, { readonly check: Check; readonly size: number }>();
  for (const { identifier, dataType } of properties) {
    if (dataType.type !== 'array' || validation === 'none') continue;
    const check = compileValue(dataType.item, `${identifier}[]`, validation);
    arrays.set(identifier, { check, size: mostElements(dataType.size, validation) });
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
    return array?.type === 'array' && element!.index < mostElements(array.size, 'weak') ? array.item : undefined;
  };
};
