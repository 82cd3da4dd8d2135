/** Thing models as documents, and values held against them. */
import { readVectors } from '@alink/testing';
import {
  compileModel,
  exportModel,
  exportTsl,
  exportTslFiles,
  importModelFiles,
  importThingModel,
  ThingModelError,
  type Checked,
  type CompiledModel,
  type ThingModel,
} from '@alink/thing-model';
import { isDeepStrictEqual } from 'node:util';
import { fuzzTarget, promise } from '../fuzz-target';
import { isOneLine } from '../plain-text';

const { tsl, model } = readVectors<{ tsl: Record<string, unknown>; model: unknown }>('thing-model');

const values = {
  Temp: 25.5,
  Rpm: 1,
  Power: true,
  Mode: '7',
  Note: '温度',
  Since: '1700000000000',
  Pos: { lat: 1, lon: 2, fix: 1 },
  Levels: [1, 2, 3],
};

const MAX_MESSAGE_LENGTH = 512;

const importOrRefuse = (document: string): ThingModel | ThingModelError => {
  try {
    return importThingModel(document).model;
  } catch (error) {
    if (!(error instanceof ThingModelError)) throw error;
    return error;
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const checkValues = (compiled: CompiledModel, found: ThingModel, given: unknown): void => {
  const isPlain = typeof given === 'object' && given !== null && !Array.isArray(given);
  const identifiers = [...found.events, ...found.services, { identifier: 'nothing' }].map(
    ({ identifier }) => identifier,
  );
  const results: Checked[] = [
    compiled.checkProperties(given),
    compiled.checkSettings(given),
    ...identifiers
      .slice(0, 4)
      .flatMap((identifier) => [
        compiled.checkEvent(identifier, given),
        compiled.checkServiceInput(identifier, given),
        compiled.checkServiceOutput(identifier, given),
      ]),
  ];
  for (const { accepted, rejected } of results) {
    promise(
      rejected.every(({ message }) => message.length <= 128 && !/[{}"\\\p{Cc}]/u.test(message)),
      'a refusal is one short line',
    );
    promise(isPlain || Object.keys(accepted).length === 0, 'only an object has values');
    promise(
      Object.keys(accepted).every((key) => Object.hasOwn(given as object, key)),
      'no value is made up',
    );
    promise(
      !rejected.some(({ identifier }) => identifier !== '' && Object.hasOwn(accepted, identifier)),
      'a value is taken or refused',
    );
    JSON.stringify(accepted);
  }
  const { accepted } = compiled.checkProperties(given);
  if (compiled.validation !== 'none') {
    promise(
      isDeepStrictEqual(compiled.checkProperties(accepted), { accepted, rejected: [] }),
      'what was taken is taken again, unchanged',
    );
  }
};

export const thingModelTarget = fuzzTarget<{ document: string; values: string }>({
  name: 'thing-model',
  seeds: [
    {
      document: JSON.stringify({ properties: (tsl.properties as unknown[]).slice(0, 2), services: [] }),
      values: '{"Temp":"25"}',
    },
    { document: JSON.stringify(tsl), values: JSON.stringify(values) },
    { document: JSON.stringify(model), values: JSON.stringify(values) },
  ],
  words: [
    'int',
    'float',
    'double',
    'bool',
    'enum',
    'text',
    'date',
    'struct',
    'array',
    'matrix',
    'string',
    'timestamp',
    'rw',
    'r',
    'specs',
    'dataType',
    'item',
    'size',
    'min',
    'max',
    'define',
    'mapping',
    'arrayInfo',
    'identifier',
    'functionBlocks',
    'functionBlockId',
    'method',
    '1e309',
    '-1',
    'set',
  ],
  check: ({ document, values: given }) => {
    const found = importOrRefuse(document);
    if (found instanceof ThingModelError) {
      promise(found.message.length <= MAX_MESSAGE_LENGTH, 'a refusal is short');
      promise(isOneLine(found.message), 'a refusal is one line of text');
      return `${found.fault.replace(/[\d]+/g, '#').slice(0, 40)} ${found.path.replace(/\d+/g, '').slice(0, 40)}`;
    }
    const value = parse(given);
    for (const mode of ['weak', 'strong', 'none'] as const) checkValues(compileModel(found, mode), found, value);
    const written = JSON.stringify(exportModel(found, 'p'));
    promise(isDeepStrictEqual(importThingModel(written).model, found), 'a model survives as a model document');
    const tslText = JSON.stringify(exportTsl(found, 'a1X'));
    const again = importThingModel(tslText).model;
    promise(JSON.stringify(exportTsl(again, 'a1X')) === tslText, 'a model survives as TSL');
    const files = exportTslFiles(again, 'a1X').map(({ name, document: json }) => ({
      name,
      json: JSON.stringify(json),
    }));
    promise(isDeepStrictEqual(importModelFiles(files).model, again), 'a model survives as files of modules');
    return `model ${found.properties.length % 4} ${found.events.length % 3} ${found.services.length % 3} ${written.length % 7}`;
  },
});
