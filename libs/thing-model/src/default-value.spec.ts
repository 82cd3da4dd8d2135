import { defaultValue } from './default-value';
import type { DataType, Param } from './types';

const labels = new Map([
  ['3', 'three'],
  ['2', 'two'],
]);
const member = (identifier: string, dataType: DataType): Param => ({ identifier, name: '', required: false, dataType });

test.each<[string, DataType, unknown]>([
  ['the initial value of a number', { type: 'int', start: '7' }, 7],
  ['zero for a number without one', { type: 'double', min: '5' }, 0],
  ['zero for a bool', { type: 'bool', labels: new Map() }, 0],
  ['zero for an enum, whatever its items', { type: 'enum', labels }, 0],
  ['no text', { type: 'text' }, ''],
  ['the first moment', { type: 'date' }, '0'],
  ['an empty array', { type: 'array', size: 3, item: { type: 'int' } }, []],
  [
    'a struct of the values of its members',
    { type: 'struct', members: [member('x', { type: 'float', start: '1.5' }), member('name', { type: 'text' })] },
    { x: 1.5, name: '' },
  ],
  ['nothing for a matrix', { type: 'array', item: { type: 'array', item: { type: 'int' } } }, undefined],
])('%s', (_what, type, value) => {
  expect(defaultValue(type)).toEqual(value);
});
