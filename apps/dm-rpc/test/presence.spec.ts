import { decodeEnvelope, serviceKeys, subjects } from '@alink/contract';
import { createMemoryRegistry, type Registry } from '@alink/discovery';
import { createLogger } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { NodeWatch } from '../src/presence/node-watch';
import { ApplicationNews } from '../src/ingest/application-news';
import { PresenceNews } from '../src/presence/presence-news';
import { giveUpNode } from '../src/presence/give-up-node';
import type { DevicePresence } from '../src/presence/presence-rows';
import { applyPresenceBatch } from '../src/presence/presence-store';
import { createDevices, DEVICE, NAMES, rpcError, sendStatus, sendUplink, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE, 'dev002'));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

const read = (deviceName = DEVICE) => fixture.devices.deviceInfoRead({ ...NAMES, deviceName });
const isOnline = async (deviceName = DEVICE) => (await read(deviceName)).isOnline === '1';
const T = 1778593628940;

describe('sessions', () => {
  test('activate a device, and its log says when it was online', async () => {
    const { bus, data } = fixture;
    const epoch = await sendStatus(bus, { action: 'connected', timestamp: T, rawClientID: 'p.dev001|securemode=3|' });
    expect(await read()).toMatchObject({
      isOnline: '1',
      status: '2',
      firstLogin: '1778593628',
      lastLogin: '1778593628',
      lastIp: '10.1.2.3:54321',
    });
    const { devices } = await fixture.directory.resolve({
      devices: [{ productKey: NAMES.productID, deviceName: DEVICE }],
    });
    expect(devices[0]).toMatchObject({ lastClientId: 'p.dev001|securemode=3|', firstLogin: '1778593628' });

    await sendStatus(bus, { action: 'disconnected', timestamp: T + 5000, epoch, reason: 'keepalive' });
    expect(await read()).toMatchObject({ isOnline: '2', status: '3', lastOffline: '1778593633' });
    const { list } = await data.statusLogIndex(NAMES);
    expect(list).toEqual([
      { ...NAMES, timestamp: String(T + 5000), status: '2' },
      { ...NAMES, timestamp: String(T), status: '1' },
    ]);
    expect(Number((await data.statusLogIndex({ ...NAMES, status: '1' })).total)).toBe(1);

    const { admin } = fixture;
    const ended = { timestamp: String(T + 5000), status: '2', reason: 'keepalive', via: null };
    const log = { total: '2', list: [ended, { timestamp: String(T), status: '1', reason: '', via: null }] };
    expect(await admin.statusLogIndex(NAMES)).toEqual(log);
    expect(await admin.statusLogIndex({ ...NAMES, timeStart: T + 1, page: 1, size: 1 })).toEqual({
      total: '1',
      list: [ended],
    });
    await expect(admin.statusLogIndex({ ...NAMES, deviceName: 'nobody' })).rejects.toEqual(rpcError(100009, 'nobody'));
  });

  test('that end late do not end the one that took over', async () => {
    const first = await sendStatus(fixture.bus, { action: 'connected', node: 'node-1' });
    await sendStatus(fixture.bus, { action: 'connected', node: 'node-2' });
    await sendStatus(fixture.bus, { action: 'disconnected', epoch: first });
    expect(await isOnline()).toBe(true);
    expect(await fixture.db.prisma.device.findFirst({ where: NAMES })).toMatchObject({ node: 'node-2' });
    const { list } = await fixture.admin.statusLogIndex(NAMES);
    expect(list.map(({ status, reason }) => [status, reason])).toEqual([
      ['1', 'another session took over, on node node-2 instead of node-1'],
      ['1', ''],
    ]);
  });

  test('are told to applications, once each, and on the tick of unitedrhino’s dm nothing', async () => {
    const told: [string, unknown][] = [];
    const listen = (subject: string) =>
      fixture.bus.subscribe(subject, (message) =>
        told.push([message.subject, JSON.parse(decodeEnvelope(message.data.toString()).data)]),
      );
    const listening = [listen('server.things.dm.device.onlineStatus.change'), listen('application.>')];
    const epoch = await sendStatus(fixture.bus, { action: 'connected', timestamp: T });
    await sendStatus(fixture.bus, { action: 'disconnected', timestamp: T + 1, epoch, reason: 'gone' });
    await sendStatus(fixture.bus, { action: 'disconnected', timestamp: T + 1, epoch, reason: 'gone' });
    for (const one of listening) one.unsubscribe();
    const subject = `application.device.${NAMES.productID}.${DEVICE}.status.disconnected`;
    expect(told).toEqual([
      [subject, { device: NAMES, status: 1, timestamp: String(T), reason: '' }],
      [subject, { device: NAMES, status: 2, timestamp: String(T + 1), reason: 'gone' }],
    ]);
  });

  test('of devices that do not exist are nobody’s', async () => {
    await sendStatus(fixture.bus, { action: 'connected' }, { ...NAMES, deviceName: 'deleted' });
    expect(await isOnline()).toBe(false);
  });
});

describe('deviceOnlineMultiFix', () => {
  const fix = (isOnline: string, connectAt: number, deviceName = DEVICE) =>
    fixture.devices.deviceOnlineMultiFix({
      devices: [{ device: { ...NAMES, deviceName }, isOnline, connectAt: String(connectAt) }],
    });

  test('heals what a lost message left wrong, and does not undo what came later', async () => {
    const { bus } = fixture;
    await fix('1', T);
    expect(await isOnline()).toBe(true);
    await fix('2', T);
    expect(await isOnline()).toBe(false);
    const epoch = await sendStatus(bus, { action: 'connected', timestamp: T + 60_000 });
    await fix('2', T);
    expect(await isOnline()).toBe(true);
    await sendStatus(bus, { action: 'disconnected', timestamp: T + 90_000, epoch });
    await fix('1', T + 60_000);
    expect(await isOnline()).toBe(false);
  });

  test('is refused by name', async () => {
    await expect(fix('3', T)).rejects.toEqual(rpcError(100006, 'devices[0].isOnline'));
    await expect(fix('1', T, 'x')).rejects.toEqual(rpcError(100006, 'devices[0].device.deviceName'));
    await expect(fixture.devices.deviceOnlineMultiFix({ devices: [{ isOnline: '1' }] })).rejects.toEqual(
      rpcError(100006, 'devices[0].device must be set'),
    );
    await expect(fixture.devices.deviceOnlineMultiFix({})).resolves.toEqual({});
  });
});

describe('a node that is gone', () => {
  let registry: Registry;
  let watches: NodeWatch[];
  let nowMs: number;
  let isConnected: boolean;

  beforeEach(async () => {
    nowMs = T;
    isConnected = true;
    const real = createMemoryRegistry();
    // A fault of the registry, which the in-process one does not have.
    registry = new Proxy(real, {
      get: (target, key) => {
        if (key === 'connected') return isConnected;
        const value = Reflect.get(target, key) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { bus, db, logged } = fixture;
    const log = createLogger({
      name: 'watch',
      level: 'debug',
      destination: { write: (line) => void logged.push(line) },
    });
    const news = new PresenceNews(new ApplicationNews(bus, () => nowMs));
    // Two instances of dm sweep.
    // Only the tests say when.
    const sweepMs = 3_600_000;
    const options = { prisma: db.prisma, bus, registry, news, log, now: () => nowMs, sweepMs };
    watches = [1, 2].map(() => new NodeWatch(options));
    for (const watch of watches) await watch.start();
  });
  afterEach(async () => {
    for (const watch of watches) await watch.stop();
    await registry.close();
  });

  const sweepAfter = async (ms: number) => {
    nowMs += ms;
    await Promise.all(watches.map((watch) => watch.sweep()));
  };

  test('takes its devices offline after a while, once, and others stay', async () => {
    const { bus, data } = fixture;
    const key = await registry.hold(serviceKeys.node, 'node-1', 'x');
    await registry.hold(serviceKeys.node, 'node-2', 'x');
    await sendStatus(bus, { action: 'connected', timestamp: T, node: 'node-1' });
    await sendStatus(bus, { action: 'connected', timestamp: T, node: 'node-2' }, { ...NAMES, deviceName: 'dev002' });
    await sweepAfter(60_000);
    expect(await isOnline()).toBe(true);

    await key.withdraw();
    await sweepAfter(0);
    await sweepAfter(15_000);
    expect(await isOnline()).toBe(true);
    await sweepAfter(1);
    expect([await isOnline(), await isOnline('dev002')]).toEqual([false, true]);
    const { list } = await data.statusLogIndex(NAMES);
    expect(list.map(({ status, timestamp }) => [status, Number(timestamp) - T])).toEqual([
      ['2', 75_001],
      ['1', 0],
    ]);
    expect(await fixture.db.prisma.statusLog.findFirst({ where: { status: 2 } })).toMatchObject({
      reason: 'node gone',
    });

    // It was alive after all, and says what it holds.
    await fixture.devices.deviceOnlineMultiFix({
      devices: [{ device: NAMES, isOnline: '1', connectAt: String(T + 5) }],
    });
    expect(await isOnline()).toBe(true);
  });

  test('that is back after it was given up is asked what it holds, once', async () => {
    const { bus } = fixture;
    const key = await registry.hold(serviceKeys.node, 'node-1', 'x');
    await sendStatus(bus, { action: 'connected', timestamp: T, node: 'node-1' });
    await key.withdraw();
    let asked = 0;
    const listening = bus.subscribe(subjects.statusFix, () => void (asked += 1));
    await sweepAfter(0);
    await sweepAfter(15_001);
    expect([await isOnline(), asked]).toEqual([false, 0]);
    await registry.hold(serviceKeys.node, 'node-1', 'x');
    await sweepAfter(5_000);
    // Either instance may have been the one that gave it up.
    await eventually(() => expect(asked).toBeGreaterThan(0));
    const sofar = asked;
    await sweepAfter(5_000);
    expect(asked).toBe(sofar);
    listening.unsubscribe();
  });

  test('that comes back in time keeps its devices', async () => {
    await sendStatus(fixture.bus, { action: 'connected', timestamp: T, node: 'node-1' });
    await sweepAfter(0);
    await sweepAfter(14_000);
    await registry.hold(serviceKeys.node, 'node-1', 'x');
    await sweepAfter(2_000);
    await sweepAfter(60_000);
    expect(await isOnline()).toBe(true);
  });

  test('of an earlier version is alive under its former key', async () => {
    await sendStatus(fixture.bus, { action: 'connected', timestamp: T, node: undefined, gateway: 'node-1' });
    expect(await fixture.db.prisma.device.findFirst({ where: NAMES })).toMatchObject({ node: 'node-1' });
    const key = await registry.hold(serviceKeys.formerNode, 'node-1', 'x');
    await sweepAfter(0);
    await sweepAfter(60_000);
    expect(await isOnline()).toBe(true);
    await key.withdraw();
    await sweepAfter(0);
    await sweepAfter(15_001);
    expect(await isOnline()).toBe(false);
  });

  test('is only known while the registry answers', async () => {
    await sendStatus(fixture.bus, { action: 'connected', timestamp: T, node: 'node-1' });
    await sweepAfter(0);
    isConnected = false;
    await sweepAfter(60_000);
    isConnected = true;
    await sweepAfter(0);
    expect(await isOnline()).toBe(true);
    await sweepAfter(15_001);
    expect(await isOnline()).toBe(false);
  });
});

describe('many devices at once', () => {
  const nameOf = (i: number) => `many${String(i).padStart(4, '0')}`;
  const login = (deviceName: string): DevicePresence => ({
    ...NAMES,
    deviceName,
    event: {
      kind: 'connected',
      key: { stream: 9, epoch: 9 },
      timestamp: T,
      node: 'node-2',
      via: null,
      address: '',
      clientId: '',
    },
  });
  /** Devices that node-1 holds, many0001 and so on; the first of them stands last in the table. */
  const createMany = async (count: number): Promise<void> => {
    await fixture.db.prisma.$executeRaw`
      INSERT INTO device (product_id, device_name, secret, updated_at, is_online, node)
      SELECT ${NAMES.productID}, 'many' || lpad(i::text, 4, '0'), '', now(), true, 'node-1'
      FROM generate_series(1, ${count}::int) AS i`;
    await fixture.db.prisma.$executeRaw`UPDATE device SET last_ip = '10.0.0.1' WHERE device_name = 'many0001'`;
  };

  test('are given up in batches, between which others write', async () => {
    await createMany(2500);
    const { prisma } = fixture.db;
    const sizes: number[] = [];
    for await (const changes of giveUpNode(prisma, 'node-1', T)) {
      sizes.push(changes.length);
      expect(await prisma.statusLog.count({ where: { reason: 'node gone' } })).toBe(
        sizes.reduce((sum, size) => sum + size),
      );
      if (sizes.length === 1) await prisma.$transaction((tx) => applyPresenceBatch(tx, [login(nameOf(2400))]));
    }
    expect(sizes).toEqual([1000, 1000, 499]);
    const online = await prisma.device.findMany({ where: { isOnline: true }, select: { deviceName: true } });
    expect(online).toEqual([{ deviceName: nameOf(2400) }]);
  });

  test('are locked in one order, whoever locks them', async () => {
    await createMany(3);
    const { prisma } = fixture.db;
    let givingUp: Promise<unknown> | undefined;
    await prisma.$transaction(async (tx) => {
      await applyPresenceBatch(tx, [login(nameOf(1))]);
      givingUp = giveUpNode(prisma, 'node-1', T).next();
      await eventually(async () => {
        const [row] = await tx.$queryRaw<{ waiting: boolean }[]>`
          SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))) AS waiting`;
        expect(row).toEqual({ waiting: true });
      });
      await applyPresenceBatch(tx, [login(nameOf(2)), login(nameOf(3))]);
    });
    await expect(givingUp).resolves.toEqual({ done: false, value: [] });
    expect(await prisma.device.count({ where: { isOnline: true } })).toBe(3);
  });

  test('have their reports kept while presence is written', async () => {
    const { prisma } = fixture.db;
    await prisma.$transaction(async (tx) => {
      await applyPresenceBatch(tx, [login(DEVICE)]);
      await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: T, params: { temperature: 1 } });
      expect(await prisma.propertyLatest.count()).toBe(1);
    });
  });
});
