import { median, quantile, spreadOf } from './statistics';

test.each([
  [[5], 0.5, 5],
  [[3, 1, 2], 0.5, 2],
  [[10, 9, 100], 0.5, 10],
  [Array.from({ length: 100 }, (_, n) => n + 1), 0.99, 100],
  [Array.from({ length: 1000 }, (_, n) => n + 1), 0.99, 991],
])('quantile of %j at %f', (values, q, expected) => {
  expect(quantile(values, q)).toBe(expected);
});

test.each([
  [[7], 7],
  [[3, 10, 1], 3],
  [[3, 10, 1, 4], 3.5],
])('median of %j', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('of nothing there is none', () => {
  expect(median([])).toBeNaN();
  expect(quantile([], 0.5)).toBeNaN();
});

test('the spread of rounds', () => {
  expect(spreadOf([8, 7, 12])).toEqual({ median: 8, min: 7, max: 12 });
  expect(spreadOf([4])).toEqual({ median: 4, min: 4, max: 4 });
});
