/** Models of every shape: what is written as Alibaba's TSL is read back as it was. */
import { createHash } from 'node:crypto';
import { exportTsl, exportTslFiles, importModelFiles, importThingModel, reduceTsl } from './index';
import type { DataType, Json, JsonObject, Param, ThingModel } from './types';

const MODELS = 300;

/** Choices that look random, and are the same each time. */
class Dice {
  private at = 0;
  private readonly tape = createHash('shake256', { outputLength: 1_000_000 }).update('models').digest();

  /** From `min` to `max`, both included. */
  int(min: number, max: number): number {
    this.at = (this.at + 2) % this.tape.length;
    return min + (this.tape.readUInt16LE(this.at) % (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  text(length: number, alphabet: string): string {
    return Array.from({ length }, () => this.pick([...alphabet])).join('');
  }
}

const some = <T>(dice: Dice, most: number, make: (at: number) => T): T[] =>
  Array.from({ length: dice.int(0, most) }, (_, at) => make(at));

/** What people write, and what parsers stumble over. */
const words = (dice: Dice): string => dice.text(dice.int(0, 8), 'aZ09_ 温"{}\\:<\u2028');

const number = (dice: Dice, type: 'int' | 'float' | 'double'): DataType => {
  const min = dice.int(-1000, 1000);
  return {
    type,
    ...(dice.int(0, 1) && { min: String(min), max: String(min + dice.int(0, 1000)) }),
    ...(dice.int(0, 1) && { step: type === 'int' ? '1' : '0.5' }),
    ...(dice.int(0, 1) && { unit: '°C', unitName: words(dice) || 'unit' }),
  };
};

const labels = (dice: Dice, keys: readonly string[]): ReadonlyMap<string, string> =>
  new Map(keys.map((key) => [key, words(dice) || key]));

const plainTypes = ['int', 'float', 'double', 'bool', 'enum', 'text', 'date'] as const;

const typeOf = (dice: Dice, depth = 0): DataType => {
  const type = dice.pick(depth < 2 ? ([...plainTypes, 'struct', 'array'] as const) : plainTypes);
  switch (type) {
    case 'int':
    case 'float':
    case 'double':
      return number(dice, type);
    case 'bool':
      return { type, labels: labels(dice, ['0', '1']) };
    case 'enum':
      return {
        type,
        labels: labels(
          dice,
          some(dice, 5, (at) => String(at * 7)),
        ),
      };
    case 'text':
      return dice.int(0, 1) ? { type, length: dice.int(0, 2048) } : { type };
    case 'date':
      return { type };
    case 'struct':
      return { type, members: paramsOf(dice, depth + 1) };
    case 'array':
      return { type, ...(dice.int(0, 1) && { size: dice.int(0, 512) }), item: typeOf(dice, depth + 1) };
  }
};

const paramsOf = (dice: Dice, depth = 0): Param[] =>
  some(dice, 4, (at) => ({
    identifier: `p${at}_${dice.text(3, 'abcXYZ019')}`,
    name: words(dice),
    dataType: typeOf(dice, depth),
    required: dice.int(0, 1) === 1,
  }));

const modelOf = (dice: Dice): ThingModel => {
  const model = { properties: [], events: [], services: [] } as {
    [K in keyof ThingModel]: ThingModel[K][number][];
  };
  const modules = [undefined, ...some(dice, 2, (at) => ({ id: `m${at}`, name: words(dice) || `m${at}` }))];
  for (const module of modules) {
    let count = 0;
    const head = () => ({
      identifier: `${module ? `${module.id}:` : ''}d${count++}`,
      name: words(dice),
      desc: words(dice),
      required: dice.int(0, 1) === 1,
      ...(module && { moduleName: module.name }),
    });
    // A module without definitions is none.
    const least = module ? 1 : 0;
    const list = <T>(make: () => T): T[] => Array.from({ length: dice.int(least, 4) }, make);
    model.properties.push(
      ...list(() => ({
        kind: 'property' as const,
        ...head(),
        accessMode: dice.pick(['r', 'rw'] as const),
        dataType: typeOf(dice),
      })),
    );
    model.events.push(
      ...list(() => ({
        kind: 'event' as const,
        ...head(),
        type: dice.pick(['info', 'alert', 'fault'] as const),
        output: paramsOf(dice),
      })),
    );
    model.services.push(
      ...list(() => ({
        kind: 'service' as const,
        ...head(),
        callType: dice.pick(['async', 'sync'] as const),
        dir: 'down' as const,
        input: paramsOf(dice),
        output: paramsOf(dice),
      })),
    );
  }
  return model;
};

/** Every value that is in specs, and below them. */
const specValues = (value: Json, inSpecs = false): Json[] => {
  if (typeof value !== 'object' || value === null) return inSpecs ? [value] : [];
  return Object.entries(value).flatMap(([key, member]: [string, Json]) =>
    specValues(member, (inSpecs || key === 'specs') && key !== 'required'),
  );
};

const dice = new Dice();
const models = Array.from({ length: MODELS }, () => modelOf(dice));

test('one document is the model', () => {
  for (const model of models) {
    for (const synthetic of [true, false]) {
      const text = JSON.stringify(exportTsl(model, 'a1X', { deviceName: 'd1', synthetic }));
      expect(importThingModel(text).model).toEqual(model);
    }
  }
});

test('its files are the model, whatever order they are read in', () => {
  for (const model of models) {
    const files = exportTslFiles(model, 'a1X').map(({ name, document }) => ({ name, json: JSON.stringify(document) }));
    for (const each of [files, [...files].reverse()]) {
      const { model: read } = importModelFiles(each);
      expect({
        properties: sorted(read.properties),
        events: sorted(read.events),
        services: sorted(read.services),
      }).toEqual({
        properties: sorted(model.properties),
        events: sorted(model.events),
        services: sorted(model.services),
      });
    }
  }
});

const sorted = <T extends { readonly identifier: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));

test('every value in specs is a text', () => {
  for (const model of models) {
    for (const value of specValues(exportTsl(model, 'a1X'))) expect(typeof value).toBe('string');
  }
});

test('reduced to some names, it has no member of another name but what holds such', () => {
  const nodes = new Set(['type', 'identifier']);
  const holders = new Set(['schema', 'profile', 'productKey', 'properties', 'events', 'services', 'functionBlocks']);
  const inner = new Set(['dataType', 'specs', 'item', 'inputData', 'outputData']);
  const check = (value: Json): void => {
    if (Array.isArray(value)) return value.forEach(check);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      expect(nodes.has(key) || holders.has(key) || inner.has(key)).toBe(true);
      if (!nodes.has(key)) check(member as Json);
    }
  };
  for (const model of models) {
    const reduced: JsonObject = reduceTsl(exportTsl(model, 'a1X', { synthetic: false }), nodes);
    check(reduced);
    const bare = model.properties.filter(({ identifier }) => !identifier.includes(':'));
    expect((reduced['properties'] as JsonObject[]).map(({ identifier }) => identifier)).toEqual(
      bare.map(({ identifier }) => identifier),
    );
  }
});
