import { isTooFarAhead, MAX_AHEAD_MS, readTime } from './sample-time';

test.each([
  [undefined, 500],
  [null, 500],
  [1700000000000, 1700000000000],
  [1700000000000.7, 1700000000000],
  ['1700000000000', 1700000000000],
  [1700000000, 1700000000],
  [0, 0],
  [-1, undefined],
  [NaN, undefined],
  [Infinity, undefined],
  [2 ** 53, undefined],
  ['', undefined],
  ['noon', undefined],
  ['1.5', undefined],
  ['9'.repeat(16), undefined],
  [true, undefined],
  [{}, undefined],
  [[1], undefined],
])('time %j is read as %j', (time, expected) => {
  expect(readTime(time, 500)).toBe(expected);
});

test('24 hours ahead are allowed, a millisecond more is not', () => {
  expect(isTooFarAhead(1000 + MAX_AHEAD_MS, 1000)).toBe(false);
  expect(isTooFarAhead(1001 + MAX_AHEAD_MS, 1000)).toBe(true);
});
