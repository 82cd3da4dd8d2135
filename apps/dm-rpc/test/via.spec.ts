/** Devices that are online through a gateway device go offline with the session of it that they go through. */
import { decodeEnvelope, encodeEnvelope, subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import type { DevicePresence } from '../src/presence/presence-rows';
import { applyPresenceBatch } from '../src/presence/presence-store';
import { createDevices, NAMES, PRODUCT, sendStatus, startDm, type DmFixture } from './dm-fixture';
import { ingestOf, kept } from './ingest-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, 'sub1', 'gate', 'sub2', 'other'));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

const T = 1778593628940;
const STREAM = 1000;
const GATEWAY = `${PRODUCT}/gate`;

const connected = (deviceName: string, sequence: number, viaEpoch?: number | null): DevicePresence => ({
  productID: PRODUCT,
  deviceName,
  event: {
    kind: 'connected',
    key: { stream: STREAM, epoch: sequence },
    timestamp: T + sequence,
    node: 'node-1',
    via:
      viaEpoch === undefined
        ? null
        : { gateway: GATEWAY, session: viaEpoch === null ? null : { stream: STREAM, epoch: viaEpoch } },
    address: '',
    clientId: '',
  },
});
const disconnected = (deviceName: string, sequence: number, epoch?: number): DevicePresence => ({
  productID: PRODUCT,
  deviceName,
  event: {
    kind: 'disconnected',
    key: { stream: STREAM, epoch: sequence },
    timestamp: T + sequence,
    epoch,
    reason: 'keepalive',
  },
});

/** Applies a batch. @returns who went online or offline */
const apply = async (...happened: DevicePresence[]): Promise<string[]> => {
  const changes = await fixture.db.prisma.$transaction((tx) => applyPresenceBatch(tx, happened));
  return changes.map(({ deviceName, isOnline }) => `${deviceName} ${isOnline ? 'on' : 'off'}`);
};
const online = async (): Promise<string> => {
  const rows = await fixture.db.prisma.device.findMany({ where: { isOnline: true }, orderBy: { deviceName: 'asc' } });
  return rows.map(({ deviceName }) => deviceName).join(' ');
};

interface Told {
  readonly device: { readonly deviceName: string };
  readonly status: number;
  readonly reason: string;
  readonly via?: object;
}
const offWithGateway = ['gate off', 'sub1 off', 'sub2 off'];

test('the end of the session takes those through it offline, and nobody else', async () => {
  await apply(connected('gate', 1), connected('sub1', 2, 1), connected('sub2', 3, 1), connected('other', 4));
  expect(await fixture.db.prisma.device.findFirst({ where: { deviceName: 'sub1' } })).toMatchObject({
    via: GATEWAY,
    viaEpoch: 1n,
  });
  expect(await apply(disconnected('gate', 5, 1))).toEqual(offWithGateway);
  expect(await online()).toBe('other');
  expect(await fixture.db.prisma.device.findFirst({ where: { deviceName: 'sub1' } })).toMatchObject({
    via: null,
    viaEpoch: null,
    node: null,
    lastOffline: new Date(T + 5),
  });
  const { list } = await fixture.admin.statusLogIndex({ ...NAMES, deviceName: 'sub1' });
  const through = expect.objectContaining({ productID: PRODUCT, deviceName: 'gate' }) as unknown;
  expect(list.map(({ status, timestamp, reason, via }) => [status, Number(timestamp) - T, reason, via])).toEqual([
    ['2', 5, 'with its gateway device gate: keepalive', through],
    ['1', 2, '', through],
  ]);
  const { list: ofGateway } = await fixture.admin.statusLogIndex({ ...NAMES, deviceName: 'gate' });
  expect(ofGateway.map(({ reason, via }) => [reason, via])).toEqual([
    ['keepalive', null],
    ['', null],
  ]);
});

test('what is told again changes nothing', async () => {
  const all = [connected('gate', 1), connected('sub1', 2, 1), connected('sub2', 3, 1), disconnected('gate', 5, 1)];
  expect(await apply(...all)).toEqual(['gate on', 'sub1 on', 'sub2 on', ...offWithGateway]);
  for (const again of [all, all.slice(1), [...all].reverse()]) expect(await apply(...again)).toEqual([]);
  expect(await online()).toBe('');
});

test('a session of the gateway device that ends late takes only its own with it', async () => {
  await apply(connected('gate', 1), connected('sub1', 2, 1), connected('sub2', 3, 1));
  await apply(connected('gate', 4), connected('sub2', 5, 4));
  expect(await apply(disconnected('gate', 6, 1))).toEqual(['sub1 off']);
  expect(await online()).toBe('gate sub2');
  expect(await apply(disconnected('gate', 7, 4))).toEqual(['gate off', 'sub2 off']);
});

test.each<[string, number | null, number | undefined]>([
  ['a session that its node had no number for', null, 1],
  ['an end that names no session', 1, undefined],
])('%s ends with any', async (_case, viaEpoch, epoch) => {
  await apply(connected('gate', 1), connected('sub1', 2, viaEpoch));
  expect(await apply(disconnected('gate', 3, epoch))).toEqual(['gate off', 'sub1 off']);
});

test('a device that has come by itself since, or through another session, stays', async () => {
  await apply(connected('gate', 1), connected('sub1', 2, 1), connected('sub2', 3, 1));
  await apply(connected('sub1', 4), disconnected('sub2', 5, 3));
  expect(await apply(disconnected('gate', 6, 1))).toEqual(['gate off']);
  expect(await online()).toBe('sub1');
});

test('a session through one that is over does not stay', async () => {
  await apply(connected('gate', 1), disconnected('gate', 3, 1));
  expect(await apply(connected('sub1', 2, 1))).toEqual(['sub1 on', 'sub1 off']);
  await apply(connected('gate', 4));
  expect(await apply(connected('sub2', 5, 1))).toEqual(['sub2 on', 'sub2 off']);
  expect(await apply(connected('sub2', 6, 4))).toEqual(['sub2 on']);
  expect(await online()).toBe('gate sub2');
});

test('one whose gateway device is not known yet, or was given up with its node, does', async () => {
  expect(await apply(connected('sub1', 2, 1))).toEqual(['sub1 on']);
  await apply(connected('gate', 1));
  await fixture.db.prisma.device.updateMany({ where: { deviceName: 'gate' }, data: { isOnline: false } });
  expect(await apply(connected('sub2', 3, 1))).toEqual(['sub2 on']);
  expect(await online()).toBe('sub1 sub2');
});

test('a gateway device that is deleted takes its own with it all the same', async () => {
  await apply(connected('gate', 1), connected('sub1', 2, 1));
  await fixture.devices.deviceInfoDelete({ productID: PRODUCT, deviceName: 'gate' });
  expect(await apply(disconnected('gate', 3, 1))).toEqual(['sub1 off']);
});

test('two transactions that meet at a gateway device miss nobody', async () => {
  const { prisma } = fixture.db;
  await apply(connected('gate', 1), connected('sub1', 2, 1));
  let ending: Promise<string[]> | undefined;
  await prisma.$transaction(async (tx) => {
    await applyPresenceBatch(tx, [connected('sub2', 3, 1)]);
    ending = apply(disconnected('gate', 4, 1));
    await eventually(async () => {
      const [row] = await tx.$queryRaw<{ waiting: boolean }[]>`
        SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))) AS waiting`;
      expect(row).toEqual({ waiting: true });
    });
  });
  expect(await ending).toEqual(offWithGateway);
  expect(await online()).toBe('');
});

test('gateway devices that come and go in many transactions at once do not deadlock', async () => {
  const round = (i: number): DevicePresence[][] => {
    const base = i * 10;
    return [
      [connected('gate', base + 1), connected('sub1', base + 2, base + 1), connected('other', base + 3)],
      [connected('sub2', base + 4, base + 1)],
      [disconnected('gate', base + 5, base + 1), disconnected('other', base + 6, base + 3)],
    ];
  };
  const batches = Array.from({ length: 30 }, (_, i) => round(i)).flat();
  await Promise.all(batches.map((batch) => apply(...batch)));
  expect(await online()).toBe('');
});

test('gateway devices that end together take so many devices with them in one transaction, in their order', async () => {
  const { prisma } = fixture.db;
  const gateways = ['gate', 'other'];
  const stream = await fixture.bus.streamCreatedMs();
  await prisma.device.updateMany({
    where: { deviceName: { in: gateways } },
    data: { isOnline: true, sessionEpoch: 1 },
  });
  for (const gateway of gateways) {
    await prisma.$executeRaw`
      INSERT INTO device (product_id, device_name, secret, updated_at, is_online, session_epoch, via, via_stream, via_epoch)
      SELECT ${PRODUCT}, ${gateway} || '-' || i, '', now(), true, 0, ${`${PRODUCT}/${gateway}`}, ${stream}::bigint, 1
      FROM generate_series(1, 1100) AS i`;
  }
  const ends = ['sub1', ...gateways, 'sub2'].map((deviceName) => {
    const status = { action: 'disconnected', productID: PRODUCT, deviceName, epoch: 1, stream, reason: 'closed' };
    return kept(subjects.sessionEnded, encodeEnvelope(JSON.stringify(status), T));
  });
  await ingestOf(fixture)([kept(subjects.sessionBegan, encodeEnvelope('{}', T)), ...ends]);
  expect(await online()).toBe('');
  const parts = await prisma.$queryRaw<object[]>`SELECT count(*)::int AS lines FROM status_log GROUP BY xmin`;
  expect(parts).toEqual([{ lines: 1101 }, { lines: 1101 }]);
});

test('through the stream: news for each', async () => {
  const { bus } = fixture;
  const told: unknown[][] = [];
  const listening = bus.subscribe('application.>', ({ subject, data }) => {
    const { device, ...message } = JSON.parse(decodeEnvelope(data.toString()).data) as Told;
    expect(subject).toBe(`application.device.${PRODUCT}.${device.deviceName}.status.disconnected`);
    told.push([device.deviceName, message.status, message.reason, message.via]);
  });
  const gateway = { productID: PRODUCT, deviceName: 'gate' };
  const epoch = await sendStatus(bus, { action: 'connected' }, gateway);
  const stream = await bus.streamCreatedMs();
  const via = { ...gateway, epoch, stream };
  await sendStatus(bus, { action: 'connected', via }, { productID: PRODUCT, deviceName: 'sub1' });
  await sendStatus(bus, { action: 'disconnected', epoch, stream, reason: 'closed' }, gateway);
  listening.unsubscribe();
  expect(told).toEqual([
    ['gate', 1, '', undefined],
    ['sub1', 1, '', gateway],
    ['gate', 2, 'closed', undefined],
    ['sub1', 2, 'with its gateway device gate: closed', gateway],
  ]);
});
