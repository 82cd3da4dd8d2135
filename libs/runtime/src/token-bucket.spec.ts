import { TokenBucket } from './token-bucket';

const bucketOf = (perSecond: number, burst: number) => {
  const clock = { time: 0, now: () => clock.time };
  return { clock, bucket: new TokenBucket(perSecond, burst, clock) };
};

test('gives its burst at once, then its rate', () => {
  const { clock, bucket } = bucketOf(10, 3);
  expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, true, false]);
  clock.time = 100;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
});

test('holds no more than its burst', () => {
  const { clock, bucket } = bucketOf(10, 3);
  clock.time = 3_600_000;
  expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, true, false]);
});

test('a debt is waited for as long as the rate asks', () => {
  const { clock, bucket } = bucketOf(1000, 1000);
  expect(bucket.spend(1000)).toBe(0);
  expect(bucket.spend(500)).toBe(500);
  expect(bucket.spend(500)).toBe(1000);
  clock.time = 1000;
  expect(bucket.spend(1)).toBe(1);
  bucket.refund(1);
  expect(bucket.spend(0)).toBe(0);
});

test('a clock that was set back gives nothing and takes nothing', () => {
  const { clock, bucket } = bucketOf(1, 1);
  clock.time = 10_000;
  expect(bucket.take()).toBe(true);
  clock.time = 0;
  expect(bucket.take()).toBe(false);
  clock.time = 1000;
  expect(bucket.take()).toBe(true);
});
