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
    /** A new connection of that device. @returns whether it may publish */
    connect: (device = 'pk&dev') => {
      const meter = rate.of(device);
      return () => meter.admits((text) => lines.push(text));
    },
  };
};
const count = (times: number, act: () => boolean): number => Array.from({ length: times }, act).filter(Boolean).length;

test('ten seconds of publishes pass at once, then the rate', () => {
  const { clock, connect, drops } = rateOf(100);
  const admits = connect();
  expect(count(1500, admits)).toBe(1000);
  expect(drops()).toBe(500);
  clock.time = 1000;
  expect(count(500, admits)).toBe(100);
});

test('each device has its own', () => {
  const { connect } = rateOf(1);
  expect(count(20, connect('pk&one'))).toBe(10);
  expect(count(20, connect('pk&other'))).toBe(10);
});

test('a device that connects again goes on where it was', () => {
  const { clock, connect } = rateOf(1);
  expect(count(20, connect())).toBe(10);
  clock.time = 2000;
  expect(count(20, connect())).toBe(2);
  clock.time = 12_000;
  expect(count(20, connect())).toBe(10);
});

test('so many devices are remembered, and those that are there in any case', () => {
  const { connect } = rateOf(1);
  const [admits, left] = [connect('pk&dev'), connect('pk&left')];
  expect([count(20, admits), count(20, left)]).toEqual([10, 10]);
  for (let n = 0; n < 50_000; n++) connect(`pk&dev${n}`);
  expect(count(20, admits)).toBe(0);
  expect(count(20, connect('pk&left'))).toBe(10);
});

test('one line a minute, which says how many were dropped', () => {
  const { clock, lines, connect } = rateOf(1);
  const admits = connect();
  count(10, admits);
  for (let second = 0; second < 180; second++) {
    count(11, admits);
    clock.time += 1000;
  }
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/more than 1 publishes per second \(1 since the last line\)/);
  expect(lines[1]).toMatch(/\(60\d since/);
});

test('0 is off', () => {
  const { connect, drops } = rateOf(0);
  expect(count(10_000, connect())).toBe(10_000);
  expect(drops()).toBe(0);
});
