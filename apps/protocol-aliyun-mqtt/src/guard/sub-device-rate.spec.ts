import { SubDeviceRate } from './sub-device-rate';

test('ten seconds of them may come at once, as a whole or not at all, and come back by the second', () => {
  let now = 0;
  const rate = new SubDeviceRate(5, { now: () => now });
  expect(rate.admits('one', 51)).toBe(false);
  expect([rate.admits('one', 30), rate.admits('one', 20), rate.admits('one', 1)]).toEqual([true, true, false]);
  expect(rate.admits('other', 50)).toBe(true);
  now = 1000;
  // What is refused costs nothing.
  expect([rate.admits('one', 6), rate.admits('one', 5), rate.admits('one', 1)]).toEqual([false, true, false]);
});

test('however few a second, a whole batch may come at once', () => {
  let now = 0;
  const rate = new SubDeviceRate(1, { now: () => now });
  expect([rate.admits('one', 50), rate.admits('one', 1)]).toEqual([true, false]);
  now = 49_000;
  expect(rate.admits('one', 50)).toBe(false);
  now = 50_000;
  expect(rate.admits('one', 50)).toBe(true);
});

test('0 is no limit', () => {
  const rate = new SubDeviceRate(0, { now: () => 0 });
  expect(rate.admits('one', 1_000_000)).toBe(true);
});
