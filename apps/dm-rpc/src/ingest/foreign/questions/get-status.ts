/**
 * `getStatus`: a device asks for its values as the platform knows them. Values that wait for it come before what it has
 * reported; what nobody has said yet is as the thing model begins.
 */
import { Code, type Json } from '@alink/contract';
import { defaultValue, elementOf, foreignValue } from '@alink/thing-model';
import { readValues } from '../../../domains/desired/store';
import { isListOf, isText } from '../../../wire/shape';
import type { QuestionKind } from '../question-kind';

interface ValueRow {
  readonly identifier: string;
  /** JSON. */
  readonly value: string;
}

/**
 * Values by property. Elements of an array that were told by themselves stand in it at their places.
 * @param rows the older ones first
 */
const valuesOf = (rows: readonly ValueRow[]): ReadonlyMap<string, Json> => {
  const values = new Map<string, Json>();
  for (const { identifier, value: text } of rows) {
    const value = JSON.parse(text) as Json;
    const element = elementOf(identifier);
    if (!element) values.set(identifier, value);
    else {
      const whole = values.get(element.array);
      const elements: Json[] = Array.isArray(whole) ? [...(whole as readonly Json[])] : [];
      while (elements.length < element.index) elements.push(null);
      elements[element.index] = value;
      values.set(element.array, elements);
    }
  }
  return values;
};

/** Those of the asked ones that exist; all of them when none of those does, as unitedrhino has it. */
const asked = (identifiers: unknown, properties: readonly string[]): readonly string[] => {
  if (!isListOf(isText)(identifiers)) return properties;
  const names = new Set(identifiers as readonly string[]);
  const known = properties.filter((identifier) => names.has(identifier));
  return known.length > 0 ? known : properties;
};

export const getStatus: QuestionKind = {
  handle: 'thing',
  type: 'property',
  method: 'getStatus',
  async answer({ device, message }, { prisma, models }) {
    const where = { deviceID: device.id };
    const [{ properties, typeOf }, latest, waiting] = await Promise.all([
      models.of({ ...device.product, device }),
      prisma.propertyLatest.findMany({ where, orderBy: [{ timestamp: 'asc' }, { identifier: 'asc' }] }),
      readValues(prisma, device.id, { isWaiting: true }),
    ]);
    const values = valuesOf([...latest, ...waiting]);
    const data = asked(message.members['identifiers'], [...properties.keys()]).map((identifier) => {
      const type = typeOf(identifier)!;
      const value = values.get(identifier);
      return [identifier, value === undefined ? defaultValue(type) : foreignValue(value, type)];
    });
    return { code: Code.ok, data: Object.fromEntries(data) };
  },
};
