/** What a device leaves behind when it is deleted or reset: it goes, and nobody waits for it. */
import { subjects } from '@alink/contract';
import { createDatabase, eventually, type TestDatabase } from '@alink/testing';
import { createDevices, DEVICE, NAMES, PRODUCT, startDm, toldDuring, type DmFixture } from './dm-fixture';

/** More than two batches. */
const VALUES = 25_000;
const NEIGHBOUR = { productID: PRODUCT, deviceName: 'dev002' };
const DAY_MS = 86_400_000;

let database: TestDatabase;
let fixture: DmFixture;
let deviceID: bigint;
beforeEach(async () => {
  database = await createDatabase();
  fixture = await startDm({ databaseUrl: database.url });
  await createDevices(fixture, DEVICE, NEIGHBOUR.deviceName);
  for (const device of [NAMES, NEIGHBOUR]) await fill(device);
  ({ id: deviceID } = await fixture.db.prisma.device.findFirstOrThrow({ where: NAMES }));
});
afterEach(async () => {
  await fixture?.stop();
  await database.drop();
});

/** Values of three days and of one that has no partition, events, and lines of its log. */
const fill = async ({ productID, deviceName }: typeof NAMES): Promise<void> => {
  const { prisma } = fixture.db;
  const { id } = await prisma.device.findFirstOrThrow({ where: { productID, deviceName } });
  const nowMs = Date.now();
  await prisma.$executeRaw`
    INSERT INTO property_history (device_id, identifier, timestamp, arrived_at, message_id, value)
    SELECT ${id}::bigint, 'rpm', i, ${nowMs}::bigint - (i % 3) * ${DAY_MS}::bigint, gen_random_uuid(), '1'
    FROM generate_series(1, ${VALUES}) AS i
    UNION ALL SELECT ${id}::bigint, 'rpm', 0, ${nowMs}::bigint + 300 * ${DAY_MS}::bigint, gen_random_uuid(), '1'`;
  await prisma.$executeRaw`
    INSERT INTO event_history (device_id, timestamp, arrived_at, message_id, identifier, type, params)
    VALUES (${id}, 1, ${nowMs}, gen_random_uuid(), 'highTemperature', 'alert', '{}')`;
  await logLine({ productID, deviceName }, nowMs - 1);
};
const logLine = ({ productID, deviceName }: typeof NAMES, timestamp: number) =>
  fixture.db.prisma.$executeRaw`
    INSERT INTO hub_log (product_id, device_name, timestamp, message_id, action, request_id, trace_id, topic, content, result_code, resp_payload)
    VALUES (${productID}, ${deviceName}, ${timestamp}, gen_random_uuid(), 'connected', '', '', '', '', 200, '')`;

/** Values, events and lines of the log. */
const counts = async (id: bigint, deviceName: string) => {
  const { propertyHistory, eventHistory, hubLog } = fixture.db.prisma;
  const where = { deviceID: id };
  return Promise.all([
    propertyHistory.count({ where }),
    eventHistory.count({ where }),
    hubLog.count({ where: { deviceName } }),
  ]);
};
const FULL = [VALUES + 1, 1, 1];
const neighbourCounts = async () => {
  const { id } = await fixture.db.prisma.device.findFirstOrThrow({ where: NEIGHBOUR });
  return counts(id, NEIGHBOUR.deviceName);
};

/** No value can be deleted until it is released; all can be read. */
const holdHistory = async (): Promise<() => Promise<unknown>> => {
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let held!: Promise<void>;
  await new Promise<void>((locked, failed) => {
    held = fixture.db.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`LOCK TABLE property_history IN SHARE MODE`;
        locked();
        await released;
      },
      { timeout: 120_000 },
    );
    held.catch(failed);
  });
  return () => (release(), held);
};

test('a deletion is answered and told at once; its history goes afterwards, and no other’s', async () => {
  const release = await holdHistory();
  try {
    const told = await toldDuring(fixture.bus, () => fixture.devices.deviceInfoDelete(NAMES));
    expect(told).toContainEqual([subjects.deviceDeleted, NAMES]);
    expect(await fixture.db.prisma.device.count({ where: NAMES })).toBe(0);
    expect(await counts(deviceID, DEVICE)).toEqual(FULL);
    // Another device gets the name, and a log of its own.
    await fixture.devices.deviceInfoCreate(NAMES);
    await logLine(NAMES, Date.now() + 60_000);
  } finally {
    await release();
  }
  await eventually(async () => expect(await counts(deviceID, DEVICE)).toEqual([0, 0, 1]));
  await eventually(async () => expect(await fixture.db.prisma.deletedDevice.count()).toBe(0));
  expect(await neighbourCounts()).toEqual(FULL);
});

test('what was broken off is deleted by the next start', async () => {
  const release = await holdHistory();
  try {
    await fixture.devices.deviceInfoDelete(NAMES);
    await eventually(async () => {
      await fixture.db.prisma.$executeRaw`
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM property_history%'`;
      expect(fixture.logged.join('')).toContain('history of deleted devices could not be deleted');
    });
  } finally {
    await release();
  }
  await fixture.stop();
  fixture = await startDm({ databaseUrl: database.url });
  await eventually(async () => expect(await counts(deviceID, DEVICE)).toEqual([0, 0, 0]));
  await eventually(async () => expect(await fixture.db.prisma.deletedDevice.count()).toBe(0));
  expect(await neighbourCounts()).toEqual(FULL);
});

test('a reset is told before the data goes', async () => {
  const release = await holdHistory();
  let resetting: Promise<unknown> | undefined;
  try {
    const told: string[] = [];
    const listening = fixture.bus.subscribe('server.>', ({ subject }) => told.push(subject));
    resetting = fixture.devices.deviceReset({ device: NAMES, log: true, info: true });
    await eventually(() => expect(told).toContain(subjects.deviceReset));
    listening.unsubscribe();
    const [values] = await counts(deviceID, DEVICE);
    expect(values).toBe(VALUES + 1);
  } finally {
    await release();
  }
  await resetting;
  expect(await counts(deviceID, DEVICE)).toEqual([0, 0, 0]);
  expect(await neighbourCounts()).toEqual(FULL);
});
