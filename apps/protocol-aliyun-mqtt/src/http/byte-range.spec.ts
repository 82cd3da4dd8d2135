import { byteRange } from './byte-range';

test.each<[string | undefined, ReturnType<typeof byteRange>]>([
  [undefined, undefined],
  ['bytes=0-', { start: 0, end: 100 }],
  ['bytes=40-', { start: 40, end: 100 }],
  ['bytes=40-49', { start: 40, end: 50 }],
  ['bytes=40-4000', { start: 40, end: 100 }],
  ['bytes = 99-99', { start: 99, end: 100 }],
  ['bytes=-10', { start: 90, end: 100 }],
  ['bytes=-1000', { start: 0, end: 100 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  // Forms that nobody serves, and those that are none: the whole.
  ['bytes=0-9,20-29', undefined],
  ['bytes=50-40', undefined],
  ['bytes=-', undefined],
  ['lines=0-', undefined],
  ['bytes=a-', undefined],
])('%s', (header, range) => {
  expect(byteRange(header, 100)).toEqual(range);
});

test('of nothing there is no range', () => {
  expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(byteRange('bytes=-5', 0)).toBe('unsatisfiable');
});
