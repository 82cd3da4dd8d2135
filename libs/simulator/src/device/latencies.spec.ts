import { Latencies } from './latencies';

test('quantiles are right to within a twelfth', () => {
  const latencies = new Latencies();
  expect(latencies.quantile(0.5)).toBeUndefined();
  for (let ms = 1; ms <= 1000; ms++) latencies.add(ms);
  expect(Math.abs(latencies.quantile(0.5)! - 500)).toBeLessThan(500 / 12);
  expect(Math.abs(latencies.quantile(0.99)! - 990)).toBeLessThan(990 / 12);
});
