import { seededRandom } from '@alink/testing';
import { EventRate } from './event-rate';

const clockAt = (now = 0) => ({
  time: now,
  now(): number {
    return this.time;
  },
});

test('a window is full with the limit, and empties as time goes on', () => {
  const clock = clockAt();
  const rate = new EventRate({ limit: 3, windowMs: 60_000, maxKeys: 10 }, clock);
  expect([rate.take('a'), rate.take('a'), rate.take('a'), rate.take('a')]).toEqual([true, true, true, false]);
  expect(rate.take('b')).toBe(true);
  clock.time = 59_999;
  expect(rate.take('a')).toBe(false);
  clock.time = 120_000;
  expect(rate.take('a')).toBe(true);
});

test('what was refused does not count', () => {
  const clock = clockAt();
  const rate = new EventRate({ limit: 2, windowMs: 1000, maxKeys: 10 }, clock);
  for (let n = 0; n < 100; n++) rate.take('a');
  clock.time = 1500;
  // Half of the window before still counts: one of its two.
  expect([rate.take('a'), rate.take('a')]).toEqual([true, false]);
});

test('hits count whatever they are, and tell when the window is full', () => {
  const clock = clockAt();
  const rate = new EventRate({ limit: 3, windowMs: 1000, maxKeys: 10 }, clock);
  expect([rate.hit('a'), rate.hit('a'), rate.hit('a'), rate.hit('a')]).toEqual([false, false, true, true]);
  rate.forget('a');
  expect(rate.hit('a')).toBe(false);
});

test('a steady rate below the limit never fills a window', () => {
  const clock = clockAt();
  const rate = new EventRate({ limit: 10, windowMs: 60_000, maxKeys: 10 }, clock);
  for (let n = 0; n < 1000; n++) {
    clock.time += 60_000 / 8;
    expect(rate.hit('a')).toBe(false);
  }
});

test('never more than twice the limit within one window, whatever the rhythm', () => {
  const random = seededRandom(3);
  const clock = clockAt();
  const rate = new EventRate({ limit: 5, windowMs: 1000, maxKeys: 10 }, clock);
  const taken: number[] = [];
  for (let n = 0; n < 20_000; n++) {
    clock.time += random.int(0, 100);
    if (rate.take('a')) taken.push(clock.time);
  }
  for (let n = 10; n < taken.length; n++) expect(taken[n]! - taken[n - 10]!).toBeGreaterThanOrEqual(1000);
});

test('keys are bounded: the one not seen for longest is forgotten', () => {
  const rate = new EventRate({ limit: 1, windowMs: 1000, maxKeys: 3 }, clockAt());
  for (const key of ['a', 'b', 'c', 'd']) rate.take(key);
  expect(rate.size).toBe(3);
  expect([rate.take('d'), rate.take('a')]).toEqual([false, true]);
});
