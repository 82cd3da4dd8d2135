import { Agenda, type AgendaOptions } from './agenda';

const options: AgendaOptions = {
  streams: [
    { kind: 'properties', everyMs: 1000 },
    { kind: 'event', everyMs: 3000 },
  ],
  jitter: 0.5,
  seed: '1',
  deviceName: 'dev001',
};
const take = (count: number, of: Partial<AgendaOptions> = {}) => {
  const agenda = new Agenda({ ...options, ...of });
  return Array.from({ length: count }, () => agenda.take());
};

test('is the same for the same seed, and another for another seed or device', () => {
  expect(take(50)).toEqual(take(50));
  expect(take(50, { seed: '2' })).not.toEqual(take(50));
  expect(take(50, { deviceName: 'dev002' })).not.toEqual(take(50));
});

test('goes forward in time, each kind in its order and at its interval', () => {
  const all = take(400).map((due) => due!);
  for (let i = 1; i < all.length; i++) expect(all[i]!.atMs).toBeGreaterThanOrEqual(all[i - 1]!.atMs);
  const reports = all.filter(({ kind }) => kind === 'properties');
  expect(reports.map(({ number }) => number)).toEqual(reports.map((_, i) => i));
  expect(reports.length / all.length).toBeCloseTo(0.75, 1);
  // Half of an interval in all: a quarter early or late.
  for (const { number, atMs } of reports) {
    expect(atMs).toBeGreaterThanOrEqual(Math.max(0, number * 1000 - 250));
    expect(atMs).toBeLessThanOrEqual((number + 1) * 1000 + 250);
  }
});

test('without jitter is as regular as a clock, and devices begin at different times', () => {
  const times = take(10, { jitter: 0, streams: [{ kind: 'properties', everyMs: 1000 }] }).map((due) => due!.atMs);
  expect(times.map((time) => time - times[0]!)).toEqual(times.map((_, i) => i * 1000));
  const phases = Array.from({ length: 100 }, (_, n) => take(1, { jitter: 0, deviceName: `d${n}` })[0]!.atMs);
  expect(Math.min(...phases)).toBeLessThan(200);
  expect(Math.max(...phases)).toBeGreaterThan(800);
});

test('an interval of nought has everything due at once', () => {
  expect(take(3, { streams: [{ kind: 'properties', everyMs: 0 }] }).map((due) => [due!.number, due!.atMs])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
});

test('without streams there is nothing to do', () => {
  expect(take(1, { streams: [] })).toEqual([undefined]);
});
