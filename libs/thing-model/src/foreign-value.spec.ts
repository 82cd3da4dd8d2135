import { defaultValue, foreignValue, type DataType } from './index';

const labels = (...items: string[]) => new Map(items.map((item) => [item, '']));
const member = (identifier: string, dataType: DataType) => ({ identifier, name: '', dataType, required: false });

test.each<[DataType, unknown]>([
  [{ type: 'int' }, 0],
  [{ type: 'int', start: '7' }, 7],
  [{ type: 'int', start: 'seven' }, 0],
  [{ type: 'double', start: '0.5' }, 0.5],
  [{ type: 'bool', labels: labels('0', '1') }, 0],
  [{ type: 'enum', labels: labels('10', '7', '9') }, 0],
  [{ type: 'enum', labels: labels('10', '-7', '-9') }, -9],
  [{ type: 'enum', labels: labels() }, 0],
  [{ type: 'text' }, ''],
  [{ type: 'date' }, 0],
  [{ type: 'array', item: { type: 'int' } }, []],
  [
    { type: 'struct', members: [member('a', { type: 'int', start: '3' }), member('b', { type: 'text' })] },
    { a: 3, b: '' },
  ],
])('before the first report %j is %j', (type, expected) => {
  expect(defaultValue(type)).toEqual(expected);
});

test('a date is a number, wherever it stands', () => {
  const date: DataType = { type: 'date' };
  const struct: DataType = { type: 'struct', members: [member('at', date), member('text', { type: 'text' })] };
  expect(foreignValue('1700000000000', date)).toBe(1700000000000);
  expect(foreignValue(['1', '2'], { type: 'array', item: date })).toEqual([1, 2]);
  expect(foreignValue({ at: '1', text: '2', more: '3' }, struct)).toEqual({ at: 1, text: '2', more: '3' });
});

test('everything else is as it was reported, also what is not of its type', () => {
  const struct: DataType = { type: 'struct', members: [] };
  expect(foreignValue('12', { type: 'text' })).toBe('12');
  expect(foreignValue('soon', { type: 'date' })).toBe('soon');
  expect(foreignValue('1', { type: 'array', item: { type: 'date' } })).toBe('1');
  expect(foreignValue([1], struct)).toEqual([1]);
});
