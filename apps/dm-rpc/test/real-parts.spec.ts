/** dm with the parts that it has in production: NATS with JetStream, etcd, PostgreSQL; and what happens when they fail. */
import { connectNats, createMemoryBus, type Bus } from '@alink/bus';
import { services, type DeviceMessage } from '@alink/contract';
import { connectEtcd, type Registry } from '@alink/discovery';
import { connectRpc } from '@alink/rpc';
import {
  eventually,
  PATIENCE_MS,
  startEtcd,
  startNats,
  startPostgres,
  type TestDatabase,
  type TestEtcd,
  type TestNats,
  type TestPostgres,
} from '@alink/testing';
import {
  createDevices,
  DEVICE,
  NAMES,
  publishBody,
  rpcError,
  sendStatus,
  sendUplink,
  startDm,
  type DmFixture,
} from './dm-fixture';

let nats: TestNats;
let etcd: TestEtcd;
let postgres: TestPostgres;
let database: TestDatabase;
let bus: Bus;
let registry: Registry;
let fixture: DmFixture;

beforeAll(async () => {
  [nats, etcd, postgres] = await Promise.all([startNats(), startEtcd(), startPostgres()]);
  database = await postgres.createDatabase();
  registry = connectEtcd({ hosts: [etcd.hosts] });
  const former = await startDm({ bus: createMemoryBus(), registry, databaseUrl: database.url });
  await createDevices(former, DEVICE);
  await former.stop();
  await fillFormerStream();
  bus = await connectNats({ servers: nats.url, name: 'dm-test', publishTimeoutMs: PATIENCE_MS });
  fixture = await startDm({ bus, registry, databaseUrl: database.url });
});
afterAll(async () => {
  await fixture?.stop();
  await bus?.close();
  await registry?.close();
  await Promise.all([nats?.stop(), etcd?.stop(), postgres?.stop()]);
});

/** What an earlier version had in its stream when it was stopped. */
const fillFormerStream = async () => {
  const stream = { subjects: ['device.up.>', 'alink.hub.>'] };
  const former = await connectNats({ servers: nats.url, name: 'former', stream });
  const { subject, body } = publishBody(report(99));
  await former.publishKept(subject, body);
  await former.close();
};

const report = (rpm: number): DeviceMessage => ({
  method: 'report',
  msgToken: String(rpm),
  timestamp: rpm,
  params: { rpm },
});
const countOf = async () => Number((await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'rpm' })).total);

test('is found in etcd as go-zero finds it, and withdraws when it stops', async () => {
  await eventually(async () =>
    expect(await etcd.etcdctl('get', '--prefix', 'dm.rpc')).toMatch(
      new RegExp(`^dm\\.rpc/\\d+\n127\\.0\\.0\\.1:${fixture.dm.port}\\s*$`),
    ),
  );
  const channel = connectRpc('etcd:///dm.rpc', { registry, deadlineMs: PATIENCE_MS });
  expect((await channel.client(services.deviceManage).deviceInfoRead(NAMES)).deviceName).toBe(DEVICE);
  channel.close();
  const second = await startDm({ bus, registry, databaseUrl: database.url });
  await eventually(async () =>
    expect((await etcd.etcdctl('get', '--prefix', 'dm.rpc')).match(/dm\.rpc\//g)).toHaveLength(2),
  );
  await second.stop();
  await eventually(async () =>
    expect((await etcd.etcdctl('get', '--prefix', 'dm.rpc')).match(/dm\.rpc\//g)).toHaveLength(1),
  );
});

test('takes what an earlier version has left in the stream', async () => {
  await eventually(async () => {
    const { list } = await fixture.data.hubLogIndex({ ...NAMES, requestID: '99' });
    expect(list.map(({ content }) => content)).toEqual([JSON.stringify(report(99))]);
    expect(await countOf()).toBe(1);
  });
});

test('takes reports and sessions out of the stream', async () => {
  const before = await countOf();
  const epoch = await sendStatus(bus, { action: 'connected' });
  await Promise.all(Array.from({ length: 200 }, (_, i) => sendUplink(bus, report(i + 1))));
  await eventually(async () => expect(await countOf()).toBe(before + 200));
  expect(await fixture.devices.deviceInfoRead(NAMES)).toMatchObject({ isOnline: '1' });
  await sendStatus(bus, { action: 'disconnected', epoch });
  await eventually(async () => expect(await fixture.devices.deviceInfoRead(NAMES)).toMatchObject({ isOnline: '2' }));
});

test('two instances share the work, and each report is kept once', async () => {
  const before = await countOf();
  const second = await startDm({ bus, registry, databaseUrl: database.url });
  await Promise.all(Array.from({ length: 500 }, (_, i) => sendUplink(bus, report(1000 + i))));
  await eventually(async () => expect(await countOf()).toBe(before + 500));
  await second.stop();
});

test('a database that dies in the middle: callers are told, and no report is lost', async () => {
  const before = await countOf();
  const sent = Array.from({ length: 300 }, (_, i) => sendUplink(bus, report(5000 + i)));
  await Promise.all(sent.slice(0, 100));
  await postgres.kill();
  await Promise.all(sent);
  await Promise.all(Array.from({ length: 100 }, (_, i) => sendUplink(bus, report(6000 + i))));
  await eventually(() =>
    expect(fixture.devices.deviceInfoRead(NAMES)).rejects.toEqual(rpcError(100008, 'the database cannot be used now')),
  );
  await postgres.restart();
  await eventually(async () => expect(await countOf()).toBe(before + 400));
  const { list } = await fixture.data.propertyLatestIndex({ ...NAMES, dataIDs: ['rpm'] });
  expect(list[0]!.value).toBe('6099');
});

test('NATS that is away for a while: reports go on afterwards', async () => {
  const before = await countOf();
  await nats.kill();
  await eventually(() => expect(bus.connected).toBe(false));
  await nats.restart();
  await eventually(() => sendUplink(bus, report(7000)));
  await eventually(async () => expect(await countOf()).toBeGreaterThan(before));
});
