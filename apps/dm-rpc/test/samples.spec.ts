/** Several samples in one report: what devices batch, what they measured while offline, what gateways pack. */
import { decodeEnvelope, subjects, type DeviceMessage, type PropertySample } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, reportOf, startDm, type DmFixture } from './dm-fixture';
import { ingestOf, keptReports, keptUplink } from './ingest-fixture';

type Pack = Extract<DeviceMessage, { method: 'packReport' }>;

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE, 'dev002'));
afterEach(async () => {
  const { prisma } = fixture.db;
  for (const table of ['property_history', 'event_history', 'hub_log', 'device', 'product']) {
    await prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

const sample = (timestamp: number, rpm: number): PropertySample => ({ timestamp, params: { rpm } });
const pack = (properties: readonly PropertySample[], more: Partial<Pack> = {}): Pack => ({
  method: 'packReport',
  msgToken: '7',
  timestamp: Date.now(),
  properties,
  events: [],
  ...more,
});
const history = (...properties: PropertySample[]): Pack => pack(properties, { history: true });
const report = (timestamp: number, rpm: number): DeviceMessage => ({
  method: 'report',
  msgToken: '8',
  timestamp,
  params: { rpm },
});

const latest = async (deviceName = DEVICE): Promise<string> => {
  const { list } = await fixture.data.propertyLatestIndex({ ...NAMES, deviceName, ignoreEmpty: true });
  return list.map(({ dataID, value, timestamp }) => `${dataID}=${value}@${timestamp}`).join(' ');
};
const valuesOf = async (deviceName = DEVICE): Promise<string[]> => {
  const { list } = await fixture.data.propertyLogIndex({ ...NAMES, deviceName, dataID: 'rpm', order: '1' });
  return list.map(({ value }) => value).sort();
};

describe('history', () => {
  test('moves the current value only where nothing newer is known', async () => {
    const handle = ingestOf(fixture);
    await handle([keptUplink(report(5000, 5))]);
    await handle([keptUplink(history(sample(1000, 1), sample(4999, 2)))]);
    expect(await latest()).toBe('rpm=5@5000');
    await handle([keptUplink(history(sample(6000, 6), sample(5500, 3)))]);
    expect(await latest()).toBe('rpm=6@6000');
    expect(await valuesOf()).toEqual(['1', '2', '3', '5', '6']);
  });

  test('without a time of its own is no news of now, and yet better than nothing', async () => {
    const handle = ingestOf(fixture);
    const now = Date.now();
    await handle([keptUplink(history(sample(now, 1)), NAMES, now)]);
    expect(await latest()).toBe(`rpm=1@${now}`);
    await handle([keptUplink(history(sample(now + 5, 2)), NAMES, now + 5)]);
    expect(await latest()).toBe(`rpm=1@${now}`);
    await handle([keptUplink(report(now + 1, 3), NAMES, now + 6)]);
    expect(await latest()).toBe(`rpm=3@${now + 1}`);
    expect(await valuesOf()).toEqual(['1', '2', '3']);
  });

  test('stands back behind a report of the same batch, whichever comes first', async () => {
    const now = Date.now();
    const untimed = keptUplink(history(sample(now, 1)), NAMES, now);
    await ingestOf(fixture)([untimed, keptUplink(report(1000, 2), NAMES, now)]);
    expect(await latest()).toBe('rpm=2@1000');
    const other = { ...NAMES, deviceName: 'dev002' };
    await ingestOf(fixture)([keptUplink(report(1000, 2), other, now), keptUplink(history(sample(now, 1)), other, now)]);
    expect(await latest('dev002')).toBe('rpm=2@1000');
  });

  test('is told to applications as history, with the times of the samples', async () => {
    const told: unknown[] = [];
    const listening = fixture.bus.subscribe('application.>', ({ data }) =>
      told.push(JSON.parse(decodeEnvelope(data.toString()).data)),
    );
    const events = [{ timestamp: 2000, eventID: 'highTemperature', params: { temperature: 99 } }];
    await ingestOf(fixture)([keptUplink({ ...history(sample(1000, 1)), events }), keptUplink(pack([sample(3000, 3)]))]);
    listening.unsubscribe();
    expect(told).toEqual([
      { device: NAMES, timestamp: '1000', history: true, params: { rpm: 1 } },
      { device: NAMES, timestamp: '1000', history: true, identifier: 'rpm', param: 1 },
      {
        device: NAMES,
        timestamp: '2000',
        identifier: 'highTemperature',
        type: 'alert',
        params: { temperature: 99 },
        history: true,
      },
      { device: NAMES, timestamp: '3000', params: { rpm: 3 } },
      { device: NAMES, timestamp: '3000', identifier: 'rpm', param: 3 },
    ]);
  });
});

test('the same samples delivered twice are one set of rows, and two samples of one time are two', async () => {
  const handle = ingestOf(fixture);
  const events = [1, 1].map((timestamp) => ({ timestamp, eventID: 'highTemperature', params: { temperature: 9 } }));
  const message = keptUplink(pack([sample(1000, 1), sample(1000, 2), sample(2000, 3)], { events }));
  await handle([message]);
  await handle([{ ...message, deliveries: 2 }]);
  expect(await valuesOf()).toEqual(['1', '2', '3']);
  expect((await fixture.data.eventLogIndex(NAMES)).total).toBe('2');
  expect(await latest()).toBe('rpm=3@2000');
});

describe('a gateway’s pack', () => {
  const packed = (deviceName: string, rpm: number) => ({
    productID: PRODUCT,
    deviceName,
    properties: [sample(1000, rpm)],
    events: [{ timestamp: 1000, eventID: 'highTemperature', params: { temperature: rpm } }],
  });

  test('holds what each of its sub-devices has reported', async () => {
    const message = pack([sample(1000, 1)], { subDevices: [packed('dev002', 2), packed('gone', 3)] });
    await ingestOf(fixture)([keptUplink(message)]);
    expect([await latest(), await latest('dev002')]).toEqual(['rpm=1@1000', 'rpm=2@1000']);
    const { list } = await fixture.data.eventLogIndex({ ...NAMES, deviceName: 'dev002' });
    expect(list).toMatchObject([{ dataID: 'highTemperature', type: 'alert', params: '{"temperature":2}' }]);
    for (const deviceName of [DEVICE, 'dev002']) {
      expect((await fixture.data.hubLogIndex({ ...NAMES, deviceName })).total).toBe('1');
    }
  });

  test('costs the other reports of its message nothing where it cannot be read', async () => {
    const nameless = pack([], { subDevices: [{ ...packed('dev002', 2), deviceName: undefined as unknown as string }] });
    await ingestOf(fixture)([keptReports(reportOf(nameless), reportOf(report(1000, 1)))]);
    expect(await latest()).toBe('rpm=1@1000');
    expect(fixture.logged.join('')).toContain('a packed device has no name');
  });
});

test('10000 samples of one device are written in one go', async () => {
  const samples = Array.from({ length: 10_000 }, (_, at) => sample(at, at % 100));
  let told = 0;
  const listening = fixture.bus.subscribe(subjects.application.property(PRODUCT, DEVICE, 'rpm'), () => void told++);
  await ingestOf(fixture)([keptUplink(history(...samples))]);
  listening.unsubscribe();
  expect((await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'rpm' })).total).toBe('10000');
  expect(await latest()).toBe('rpm=99@9999');
  expect(told).toBe(10_000);
});
