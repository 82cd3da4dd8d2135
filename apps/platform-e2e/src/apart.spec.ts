/** The three apps as separate processes: how they find each other, what others see of them, how they start and stop. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PROTOCOL_CODE, services } from '@alink/contract';
import { checkHealth, connectRpc, type RpcChannel } from '@alink/rpc';
import { eventually, freePort, PATIENCE_MS } from '@alink/testing';
import { credentials, loadPackageDefinition, type Client, type ClientDuplexStream } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { connack } from './connack';
import { DEVICE, DEVICE_SECRET, Platform, PRODUCT } from './platform';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start({ apps: [] });
});
afterAll(() => platform?.stop());

/** `key → value` of what stands in etcd below the prefix. */
const registered = async (prefix: string): Promise<Record<string, string>> => {
  const lines = (await platform.etcd.etcdctl('get', '--prefix', prefix)).trim().split('\n');
  const pairs: [string, string][] = [];
  for (let n = 0; n + 1 < lines.length; n += 2) pairs.push([lines[n]!, lines[n + 1]!]);
  return Object.fromEntries(pairs);
};

/** Exactly one key `<service>/<lease>`, and the port that it leads to. A key of a lease that was lost goes a while later. */
const expectOneKey = (service: string, port: number): Promise<void> =>
  eventually(async () => {
    const keys = Object.entries(await registered(service));
    expect(keys).toEqual([[expect.stringMatching(new RegExp(`^${service}/\\d+$`)), `127.0.0.1:${port}`]]);
  });

const expectNoKey = (service: string): Promise<void> =>
  eventually(async () => expect(await registered(service)).toEqual({}));

const withChannel = async <T>(port: number, work: (channel: RpcChannel) => Promise<T>): Promise<T> => {
  const channel = connectRpc(`127.0.0.1:${port}`, { deadlineMs: PATIENCE_MS });
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
};

describe('a node without its neighbours', () => {
  test('says that both are missing, and gives up with exit code 1', async () => {
    const node = platform.spawn('protocol-aliyun-mqtt', { STARTUP_TIMEOUT_S: '10' });
    expect(await node.exited).toEqual({ code: 1, signal: null });
    expect(node.output).toMatch(/waiting for dm\.rpc.*timedjob\.rpc/);
    expect(node.output).toMatch(/^protocol-aliyun-mqtt: gave up after 10 s waiting for dm\.rpc .*timedjob\.rpc /m);
    await platform.stopApp('protocol-aliyun-mqtt');
  }, 60_000); // gives up after 10 s

  test('says which one is missing', async () => {
    await platform.startApp('dm-rpc');
    const node = platform.spawn('protocol-aliyun-mqtt');
    await node.waitForLine(/waiting for timedjob\.rpc \(not registered\)/);
    await platform.stopApp('protocol-aliyun-mqtt');
  }, 60_000); // two apps start

  test('an address that nobody answers at is missing too', async () => {
    const deadEnd = `127.0.0.1:${await freePort()}`;
    await platform.etcd.etcdctl('put', 'timedjob.rpc/1', deadEnd);
    try {
      const node = platform.spawn('protocol-aliyun-mqtt');
      await node.waitForLine(
        new RegExp(`waiting for timedjob\\.rpc \\(registered at ${deadEnd}, but not reachable\\)`),
      );
      await platform.stopApp('protocol-aliyun-mqtt');
    } finally {
      await platform.etcd.etcdctl('del', 'timedjob.rpc/1');
    }
  }, 60_000); // an app starts

  test('goes on once they are there', async () => {
    const node = platform.spawn('protocol-aliyun-mqtt');
    await node.waitForLine(/waiting for timedjob\.rpc/);
    await platform.startApp('timedjob-rpc');
    await node.waitForLine(/dg\.rpc and MQTT serve/);
    await platform.createManualsDevice();
    expect(await connack(platform.login(PRODUCT, DEVICE, DEVICE_SECRET))).toBe(0);
  }, 90_000); // two apps start
});

const addresses = (): [string, number][] => [
  ['dm.rpc', platform.ports.dm],
  ['timedjob.rpc', platform.ports.timedjob],
  ['dg.rpc', platform.ports.nodeGrpc],
];

test('etcd shows each service under its key', async () => {
  for (const [service, port] of addresses()) await expectOneKey(service, port);
});

test('the keys come back after etcd has lost everything, and the apps find each other again', async () => {
  await platform.etcd.restart({ empty: true });
  for (const [service, port] of addresses()) await expectOneKey(service, port);
  await platform.createDevice(PRODUCT, 'afterwards', 'secretofafterwards');
  await eventually(async () =>
    expect(await connack(platform.login(PRODUCT, 'afterwards', 'secretofafterwards'))).toBe(0),
  );
});

test('each answers health checks, and lists its services by reflection', async () => {
  for (const [, port] of addresses()) {
    expect(await checkHealth(`127.0.0.1:${port}`, { deadlineMs: PATIENCE_MS })).toBe('serving');
  }
  expect(await listServices(platform.ports.dm)).toEqual(
    expect.arrayContaining([
      'dm.ProductManage',
      'dm.DeviceManage',
      'dm.DeviceMsg',
      'dm.DeviceInteract',
      'dm.ProtocolManage',
      'grpc.health.v1.Health',
    ]),
  );
  expect(await listServices(platform.ports.timedjob)).toEqual(expect.arrayContaining(['timedjob.TimedManage']));
  expect(await listServices(platform.ports.nodeGrpc)).toEqual(expect.arrayContaining(['dg.DeviceAuth']));
});

test('the node has created its protocol and its timing task', async () => {
  const protocols = platform.client(services.protocolManage);
  const { list } = await protocols.protocolInfoIndex({ code: PROTOCOL_CODE });
  expect(list).toEqual([expect.objectContaining({ code: PROTOCOL_CODE, etcdKey: 'dg.rpc', transProtocol: 'mqtt' })]);
  await withChannel(platform.ports.timedjob, async (channel) => {
    const code = 'protocol-aliyunMqtt-timer';
    const tasks = channel.client(services.timedManage);
    const { list: found } = await tasks.TaskInfoIndex({ groupCode: 'unitedRhino-queue' });
    expect(found.map((task) => task.code)).toContain(code);
    const task = await tasks.TaskInfoRead({ groupCode: 'unitedRhino-queue', code });
    expect(task).toMatchObject({ cronExpr: '@every 10m', status: '1' });
  });
});

describe('dg.DeviceAuth', () => {
  const ask = <T>(work: (auth: ReturnType<typeof clientOf>) => Promise<T>): Promise<T> =>
    withChannel(platform.ports.nodeGrpc, (channel) => work(clientOf(channel)));
  const clientOf = (channel: RpcChannel) => channel.client(services.deviceAuth);
  const login = () => {
    const { clientId: clientID, username, password } = platform.login(PRODUCT, DEVICE, DEVICE_SECRET);
    return { clientID, username, password, ip: '10.0.0.7', protocolType: 'mqtt' };
  };

  test('loginAuth lets a device in with the right password only', async () => {
    await ask((auth) => auth.loginAuth(login()));
    const wrong = { ...login(), password: 'ab'.repeat(32) };
    await expect(ask((auth) => auth.loginAuth(wrong))).rejects.toMatchObject({ code: 100012 });
    const unknown = { ...login(), username: `nobody&${PRODUCT}` };
    await expect(ask((auth) => auth.loginAuth(unknown))).rejects.toMatchObject({ code: 100012 });
    const malformed = { ...login(), clientID: 'x|securemode=3,signmethod=crc32|' };
    await expect(ask((auth) => auth.loginAuth(malformed))).rejects.toMatchObject({ code: 100006 });
  });

  test('accessAuth keeps a device to its own topics, each in its direction', async () => {
    const { clientID, username } = login();
    const may = (access: string, topic: string) =>
      ask((auth) => auth.accessAuth({ clientID, username, access, topic })).then(
        () => true,
        (error: { code?: number }) => {
          expect(error.code).toBe(100012);
          return false;
        },
      );
    expect(await may('pub', `/sys/${PRODUCT}/${DEVICE}/thing/event/property/post`)).toBe(true);
    expect(await may('pub', `/sys/${PRODUCT}/dev002/thing/event/property/post`)).toBe(false);
    expect(await may('pub', `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set`)).toBe(false);
    expect(await may('sub', `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set`)).toBe(true);
    expect(await may('sub', `/sys/${PRODUCT}/dev002/thing/service/property/set`)).toBe(false);
    expect(await may('sub', '#')).toBe(false);
    await expect(
      ask((auth) => auth.accessAuth({ clientID, username, access: 'own', topic: '#' })),
    ).rejects.toMatchObject({
      code: 100006,
    });
  });
});

test('dm shows the node as running and, after a clean stop, as stopped; its keys go with it', async () => {
  const node = { ip: '127.0.0.1', port: platform.ports.nodeGrpc };
  const expectState = (status: number): Promise<void> =>
    eventually(async () => {
      const { list } = await platform.client(services.protocolManage).protocolServiceIndex({ code: PROTOCOL_CODE });
      const states = list.map(({ ip, port, status }) => ({ ip, port: Number(port), status: Number(status) }));
      expect(states).toEqual([{ ...node, status }]);
    });
  await expectState(1);
  await platform.stopApp('protocol-aliyun-mqtt');
  await expectState(2);
  await expectNoKey('dg.rpc');
  await platform.startApp('protocol-aliyun-mqtt');
  await expectState(1);
});

test('each app ends on SIGTERM with exit code 0 and takes its key along', async () => {
  for (const [name, service] of [
    ['protocol-aliyun-mqtt', 'dg.rpc'],
    ['timedjob-rpc', 'timedjob.rpc'],
    ['dm-rpc', 'dm.rpc'],
  ] as const) {
    expect(await platform.app(name).stop()).toEqual({ code: 0, signal: null });
    await expectNoKey(service);
  }
});

/** What `grpcurl list` asks. */
async function listServices(port: number): Promise<string[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'));
  const loaded = loadPackageDefinition(
    loadSync(join(folder, 'build/proto/grpc/reflection/v1/reflection.proto')),
  ) as unknown as { grpc: { reflection: { v1: { ServerReflection: typeof Client } } } };
  const client = new loaded.grpc.reflection.v1.ServerReflection(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
  ) as Client & {
    ServerReflectionInfo(): ClientDuplexStream<object, { listServicesResponse: { service: { name: string }[] } }>;
  };
  const stream = client.ServerReflectionInfo();
  try {
    const answer = await new Promise<{ listServicesResponse: { service: { name: string }[] } }>((resolve, reject) => {
      stream.on('data', resolve);
      stream.on('error', reject);
      stream.write({ listServices: '*' });
    });
    return answer.listServicesResponse.service.map(({ name }) => name);
  } finally {
    stream.end();
    client.close();
  }
}
