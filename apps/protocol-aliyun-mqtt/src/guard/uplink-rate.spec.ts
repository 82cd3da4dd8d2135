import { UplinkRate } from './uplink-rate';

const rateOf = (perSecond: number) => {
  const clock = { time: 0, now: () => clock.time };
  const lines: string[] = [];
  let drops = 0;
  const rate = new UplinkRate(perSecond, clock, () => void drops++);
  return {
    clock,
    lines,
    drops: () => drops,
    admits: (of: object) => rate.admits(of, (text) => lines.push(text)),
    rate,
  };
};
const count = (times: number, act: () => boolean): number => Array.from({ length: times }, act).filter(Boolean).length;

test('ten seconds of publishes pass at once, then the rate', () => {
  const { clock, admits, drops } = rateOf(100);
  const device = {};
  expect(count(1500, () => admits(device))).toBe(1000);
  expect(drops()).toBe(500);
  clock.time = 1000;
  expect(count(500, () => admits(device))).toBe(100);
});

test('each connection has its own', () => {
  const { admits } = rateOf(1);
  const [one, other] = [{}, {}];
  expect(count(20, () => admits(one))).toBe(10);
  expect(count(20, () => admits(other))).toBe(10);
});

test('one line a minute, which says how many were dropped', () => {
  const { clock, lines, admits } = rateOf(1);
  const device = {};
  count(10, () => admits(device));
  for (let second = 0; second < 180; second++) {
    count(11, () => admits(device));
    clock.time += 1000;
  }
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/more than 1 publishes per second \(1 since the last line\)/);
  expect(lines[1]).toMatch(/\(60\d since/);
});

test('0 is off', () => {
  const { admits, drops } = rateOf(0);
  const device = {};
  expect(count(10_000, () => admits(device))).toBe(10_000);
  expect(drops()).toBe(0);
});
