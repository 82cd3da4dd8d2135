/**
 * Alink has no name for one element of an array: a device is set whole arrays. Where one element is to be set, the others
 * go with it as they are known.
 */
import { PROTOCOL_CODE, type Json, type JsonObject } from '@alink/contract';
import { elementOf, hasNamedElements, type ArrayElement } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import { elementsOf, type Stored } from '../device-msg/array-elements';
import type { CommandTarget } from './command-target';

interface Setting extends ArrayElement {
  readonly name: string;
  readonly value: Json;
}

const knownOf = (identifier: string, latest: ReadonlyMap<string, Stored>): (Json | undefined)[] =>
  elementsOf(identifier, latest).map((element) => element && (JSON.parse(element.value) as Json));

/** The array with what is set in its place. @throws {RpcError} 100006 for a gap */
const arrayWith = (settings: readonly Setting[], known: readonly (Json | undefined)[]): Json[] => {
  const elements = [...known];
  for (const { index, value } of settings) elements[index] = value;
  const whole = Array.from(elements);
  if (!whole.includes(undefined)) return whole as Json[];
  const { name, array } = settings[0]!;
  throw badParameter(
    `data.${name}`,
    `is one element: an Alink device takes whole arrays, and not all others of ${array} are known; set ${array}`,
  );
};

/**
 * What the device is sent for these values. Devices of other protocols know elements by their names.
 * @throws {RpcError} 100006 where the other elements are not known
 */
export const withWholeArrays = async (
  { prisma }: Pick<DmContext, 'prisma'>,
  { device, properties }: Pick<CommandTarget, 'device' | 'properties'>,
  params: JsonObject,
): Promise<JsonObject> => {
  if (device.protocolCode !== PROTOCOL_CODE) return params;
  const settings = Object.entries(params).flatMap(([name, value]): Setting[] => {
    const element = elementOf(name);
    const isNamed = element && hasNamedElements(properties.get(element.array)?.dataType);
    return isNamed ? [{ ...element, name, value }] : [];
  });
  if (settings.length === 0) return params;
  const rows = await prisma.propertyLatest.findMany({ where: { deviceID: device.id } });
  const latest = new Map(rows.map((row) => [row.identifier, row]));
  const whole: Record<string, Json> = { ...params };
  for (const { name } of settings) delete whole[name];
  for (const array of new Set(settings.map((setting) => setting.array))) {
    const given = params[array];
    const known = Array.isArray(given) ? (given as Json[]) : knownOf(array, latest);
    const ofArray = settings.filter((setting) => setting.array === array);
    whole[array] = arrayWith(ofArray, known);
  }
  return whole;
};
