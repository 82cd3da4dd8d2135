import { isStorable } from './storable';

test.each([[null], [0], [true], ['text'], ['😀'], [[1, ['a', { b: 'é' }]]], [{}], [undefined]])(
  '%j is kept',
  (value) => {
    expect(isStorable(value)).toBe(true);
  },
);

test.each([
  ['U+0000', 'a\0'],
  ['a high surrogate alone', 'a\ud83d'],
  ['a low surrogate alone', '\ude00b'],
  ['surrogates in the wrong order', '\ude00\ud83d'],
  ['inside an array', [1, ['\0']]],
  ['as a member', { a: { b: '\0' } }],
  ['as a key', { a: { '\0': 1 } }],
  ['a member __proto__', JSON.parse('{"__proto__":1}') as unknown],
])('%s is not', (_name, value) => {
  expect(isStorable(value)).toBe(false);
});

test('32 containers inside each other are the limit', () => {
  const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  expect(isStorable(nested(32))).toBe(true);
  expect(isStorable(nested(33))).toBe(false);
  expect(isStorable(nested(200_000))).toBe(false);
});
