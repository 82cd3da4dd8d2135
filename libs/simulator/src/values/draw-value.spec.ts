import { compileModel, importThingModel, type DataType, type Json } from '@alink/thing-model';
import { drawValue } from './draw-value';
import { randomOf } from './random';

const NOW = 1_778_593_628_940;

/** Alibaba TSL of a model with one property. */
const modelOf = (dataType: object) =>
  importThingModel({
    properties: [{ identifier: 'p', name: 'p', accessMode: 'rw', required: false, dataType }],
  } as never).model;

const typeOf = (dataType: object): DataType => modelOf(dataType).properties[0]!.dataType;
const draws = (type: DataType, count = 500): Json[] =>
  Array.from({ length: count }, (_, i) => drawValue(type, randomOf('seed', i), NOW));

const types = [
  { type: 'int', specs: { min: '5', max: '9', step: '2' } },
  { type: 'int', specs: { min: '-2147483648', max: '2147483647', step: '1' } },
  { type: 'int', specs: { max: '-1000' } },
  { type: 'int', specs: {} },
  { type: 'float', specs: { min: '-40', max: '125', step: '0.1' } },
  { type: 'float', specs: { min: '0', max: '0.001', step: '0.0000001' } },
  { type: 'double', specs: { min: '-1.7976931348623157e308', max: '1.7976931348623157e308' } },
  { type: 'double', specs: { min: '5000000000000', max: '6000000000000' } },
  { type: 'double', specs: { min: '0.005', max: '0.007' } },
  { type: 'double', specs: {} },
  { type: 'bool', specs: { 0: 'off', 1: 'on' } },
  { type: 'enum', specs: { 3: 'auto', 7: 'cool', 11: 'heat' } },
  { type: 'text', specs: { length: '0' } },
  { type: 'text', specs: { length: '2' } },
  { type: 'text', specs: { length: '10240' } },
  { type: 'date' },
  {
    type: 'struct',
    specs: [
      { identifier: 'lat', name: 'lat', dataType: { type: 'double', specs: { min: '-90', max: '90' } } },
      { identifier: 'value', name: 'value', dataType: { type: 'text', specs: { length: '3' } } },
    ],
  },
  { type: 'array', specs: { size: '3', item: { type: 'int', specs: { min: '1', max: '2' } } } },
  { type: 'array', specs: { size: '0', item: { type: 'text' } } },
  {
    type: 'array',
    specs: {
      size: '128',
      item: {
        type: 'struct',
        specs: [{ identifier: 'on', name: 'on', dataType: { type: 'bool', specs: { 0: 'a', 1: 'b' } } }],
      },
    },
  },
];

test.each(types)('values of %j pass strong validation', (dataType) => {
  const model = modelOf(dataType);
  const compiled = compileModel(model, 'strong');
  for (const value of draws(model.properties[0]!.dataType)) {
    expect(compiled.checkProperties({ p: value })).toEqual({ accepted: { p: value }, rejected: [] });
  }
});

describe('numbers', () => {
  test('keep to the steps, and both ends of the range occur', () => {
    const values = new Set(draws(typeOf({ type: 'int', specs: { min: '5', max: '9', step: '2' } })));
    expect([...values].sort()).toEqual([5, 7, 9]);
  });

  test('have no more digits than the step', () => {
    const type = typeOf({ type: 'double', specs: { min: '-40', max: '125', step: '0.1' } });
    for (const value of draws(type)) expect(String(value)).toMatch(/^-?\d+(\.\d)?$/);
  });

  test('without limits are near nought', () => {
    for (const value of draws(typeOf({ type: 'int', specs: {} }))) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(100);
    }
  });
});

test('each item of an enum occurs, and both of a bool', () => {
  expect(new Set(draws(typeOf({ type: 'enum', specs: { 3: 'a', 7: 'b', 11: 'c' } })))).toEqual(new Set([3, 7, 11]));
  expect(new Set(draws(typeOf({ type: 'bool', specs: { 0: 'a', 1: 'b' } })))).toEqual(new Set([0, 1]));
});

test('texts fill their length in bytes, and have characters of several', () => {
  const texts = draws(typeOf({ type: 'text', specs: { length: '12' } })).map(String);
  expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBe(12);
  expect(texts.some((text) => /[温度é°]/.test(text))).toBe(true);
  for (const text of texts) expect(text).not.toMatch(/["{}\\]/);
});

test('dates lie in the month before the time given', () => {
  for (const date of draws(typeOf({ type: 'date' }))) {
    expect(Number(date)).toBeLessThanOrEqual(NOW);
    expect(Number(date)).toBeGreaterThanOrEqual(NOW - 30 * 24 * 3600 * 1000);
  }
});

test('lists are never empty where they may have elements, and bounded where the model is generous', () => {
  const lengths = draws(typeOf({ type: 'array', specs: { size: '512', item: { type: 'int', specs: {} } } })).map(
    (list) => (list as Json[]).length,
  );
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([1, 8]);
});
