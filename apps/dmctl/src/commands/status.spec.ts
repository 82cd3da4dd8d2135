import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connectEtcd, type Registry } from '@alink/discovery';
import { freePort, removeFolder, startEtcd, temporaryFolder, testAuthority, type TestEtcd } from '@alink/testing';
import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
let port: string;
beforeAll(async () => {
  await platform.start();
  port = platform.endpoint.split(':')[1]!;
});
afterAll(() => platform.stop());
beforeEach(() => {
  platform.status = { startedAt: 0, parts: [] };
  platform.nodeKey = '';
  platform.protocolInstances = [
    { code: 'aliyunMqtt', ip: '10.0.0.2', port: 9108, status: 1, updatedTime: NOW / 1000 - 20 },
  ];
});

/** All three services at the one address. */
const atKnownPorts = () => ({ DM_GRPC_PORT: port, TIMEDJOB_GRPC_PORT: port, GATEWAY_GRPC_PORT: port });
const status = (env: Record<string, string>, ...args: string[]) => runCli(['status', ...args], { env });

describe('without etcd', () => {
  test('shows the services where they are known to be, and the protocol running', async () => {
    const { code, stdout, stderr } = await status(atKnownPorts());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const service of ['dm.rpc', 'timedjob.rpc', 'dg.rpc']) {
      expect(stdout).toMatch(new RegExp(`^${service} +localhost:${port} +serving$`, 'm'));
    }
    expect(stdout).toMatch(/^aliyunMqtt +阿里Alink协议-mqtt +10\.0\.0\.2:9108 +running +2026-/m);
  });

  test('a service that is away is named, exit code 3', async () => {
    const free = String(await freePort());
    const { code, stdout, stderr } = await status({ ...atKnownPorts(), TIMEDJOB_GRPC_PORT: free }, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      services: [
        { health: 'serving' },
        { service: 'timedjob.rpc', address: `localhost:${free}`, health: 'unreachable' },
        {},
      ],
      protocols: [{ protocol: 'aliyunMqtt', state: 'running' }],
    });
    expect(stderr).toContain('timedjob.rpc is unreachable');
  });

  test.each([
    ['stopped', { status: 2, updatedTime: NOW / 1000 }],
    ['silent', { status: 1, updatedTime: NOW / 1000 - 600 }],
  ])('a node that is %s is not running, exit code 1', async (state, over) => {
    platform.protocolInstances = [{ ip: '10.0.0.2', port: 9108, ...over }];
    const { code, stdout } = await status(atKnownPorts());
    expect(code).toBe(1);
    expect(stdout).toContain(state);
  });

  test('a protocol without a node', async () => {
    platform.protocolInstances = [];
    expect(await status(atKnownPorts())).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no node') as string,
    });
  });
});

describe('what the services need', () => {
  const MINUTE = 60_000;
  const part = (name: string, cause = '', over: object = {}) => ({
    name,
    up: cause === '',
    since: NOW - 5 * MINUTE,
    cause,
    ...over,
  });
  const stream = {
    name: 'ALINK',
    messages: 1200,
    bytes: 5_200_000,
    maxBytes: 10_000_000,
    full: false,
    consumers: [{ name: 'dm-rpc', waiting: 7, underWay: 3 }],
  };
  const partsOf = (stdout: string) =>
    (JSON.parse(stdout) as { parts: { part: string; [key: string]: unknown }[] }).parts;

  test('is one line each, with how full the stream is, and how far behind its consumers are', async () => {
    platform.status = {
      startedAt: NOW - 60 * MINUTE,
      parts: [part('PostgreSQL'), part('NATS', '', { stream }), part('etcd')],
    };
    const { code, stdout } = await status(atKnownPorts());
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^dm.rpc +localhost:${port} +serving +2026-`, 'm'));
    expect(stdout).toMatch(/^etcd +up +2026-\S+$/m);
    expect(stdout).toMatch(/^PostgreSQL +up +2026-\S+$/m);
    const detail = 'stream ALINK: 1200 messages, 5.2 MB of 10.0 MB, not full, dm-rpc 10 behind';
    expect(stdout).toMatch(new RegExp(`^NATS +up +2026-\\S+ +${detail}$`, 'm'));
  });

  test('names what is down, since when, and who says so, exit code 3', async () => {
    platform.status = { startedAt: 0, parts: [part('PostgreSQL', 'connect ECONNREFUSED'), part('NATS')] };
    const { code, stdout, stderr } = await status(atKnownPorts());
    expect(code).toBe(3);
    expect(stderr).toContain('PostgreSQL is down');
    const since = new Date(NOW - 5 * MINUTE).toISOString();
    expect(stdout).toMatch(new RegExp(`^PostgreSQL +down +${since} +connect ECONNREFUSED \\(dm.rpc at`, 'm'));
  });

  test('a stream that refuses reports is full, whatever its figures are', async () => {
    const reports = part('reports', 'stream refused the message: insufficient storage');
    platform.status = { startedAt: 0, parts: [part('NATS', '', { stream }), reports] };
    const { code, stdout } = await status(atKnownPorts(), '--json');
    expect(code).toBe(3);
    expect(partsOf(stdout).find(({ part }) => part === 'NATS')).toMatchObject({
      state: 'down',
      detail: expect.stringContaining('reports are not kept: stream refused the message') as string,
      stream: { messages: 1200, full: true, consumers: [{ name: 'dm-rpc', waiting: 7, underWay: 3 }] },
    });
  });

  test('a service that is away, is away since the others miss it', async () => {
    const free = String(await freePort());
    platform.status = { startedAt: 0, parts: [part('dm.rpc', 'not reachable')] };
    const { code, stdout } = await status({ ...atKnownPorts(), DM_GRPC_PORT: free }, '--json');
    expect(code).toBe(3);
    const { services } = JSON.parse(stdout) as { services: object[] };
    const since = new Date(NOW - 5 * MINUTE).toISOString();
    expect(services[0]).toMatchObject({ service: 'dm.rpc', health: 'unreachable', since });
  });

  test('whatever hangs, it is through in a few seconds', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const silent = String((mute.address() as AddressInfo).port);
    const before = performance.now();
    const all = { DM_GRPC_PORT: silent, TIMEDJOB_GRPC_PORT: silent, GATEWAY_GRPC_PORT: silent };
    const { code, stdout } = await status({ ...all, ETCD_HOSTS: `127.0.0.1:${silent}` });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^etcd +down/m);
    expect(stdout).toMatch(/^NATS +unknown +no service answers that could tell$/m);
    expect(stdout).toMatch(new RegExp(`^dm.rpc +localhost:${silent} +unreachable$`, 'm'));
    for (const socket of sockets) socket.destroy();
    mute.close();
  }, 30_000); // three rounds of two seconds each
});

describe('with etcd', () => {
  let etcd: TestEtcd;
  let registry: Registry;
  beforeEach(() => {
    platform.protocolInstances = [{ ip: '127.0.0.1', port: Number(port), status: 1, updatedTime: NOW / 1000 - 600 }];
  });
  beforeAll(async () => {
    etcd = await startEtcd();
    registry = connectEtcd({ hosts: etcd.hosts });
  });
  afterAll(async () => {
    await registry.close();
    await etcd.stop();
  });

  test('shows every instance that is registered, and what is not', async () => {
    await registry.register('dm.rpc', `127.0.0.1:${port}`);
    await registry.register('dg.rpc', `127.0.0.1:${port}`);
    const { code, stdout, stderr } = await status({ ETCD_HOSTS: etcd.hosts });
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`^dm.rpc +127.0.0.1:${port} +serving$`, 'm'));
    expect(stdout).toMatch(/^timedjob.rpc +not registered$/m);
    expect(stdout).toMatch(/^aliyunMqtt .* running/m);
    expect(stderr).toContain('timedjob.rpc is not registered');
    await registry.register('timedjob.rpc', `127.0.0.1:${port}`);
    expect((await status({ ETCD_HOSTS: etcd.hosts })).code).toBe(0);
  });

  test('a node whose lease has ended is gone, however lately it was seen', async () => {
    platform.protocolInstances.push({ ip: '10.0.0.2', port: 9108, status: 1, updatedTime: NOW / 1000 - 1 });
    const { code, stdout } = await status({ ETCD_HOSTS: etcd.hosts });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^aliyunMqtt .* 10\.0\.0\.2:9108 +gone/m);
    expect(stdout).toMatch(new RegExp(`^aliyunMqtt .* 127\\.0\\.0\\.1:${port} +running`, 'm'));
  });

  test.each([
    ['said', { DG_SERVICE_NAME: 'dg.alink' }, ''],
    ['told by the nodes', {}, 'dg.alink'],
  ])('nodes under another name, %s', async (_how, env, key) => {
    platform.nodeKey = key;
    const held = await registry.register('dg.alink', `127.0.0.1:${port}`);
    const { code, stdout } = await status({ ETCD_HOSTS: etcd.hosts, ...env });
    expect(stdout).toMatch(new RegExp(`^dg.alink +127.0.0.1:${port} +serving$`, 'm'));
    expect(stdout).not.toMatch(/^dg.rpc/m);
    expect(code).toBe(0);
    await held.withdraw();
  });

  test('other commands find dm.rpc there too', async () => {
    const env = { ETCD_HOSTS: etcd.hosts };
    expect(await runCli(['product', 'list'], { env })).toMatchObject({ code: 0, stdout: 'no products\n' });
  });
});

test('etcd that does not answer is named', async () => {
  const { code, stderr } = await status({ ETCD_HOSTS: `127.0.0.1:${await freePort()}` });
  expect(code).toBe(3);
  expect(stderr).toContain('etcd does not answer');
});

test('etcd over TLS and with a login is reached as the services reach it', async () => {
  const folder = temporaryFolder('dmctl-etcd');
  const { caFile, issue } = await testAuthority(folder, 'ours');
  const certificate = await issue('server', { commonName: 'etcd', names: ['127.0.0.1'] });
  const etcd = await startEtcd({ tls: { ...certificate, caFile }, rootPassword: 'hunter2' });
  try {
    const env = { ETCD_HOSTS: `https://${etcd.hosts}`, ETCD_CA_FILE: caFile, ETCD_USER: 'root' };
    const right = await status({ ...env, ETCD_PASSWORD: 'hunter2' });
    expect(right.stdout).toMatch(/^dm.rpc +not registered$/m);
    const wrong = await runCli(['product', 'list'], { env: { ...env, ETCD_PASSWORD: 'wrong-one' } });
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('etcd refuses the login (ETCD_USER') });
    expect(wrong.stderr).not.toContain('wrong-one');
  } finally {
    await etcd.stop();
    removeFolder(folder);
  }
});
