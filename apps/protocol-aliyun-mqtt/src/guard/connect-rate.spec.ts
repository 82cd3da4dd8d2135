import { ConnectRate } from './connect-rate';

const rateOf = (perMinute: number) => {
  const clock = { time: 0, now: () => clock.time };
  return { clock, rate: new ConnectRate(perMinute, clock) };
};

test('above the rate: CONNACK 3, with one line a minute', () => {
  const { clock, rate } = rateOf(2);
  expect([rate.refuse('pk', 'dev'), rate.refuse('pk', 'dev')]).toEqual([undefined, undefined]);
  expect(rate.refuse('pk', 'dev')).toMatchObject({
    returnCode: 3,
    quiet: false,
    step: expect.stringMatching(/triple/),
  });
  expect(rate.refuse('pk', 'dev')).toMatchObject({ returnCode: 3, quiet: true });
  expect(rate.refuse('pk', 'other')).toBeUndefined();
  clock.time = 120_000;
  expect(rate.refuse('pk', 'dev')).toBeUndefined();
});

test('a device that keeps trying gets in at the rate', () => {
  const { clock, rate } = rateOf(30);
  let admitted = 0;
  for (let second = 0; second < 600; second++, clock.time += 1000) if (!rate.refuse('pk', 'dev')) admitted += 1;
  expect(admitted).toBeGreaterThanOrEqual(270);
  expect(admitted).toBeLessThanOrEqual(330);
});

test('0 is off', () => {
  const { rate } = rateOf(0);
  for (let n = 0; n < 1000; n++) expect(rate.refuse('pk', 'dev')).toBeUndefined();
});
