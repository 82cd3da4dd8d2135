import { compileModel, elementOf, propertyTypes, type Property, type Validation } from './index';

const property = (identifier: string, dataType: Property['dataType']): Property => ({
  kind: 'property',
  identifier,
  name: '',
  desc: '',
  required: false,
  accessMode: 'r',
  dataType,
});
const properties = [
  property('list', { type: 'array', size: 2, item: { type: 'int', min: '0', max: '9' } }),
  property('points', { type: 'array', item: { type: 'struct', members: [] } }),
  property('number', { type: 'int' }),
];
const compiled = (validation: Validation) => compileModel({ properties, events: [], services: [] }, validation);

test('the name of an element says of which array, and where', () => {
  expect(elementOf('list.0')).toEqual({ array: 'list', index: 0 });
  expect(elementOf('motor:list.511')).toEqual({ array: 'motor:list', index: 511 });
  for (const name of ['list', 'list.', '.0', 'list.x', 'list.01', 'list.-1', 'list.1000', 'list.1.5e3']) {
    expect(elementOf(name)).toBeUndefined();
  }
});

test('an element is checked as the array says, also beside whole arrays', () => {
  const model = compiled('weak');
  expect(model.checkWithElements({ 'list.1': '7', list: [1], 'points.0': {}, number: 3 })).toEqual({
    accepted: { 'list.1': 7, list: [1], 'points.0': {}, number: 3 },
    rejected: [],
  });
  const wrong = { 'list.0': 'x', 'points.0': 1, 'number.0': 1, 'other.0': 1, list: 7 };
  expect(model.checkWithElements(wrong).rejected.map(({ identifier, code }) => [identifier, code])).toEqual([
    ['list.0', 6306],
    ['points.0', 6312],
    ['number.0', 6320],
    ['other.0', 6320],
    ['list', 6301],
  ]);
});

test('strong validation holds its range and the size of the array', () => {
  const model = compiled('strong');
  expect(model.checkWithElements({ 'list.1': 9 }).accepted).toEqual({ 'list.1': 9 });
  expect(model.checkWithElements({ 'list.1': 10, 'list.2': 1 }).rejected.map(({ code }) => code)).toEqual([6306, 6320]);
});

test('Alink knows no elements', () => {
  expect(compiled('weak').checkProperties({ 'list.0': 1 }).rejected).toMatchObject([{ code: 6320 }]);
});

test('of which type a property is, and an element of one', () => {
  const typeOf = propertyTypes(properties);
  expect(['list', 'list.0', 'points.0', 'number'].map((name) => typeOf(name)?.type)).toEqual([
    'array',
    'int',
    'struct',
    'int',
  ]);
  for (const name of ['other', 'other.0', 'number.0', 'list.512']) expect(typeOf(name)).toBeUndefined();
});
