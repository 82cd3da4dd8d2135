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

describe('with etcd', () => {
  let etcd: TestEtcd;
  let registry: Registry;
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
