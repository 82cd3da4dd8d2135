import { readFileSync } from 'node:fs';
import {
  affordanceOf,
  assembleModel,
  definitionFrom,
  definitionsOf,
  exportModel,
  importThingModel,
  ThingModelError,
} from './index';

const vectors = JSON.parse(
  readFileSync(new URL('../../testing/vectors/thing-model.json', import.meta.url), 'utf8'),
) as Record<'tsl' | 'model', unknown>;

test.each(['tsl', 'model'] as const)(
  'the definitions of the %s vector, stored one by one, are the model again',
  (name) => {
    const { model } = importThingModel(vectors[name]);
    const rows = definitionsOf(model).map(affordanceOf);
    expect(assembleModel(rows.map(definitionFrom))).toEqual(model);
  },
);

test('type, head and body are apart', () => {
  const { model } = importThingModel(vectors.model);
  const rows = definitionsOf(model).map(affordanceOf);
  expect(rows.map(({ type }) => type)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3]);
  expect(rows[0]).toMatchObject({
    identifier: 'temperature',
    name: 'temperature',
    desc: 'of the room',
    required: true,
  });
  expect(JSON.parse(rows[1]!.affordance)).toEqual({
    mode: 'rw',
    define: { type: 'bool', mapping: { 0: 'off', 1: 'on' } },
  });
  expect(JSON.parse(rows[9]!.affordance)).toMatchObject({ type: 'fault', params: [{ identifier: 'code' }] });
  expect(JSON.parse(rows[10]!.affordance)).toMatchObject({ dir: 'down', callType: 'sync', input: [{}], output: [{}] });
});

test('a property whose values wait for its device stays one', () => {
  const define = { type: 'int', min: '0', max: '9' };
  const document = { properties: [{ identifier: 'x', mode: 'rw', isUseShadow: true, define }], actions: [] };
  const { model } = importThingModel(document);
  expect(model.properties[0]).toMatchObject({ identifier: 'x', useShadow: true });
  expect(importThingModel(exportModel(model, 'p')).model).toEqual(model);
  const [row] = definitionsOf(model).map(affordanceOf);
  expect(JSON.parse(row!.affordance)).toEqual({ mode: 'rw', define, isUseShadow: true });
  expect(definitionFrom(row!)).toEqual(model.properties[0]);
  const other = { ...row!, affordance: JSON.stringify({ mode: 'rw', define, isUseShadow: false }) };
  expect(definitionFrom(other)).not.toHaveProperty('useShadow');
});

describe('a faulty row names the member', () => {
  const row = { type: 1, identifier: 'a', name: '', desc: '', required: false, affordance: '{"mode":"r"}' };
  test.each<[string, Partial<typeof row>, string]>([
    ['type', { type: 4 }, 'type'],
    ['reserved', { identifier: 'set' }, 'identifier'],
    ['not JSON', { affordance: '{' }, 'affordance'],
    ['null', { affordance: 'null' }, 'affordance'],
    ['text', { affordance: '"x"' }, 'affordance'],
    ['no data type', {}, 'affordance.define'],
    ['no mode', { affordance: '{}' }, 'affordance.mode'],
    [
      'no yes or no',
      { affordance: '{"mode":"r","define":{"type":"int"},"isUseShadow":"x"}' },
      'affordance.isUseShadow',
    ],
    [
      'deep',
      { type: 3, affordance: '{"input":[{"identifier":"x","define":{"type":"x"}}]}' },
      'affordance.input[0].define.type',
    ],
    ['long name', { name: 'x'.repeat(257) }, 'name'],
  ])('%s', (_, over, path) => {
    const act = () => definitionFrom({ ...row, ...over });
    expect(act).toThrow(ThingModelError);
    expect(act).toThrow(expect.objectContaining({ path }));
  });
});
