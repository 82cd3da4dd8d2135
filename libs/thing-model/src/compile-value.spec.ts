import { compileValue } from './compile-value';
import { Fault } from './rejection';
import { ofCommands, ofReports, type Strictness } from './strictness';
import type { DataType, StructType } from './types';

const labels = new Map([
  ['0', 'off'],
  ['1', 'on'],
]);
const struct: StructType = {
  type: 'struct',
  members: [
    { identifier: 'lat', name: '', required: false, dataType: { type: 'double', max: '90' } },
    { identifier: 'fix', name: '', required: false, dataType: { type: 'bool', labels } },
  ],
};
const ints: DataType = { type: 'array', size: 3, item: { type: 'int', max: '9' } };

/** [data type, value, weak result, strong result]; a number tagged `fault` is the Alink code of a refusal. */
const fault = (code: number) => ({ fault: code });
type Outcome = unknown;
const rows: [string, DataType, unknown, Outcome, Outcome][] = [];
const on = (name: string, type: DataType, ...cases: [unknown, Outcome, Outcome][]) =>
  cases.forEach(([value, weak, strong]) => rows.push([name, type, value, weak, strong]));
const wrong = (code: number, ...values: unknown[]): [unknown, Outcome, Outcome][] =>
  values.map((value) => [value, fault(code), fault(code)]);

on(
  'int',
  { type: 'int' },
  [5, 5, 5],
  [-0, -0, -0],
  [2147483647, 2147483647, 2147483647],
  [2147483648, 2147483648, fault(6306)],
  [-2147483649, -2147483649, fault(6306)],
  ['42', 42, fault(6306)],
  ['-7.0', -7, fault(6306)],
  ...wrong(6306, 5.5, '5.5', '', ' 5', '0x10', 'five', true, null, undefined, [], {}, NaN, Infinity, 2 ** 53),
);
on(
  'int 0..100',
  { type: 'int', min: '0', max: '100' },
  [100, 100, 100],
  [101, 101, fault(6306)],
  [-1, -1, fault(6306)],
);
on('int above 32 bits', { type: 'int', max: '9000000000' }, [8e9, 8e9, 8e9], [9.1e9, 9.1e9, fault(6306)]);
on(
  'float',
  { type: 'float', min: '-1', max: '1.5' },
  [1, 1, 1],
  [1.5, 1.5, 1.5],
  [1.51, 1.51, fault(6307)],
  ['0.5', 0.5, fault(6307)],
  ['1e-2', 0.01, fault(6307)],
  ['.5', 0.5, fault(6307)],
  ...wrong(6307, true, false, '', 'warm', '1e999', '1'.repeat(65), null, [1], { v: 1 }, NaN),
);
on(
  'double',
  { type: 'double', min: '0' },
  [30.5, 30.5, 30.5],
  ['30.5', 30.5, fault(6322)],
  [-0.1, -0.1, fault(6322)],
  ...wrong(6322, true, 'x', null),
);
on(
  'bool',
  { type: 'bool', labels },
  [0, 0, 0],
  [1, 1, 1],
  [true, 1, fault(6308)],
  [false, 0, fault(6308)],
  ['1', 1, fault(6308)],
  ['0', 0, fault(6308)],
  ['true', 1, fault(6308)],
  ['false', 0, fault(6308)],
  ...wrong(6308, 2, -1, 0.5, 'on', '', null, [], {}),
);
on(
  'enum',
  { type: 'enum', labels },
  [1, 1, 1],
  [7, 7, fault(6309)],
  ['1', 1, fault(6309)],
  ...wrong(6309, 1.5, '1.5', 'auto', true, null, {}),
);
on(
  'text',
  { type: 'text', length: 6 },
  ['', '', ''],
  ['abcdef', 'abcdef', 'abcdef'],
  ['温度', '温度', '温度'],
  ['温度计', '温度计', fault(6310)],
  ['abcdefg', 'abcdefg', fault(6310)],
  ...wrong(6310, 5, true, null, [], {}),
);
on('text without length', { type: 'text' }, ['x'.repeat(70_000), 'x'.repeat(70_000), 'x'.repeat(70_000)]);
on(
  'date',
  { type: 'date' },
  ['1700000000000', '1700000000000', '1700000000000'],
  [1700000000000, '1700000000000', fault(6311)],
  ...wrong(6311, '', 'today', '1.5', -1, 1.5, '1'.repeat(17), true, null, {}),
);
on(
  'struct',
  struct,
  [{}, {}, {}],
  [
    { lat: 1, fix: 0 },
    { lat: 1, fix: 0 },
    { lat: 1, fix: 0 },
  ],
  [{ lat: '1.5', fix: true }, { lat: 1.5, fix: 1 }, fault(6322)],
  [{ lat: 91 }, { lat: 91 }, fault(6322)],
  [{ fix: 'x' }, fault(6308), fault(6308)],
  [{ alt: 1 }, fault(6304), fault(6304)],
  [JSON.parse('{"__proto__":{"lat":1}}'), fault(6304), fault(6304)],
  [JSON.parse('{"constructor":1}'), fault(6304), fault(6304)],
  ...wrong(6312, null, [], 'x', 1, true),
);
on(
  'array of int',
  ints,
  [[], [], []],
  [
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ],
  [['1', 2], [1, 2], fault(6324)],
  [[10], [10], fault(6324)],
  [[1, 2, 3, 4], [1, 2, 3, 4], fault(6328)],
  [[1, null], fault(6324), fault(6324)],
  [[[1]], fault(6324), fault(6324)],
  [new Array(513).fill(1), fault(6328), fault(6328)],
  ...wrong(6301, null, {}, { length: 2 }, 'x', 1),
);
on(
  'array of struct',
  { type: 'array', item: struct },
  [[{ lat: '1' }], [{ lat: 1 }], fault(6322)],
  ...wrong(6312, [1]),
  ...wrong(6304, [{ x: 1 }]),
);
on('matrix', { type: 'array', item: ints }, [[[1], ['2']], [[1], [2]], fault(6324)], ...wrong(6301, [[1], 2]));

const weak = ofReports.weak!;
const strong = ofReports.strong!;
const outcome = (type: DataType, value: unknown, strictness: Strictness): Outcome => {
  const result = compileValue(type, 'p', strictness)(value);
  return result instanceof Fault ? fault(result.code) : result;
};

describe.each(['weak', 'strong'] as const)('%s', (validation) => {
  test.each(rows)('%s: case %#', (_, type, value, inWeak, inStrong) => {
    expect(outcome(type, value, ofReports[validation]!)).toEqual(validation === 'weak' ? inWeak : inStrong);
  });
});

test('what a device is told is converted as weak validation does, and held to the bounds', () => {
  const told = (type: DataType, value: unknown) => outcome(type, value, ofCommands.weak!);
  expect(told({ type: 'int', max: '9' }, '9')).toBe(9);
  expect(told({ type: 'int', max: '9' }, '10')).toEqual(fault(6306));
  // Without a range of its own an int may be larger than 32 bits: a model of another make may count in 53.
  expect(told({ type: 'int' }, 2 ** 40)).toBe(2 ** 40);
  expect(told({ type: 'enum', labels }, '1')).toBe(1);
  expect(told({ type: 'enum', labels }, '7')).toEqual(fault(6309));
  expect(told({ type: 'text', length: 2 }, 'abc')).toEqual(fault(6310));
  expect(told(struct, { lat: '91' })).toEqual(fault(6322));
  expect(told(ints, [1, 2, 3, 4])).toEqual(fault(6328));
});

test('messages name the place and say what is wrong', () => {
  const message = (type: DataType, value: unknown) => {
    const result = compileValue(type, 'p', strong)(value);
    return result instanceof Fault ? result.message : undefined;
  };
  expect(message({ type: 'int', min: '0' }, -1)).toBe('tsl parse: not from 0 to 2147483647 -> p');
  expect(message({ type: 'int' }, '1')).toBe('tsl parse: data type is not int -> p');
  expect(message(struct, { lat: 'x' })).toBe('tsl parse: data type is not double -> p.lat');
  expect(message(struct, { alt: 1 })).toBe('tsl parse: params not exist -> alt');
  expect(message(ints, ['x'])).toBe('tsl parse: element of the wrong type -> p[]');
  expect(message({ type: 'array', item: struct }, [{ fix: 5 }])).toBe('tsl parse: data type is not bool -> p[].fix');
});

test('a name that a device made up cannot break an Alink reply', () => {
  const result = compileValue(struct, 'p', weak)({ '"}{\n\u0000x': 1 });
  expect(result).toMatchObject({ message: 'tsl parse: params not exist -> ?????x' });
  const long = compileValue(struct, 'p', weak)({ ['y'.repeat(10_000)]: 1 });
  expect((long as Fault).message.length).toBeLessThan(120);
});

test('a value passes without being shared or changed', () => {
  const value = { lat: '1', fix: true };
  const result = compileValue(struct, 'p', weak)(value);
  expect(value).toEqual({ lat: '1', fix: true });
  expect(result).not.toBe(value);
});
