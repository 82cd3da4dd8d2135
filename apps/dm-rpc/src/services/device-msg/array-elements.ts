/**
 * Arrays, whose elements unitedrhino lists and sets one by one. What is stored is what was said: reports of the whole array
 * under its identifier, and what was said of single elements under `<identifier>.<index>`.
 */
import { elementOf } from '@alink/thing-model';

/** A value as it is stored. */
export interface Stored {
  /** JSON. */
  readonly value: string;
  /** Unix milliseconds. */
  readonly timestamp: bigint;
}

const parts = (json: string): string[] => {
  const value = JSON.parse(json) as unknown;
  return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [];
};

/** The elements that are known, each from the newest word on it. An array that is shorter now has lost what stood behind. */
export const elementsOf = (identifier: string, latest: ReadonlyMap<string, Stored>): (Stored | undefined)[] => {
  const whole = latest.get(identifier);
  const elements: (Stored | undefined)[] = whole
    ? parts(whole.value).map((value) => ({ value, timestamp: whole.timestamp }))
    : [];
  for (const [name, single] of latest) {
    const element = elementOf(name);
    if (element?.array !== identifier) continue;
    if (!whole || single.timestamp >= whole.timestamp) elements[element.index] = single;
  }
  return Array.from(elements);
};
