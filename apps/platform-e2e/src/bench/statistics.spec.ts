import { median, quantile } from './statistics';

test.each([
  [[5], 0.5, 5],
  [[3, 1, 2], 0.5, 2],
  [Array.from({ length: 100 }, (_, n) => n + 1), 0.99, 100],
  [Array.from({ length: 1000 }, (_, n) => n + 1), 0.99, 991],
])('quantile of %j at %f', (values, q, expected) => {
  expect(quantile(values, q)).toBe(expected);
});

test('of nothing there is none', () => {
  expect(median([])).toBeNaN();
});
