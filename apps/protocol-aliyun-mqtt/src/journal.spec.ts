/** What a journal leaves out, and what it keeps; device-log.spec shows it at work. */
import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope, type HubLogEntry } from '@alink/contract';
import { createLogger, createMetrics, systemClock } from '@alink/runtime';
import { Journal, type Activity } from './journal';
import { createNodeMetrics } from './metrics';

const journalOf = (find: (productKey: string, deviceName: string) => Promise<string | undefined>) => {
  const clock = { time: 1_000_000, now: () => clock.time };
  const lines: string[] = [];
  const rows: HubLogEntry[] = [];
  const bus = {
    ...createMemoryBus(),
    publishKept: async (_subject: string, data: string | Buffer) => {
      rows.push(JSON.parse(decodeEnvelope(data.toString()).data) as HubLogEntry);
    },
  };
  const journal = new Journal({
    bus: bus as never,
    log: createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    clock,
    lineClock: clock,
    metrics: createNodeMetrics(createMetrics('test'), () => 0),
    find,
    addressKey: (address) => address.split(':')[0]!,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, lines, rows, journal, settled };
};

const refusal: Activity = {
  kind: 'refuse',
  productKey: 'pk',
  deviceName: 'dev',
  text: 'refused',
  isUnproven: true,
  from: '192.0.2.1:1',
};

test('a device that is only named has a row where it exists, under the productID that it really has', async () => {
  const { journal, rows, settled } = journalOf(async (_productKey, deviceName) =>
    deviceName === 'dev' ? 'inner' : undefined,
  );
  for (const deviceName of ['nobody', 'dev', 'somebody']) journal.note({ ...refusal, deviceName });
  await settled();
  expect(rows).toMatchObject([{ productID: 'inner', deviceName: 'dev', content: 'refused' }]);
});

test('while nobody can say whether it exists, dm decides', async () => {
  const { journal, rows, settled } = journalOf(() => Promise.reject(new Error('dm.rpc is away')));
  journal.note(refusal);
  await settled();
  expect(rows).toMatchObject([{ productID: 'pk', deviceName: 'dev' }]);
});

test('one address has a share of the lines, all of them together have theirs, and a line says that others are left out', async () => {
  const { clock, journal, lines, rows, settled } = journalOf(async () => 'inner');
  const told = () => lines.filter((line) => line.includes('"msg":"refused"')).length;
  for (let n = 0; n < 1000; n++) journal.note({ ...refusal, from: `192.0.2.1:${n}` });
  expect(told()).toBe(20);
  for (let n = 0; n < 1000; n++) journal.note({ ...refusal, from: `198.51.100.${n % 100}:1` });
  expect(told()).toBe(250);
  await settled();
  expect(rows).toHaveLength(250);
  const floods = (): string[] => lines.filter((line) => line.includes('are written: left out'));
  expect(floods().filter((line) => line.includes('"192.0.2.1"'))).toEqual([expect.stringMatching(/"leftOut":1\b/)]);
  // What devices that are let in do has its line all the same.
  journal.note({ kind: 'drop', productKey: 'pk', productID: 'inner', deviceName: 'dev', text: 'dropped' });
  expect(rows).toHaveLength(251);
  clock.time += 60_000;
  for (let n = 0; n < 21; n++) journal.note(refusal);
  expect(told()).toBe(270);
  expect(floods().at(-1)).toMatch(/"leftOut":980\b/);
});

describe('refusals that repeat', () => {
  const clock = { time: 0, now: () => clock.time };
  const told: Activity[] = [];
  const journal = new Journal({
    bus: createMemoryBus(),
    log: createLogger({ name: 'test', level: 'silent' }),
    clock: systemClock,
    lineClock: clock,
    metrics: createNodeMetrics(createMetrics('test'), () => 0),
    onActivity: (activity) => void told.push(activity),
  });
  const note = (more: Partial<Activity> = {}): void =>
    journal.note({ kind: 'drop', productKey: 'pk', deviceName: 'dev', code: 9236, topic: 'a', text: 'why', ...more });
  afterEach(() => {
    told.length = 0;
    clock.time += 10_000;
  });

  test('are one line a second, with a count', () => {
    for (let n = 0; n < 1000; n++) note();
    clock.time += 1000;
    note();
    expect(told.map(({ text }) => text)).toEqual(['why', 'why (and 999 like it since the last line)']);
  });

  test('of one device keep nothing back of another, of another code, or of what is none', () => {
    note();
    note({ deviceName: 'other' });
    note({ code: 460 });
    note({ kind: 'refuseSubscribe' });
    for (let n = 0; n < 3; n++) note({ kind: 'report' });
    expect(told).toHaveLength(7);
  });

  test('of whatever texts are few lines a second', () => {
    for (let n = 0; n < 1000; n++) note({ topic: `topic ${n}`, text: `not on ${n}` });
    expect(told.map(({ text }) => text)).toEqual(Array.from({ length: 9 }, (_, n) => `not on ${n}`));
    clock.time += 1000;
    for (let n = 0; n < 9; n++) note({ text: `again ${n}` });
    expect(told.at(-1)?.text).toBe('again 8 (and 991 like it since the last line)');
  });
});
