/** What a node tells the platform of its own accord: that it lives, who is online, and who is no more. */
import { jest } from '@jest/globals';
import { connectNats, type Bus } from '@alink/bus';
import { Code, subjects } from '@alink/contract';
import { ROOT_USER, RpcError } from '@alink/rpc';
import { createLogger, loadConfig } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { eventually, RawMqtt, removeFolder, startNats, temporaryFolder, type TestNats } from '@alink/testing';
import { createNode, type RunningNode } from '../src/app';
import { nodeConfigSchema } from '../src/config';
import { ProtocolAnnouncer } from '../src/services/announce-protocol';
import { PRODUCT_KEY, secretOf } from './listed-dm';
import { startNotedPlatform, type NotedPlatform } from './noted-platform';

const lines: string[] = [];
const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
const dataDir = temporaryFolder('upkeep');
let platform: NotedPlatform;
let nats: TestNats;
let bus: Bus;
let node: RunningNode;
let tasks: object[];
let callsOfOthers: object[];

beforeAll(async () => {
  platform = await startNotedPlatform(log);
  nats = await startNats();
  bus = await connectNats({ servers: nats.url, name: 'upkeep', publishTimeoutMs: 500 });
  const ports = ['MQTT_PORT', 'MQTT_TLS_PORT', 'MQTT_WS_PORT', 'GATEWAY_GRPC_PORT', 'GATEWAY_HTTP_PORT'];
  const config = loadConfig(nodeConfigSchema, {
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    ETCD_HOSTS: 'in.this.process:1',
    NATS_URL: nats.url,
  });
  const anyPort = Object.fromEntries(ports.map((name) => [name, 0]));
  node = await createNode({ config: { ...config, ...anyPort }, bus, registry: platform.registry, log });
  tasks = platform.requests('TaskInfoCreate');
  callsOfOthers = platform.callsNotFor(ROOT_USER);
});
afterAll(async () => {
  await node?.stop();
  await bus?.close();
  await nats?.stop();
  await platform?.stop();
  removeFolder(dataDir);
});
beforeEach(() => platform.forget());

const connect = async (deviceName: string): Promise<RawMqtt> => {
  const raw = await RawMqtt.open({ port: node.mqttPort });
  const { clientId, username, password } = deviceCredentials({
    productKey: PRODUCT_KEY,
    deviceName,
    deviceSecret: secretOf(deviceName),
  });
  const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
  raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
  expect((await raw.next('connack', 20_000)).returnCode).toBe(0);
  return raw;
};
/** What dm was told of a device in the accounts of who is online. */
const accountsOf = (deviceName: string) =>
  platform
    .requests('account')
    .flatMap(({ sessions }) => sessions as { device: { deviceName: string }; isOnline: boolean }[])
    .filter(({ device }) => device.deviceName === deviceName);
const positive = expect.stringMatching(/^[1-9]\d*$/) as unknown;
const held = (isOnline: boolean) =>
  expect.objectContaining({
    device: expect.objectContaining({ productID: PRODUCT_KEY }),
    isOnline,
    connectedAt: expect.stringMatching(/^[1-9]\d{12}$/),
    place: { stream: positive, sequence: positive },
    via: null,
  });

test('calls as root, which unitedrhino lets do what a node does', () => {
  expect(tasks).toHaveLength(1);
  expect(callsOfOthers).toEqual([]);
});

test('creates its timing task, and refreshes products and presence when it fires', async () => {
  expect(tasks).toEqual([expect.objectContaining({ code: 'protocol-aliyunMqtt-timer', cronExpr: '@every 10m' })]);
  const raw = await connect('dev001');
  platform.forget();
  await eventually(() => {
    bus.publish(subjects.nodeTimer, '{}');
    expect(accountsOf('dev001')[0]).toEqual(held(true));
  });
  expect(platform.requests('resolve')).not.toEqual([]);
  raw.close();
});

test('tells who is online when dm asks', async () => {
  const raw = await connect('dev002');
  await eventually(() => {
    // Left out as long as its beginning is on its way.
    bus.publish(subjects.statusFix, '');
    expect(accountsOf('dev002')[0]).toEqual(held(true));
  });
  raw.close();
});

test('tells after an outage of NATS who has left meanwhile, unless they are back', async () => {
  const [gone, back] = [await connect('gone'), await connect('back')];
  await nats.kill();
  gone.close();
  back.close();
  const givenUp = (deviceName: string) =>
    lines.some((line) => line.includes('was not told') && line.includes(`"${deviceName}"`));
  await eventually(() => expect(['gone', 'back'].map(givenUp)).toEqual([true, true]));
  const again = await connect('back');
  platform.forget();
  await nats.restart();

  await eventually(() => expect(accountsOf('gone')).toEqual([held(false)]));
  // Its beginning may have been on its way to dm until now, so it is told once more, and then no more.
  for (const expected of [2, 2]) {
    const told = accountsOf('back').length;
    bus.publish(subjects.statusFix, '');
    await eventually(() => expect(accountsOf('back').length).toBeGreaterThan(told));
    expect(accountsOf('gone')).toHaveLength(expected);
  }
  expect(accountsOf('back').map(({ isOnline }) => isOnline)).not.toContain(false);
  again.close();
}, 120_000); // what cannot be told is given up after several seconds, one message after the other

describe('protocolServiceUpdate', () => {
  const updates = () => platform.requests('protocolServiceUpdate').filter(({ ip }) => ip === '10.0.0.1');
  const statuses = () => updates().map(({ status }) => status);
  /** Calls go over a real socket. */
  const mockWhatRepeats = (): void => {
    const real = ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance', 'hrtime'] as const;
    jest.useFakeTimers({ doNotFake: [...real, 'clearTimeout', 'clearImmediate'] });
  };

  test('is kept alive every 60 s, and says at the end that it has stopped', async () => {
    mockWhatRepeats();
    try {
      const announcer = new ProtocolAnnouncer(platform.channel, 'dg.rpc', { ip: '10.0.0.1', port: 9108 }, log);
      await announcer.start();
      expect(statuses()).toEqual(['1']);
      jest.advanceTimersByTime(59_999);
      expect(statuses()).toEqual(['1']);
      for (const count of [2, 3]) {
        jest.advanceTimersByTime(count === 2 ? 1 : 60_000);
        await eventually(() => expect(statuses()).toHaveLength(count));
      }
      await announcer.stop();
      expect(statuses()).toEqual(['1', '1', '1', '2']);
      jest.advanceTimersByTime(120_000);
      expect(updates().at(-1)).toMatchObject({
        code: 'aliyunMqtt',
        ip: '10.0.0.1',
        port: '9108',
        status: '2',
      });
    } finally {
      jest.useRealTimers();
    }
  });

  test('creates the protocol again when somebody has deleted it', async () => {
    mockWhatRepeats();
    try {
      const announcer = new ProtocolAnnouncer(platform.channel, 'dg.rpc', { ip: '10.0.0.2', port: 9108 }, log);
      await announcer.start();
      platform.forget();
      const created = () => platform.requests('protocolInfoCreate');
      platform.answer('protocolServiceUpdate', () => {
        if (created().length === 0) throw new RpcError(Code.notFound, 'no such protocol');
        return {};
      });
      jest.advanceTimersByTime(60_000);
      const told = () => platform.requests('protocolServiceUpdate').filter(({ ip }) => ip === '10.0.0.2');
      await eventually(() => expect(told()).toHaveLength(2));
      expect(created()).toContainEqual(expect.objectContaining({ code: 'aliyunMqtt' }));
      await announcer.stop();
    } finally {
      jest.useRealTimers();
      platform.answer('protocolServiceUpdate', () => ({}));
    }
  });
});
