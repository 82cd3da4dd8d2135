/** Any part may be killed at any time: once it is back, everything works again by itself, and nothing acknowledged is lost. */
import { services } from '@alink/contract';
import {
  eventually,
  PLATFORM_START_MS,
  startPostgres,
  type SdkDevice,
  type SdkDeviceOptions,
  type TestPostgres,
} from '@alink/testing';
import { jest } from '@jest/globals';
import { connack } from './connack';
import { createGateways, gatewayTriple, METERS, meterTriple } from './gateways';
import type { OfficialReply } from './official-device';
import { dialOfficialGateway, type OfficialSubDevice } from './official-gateway';
import { DEVICE, DEVICE_SECRET, Platform, PRODUCT } from './platform';

const key = { productID: PRODUCT, deviceName: DEVICE };
/** What comes back, comes back within this time on a slow machine: the node's lease of 10 s is the longest part. */
const PATIENT = { timeoutMs: 60_000, intervalMs: 100 };
jest.setTimeout(300_000); // a test waits for several of them

let postgres: TestPostgres;
let platform: Platform;
let otherPort: number;
beforeAll(async () => {
  postgres = await startPostgres();
  platform = await Platform.start({ makeDatabase: () => postgres.createDatabase() });
  await platform.createManualsDevice();
  await platform.createDevice(PRODUCT, 'known', 'secretofknown');
  await platform.createDevice(PRODUCT, 'unseen', 'secretofunseen');
  otherPort = (await platform.startAnotherNode()).mqtt;
}, PLATFORM_START_MS);
afterAll(async () => {
  await platform?.stop();
  await postgres?.stop();
});

/** The manual's device, as SDKs are: it connects again by itself, and answers every property set. */
const connectDevice = async (options: Partial<SdkDeviceOptions> = {}): Promise<SdkDevice> => {
  const device = await platform.connect(PRODUCT, DEVICE, DEVICE_SECRET, { reconnectMs: 200, ...options });
  device.onPropertySet(({ params }) => ({ code: 200, data: params }));
  return device;
};

let lastValue = 0;
/** A value that no report has had yet. */
const newValue = (): number => ++lastValue / 4;

/** A report is answered and can be read, and a command is answered. */
const expectEverythingToWork = async (device: SdkDevice): Promise<void> => {
  await eventually(async () => {
    const temperature = newValue();
    expect((await device.post({ temperature }, { timeoutMs: 10_000 })).code).toBe(200);
    await eventually(async () => expect(await platform.latest('temperature')).toBe(temperature), { timeoutMs: 10_000 });
  }, PATIENT);
  await eventually(async () => {
    const set = { ...key, data: '{"temperature":28}', shadowControl: 1, syncTimeout: 10 };
    expect(await platform.client(services.deviceInteract).propertyControlSend(set)).toMatchObject({ code: '200' });
  }, PATIENT);
  await eventually(async () => expect(await platform.isOnline()).toBe(true), PATIENT);
};

const killed = async (app: Parameters<Platform['stopApp']>[0]): Promise<void> => {
  await platform.stopApp(app, 'SIGKILL');
};

test.each(['protocol-aliyun-mqtt', 'dm-rpc', 'timedjob-rpc'] as const)(
  '%s, killed and started again at once',
  async (app) => {
    const device = await connectDevice();
    await expectEverythingToWork(device);
    await killed(app);
    await platform.startApp(app);
    await expectEverythingToWork(device);
    await device.end();
  },
);

test('a gateway device whose client subscribes once for ever logs its sub-device in again after the node is killed', async () => {
  const gatewayDevice = gatewayTriple('once');
  const meterDevice = meterTriple('behind-once');
  await createGateways(platform, gatewayDevice, meterDevice);
  const gateway = await dialOfficialGateway(platform, gatewayDevice);
  const reply = await new Promise<OfficialReply>((resolve) => gateway.addTopo([meterDevice], resolve));
  expect(reply).toMatchObject({ code: 200 });
  const login = () =>
    new Promise<OfficialSubDevice>((resolve, reject) => {
      const meter = gateway.login({ ...meterDevice }, ({ code }) => {
        if (code !== 200) reject(new Error(`login refused with ${code}`));
      });
      meter.on('connect', () => resolve(meter));
      meter.on('error', () => undefined);
    });
  const expectReport = async (meter: OfficialSubDevice): Promise<void> => {
    const temperature = newValue();
    const kept = await new Promise<OfficialReply>((resolve) => meter.postProps({ temperature }, resolve));
    expect(kept).toMatchObject({ code: 200 });
    await eventually(
      async () => expect(await platform.latest('temperature', meterDevice.deviceName, METERS)).toBe(temperature),
      PATIENT,
    );
  };
  await expectReport(await login());

  await killed('protocol-aliyun-mqtt');
  const again = new Promise<OfficialSubDevice>((resolve, reject) => {
    gateway.on('connect', () => void login().then(resolve, reject));
  });
  await platform.startApp('protocol-aliyun-mqtt');
  await expectReport(await again);
  const kept = await new Promise<OfficialReply>((resolve) => gateway.postProps({ temperature: newValue() }, resolve));
  expect(kept).toMatchObject({ code: 200 });
  gateway.end(true);
});

test('while dm.rpc is away, devices stay online, reports are kept, and known devices can connect', async () => {
  const device = await connectDevice();
  await expectEverythingToWork(device);
  const loginOf = (name: string) => platform.login(PRODUCT, name, `secretof${name}`);
  expect(await connack(loginOf('known'))).toBe(0);
  await killed('dm-rpc');
  const temperature = newValue();
  const id = '20261122';
  expect((await device.post({ temperature }, { id })).code).toBe(200);
  expect(await connack(loginOf('known'))).toBe(0);
  expect(await connack({ ...loginOf('known'), password: 'ab'.repeat(32) })).toBe(4);
  expect(await connack(loginOf('unseen'))).toBe(3);
  expect(device.connected).toBe(true);
  const replies = device.received.map(({ payload }) => JSON.parse(payload.toString()) as { id: string });
  expect(replies.filter((reply) => reply.id === id)).toHaveLength(1);
  await platform.startApp('dm-rpc');
  await eventually(async () => expect(await platform.latest('temperature')).toBe(temperature), PATIENT);
  await eventually(async () => expect(await connack(loginOf('unseen'))).toBe(0), PATIENT);
  await expectEverythingToWork(device);
  await device.end();
});

test('a node that is killed takes its devices offline; presence is right once they are back', async () => {
  const device = await connectDevice();
  await eventually(async () => expect(await platform.isOnline()).toBe(true), PATIENT);
  await killed('protocol-aliyun-mqtt');
  await eventually(async () => expect(await platform.isOnline()).toBe(false), PATIENT);
  await platform.startApp('protocol-aliyun-mqtt');
  await expectEverythingToWork(device);
  await device.end();
  await eventually(async () => expect(await platform.isOnline()).toBe(false), PATIENT);
});

test('NATS, killed amid reports and started again: what was acknowledged is there', async () => {
  const device = await connectDevice();
  await expectEverythingToWork(device);
  const acknowledged: number[] = [];
  const sent: Promise<void>[] = [];
  const report = (temperature: number): void => {
    const payload = JSON.stringify({ id: String(temperature), version: '1.0', params: { value: { temperature } } });
    const acknowledge = () => void acknowledged.push(temperature);
    // Not acknowledged is a fair answer; the client sends it again when it is back.
    sent.push(
      device.publish(device.topic('thing/event/highTemperature/post'), payload).then(acknowledge, () => undefined),
    );
  };
  for (let n = 0; n < 10; n++) report(n);
  await platform.nats.kill();
  for (let n = 10; n < 20; n++) report(n);
  await platform.nats.restart();
  await expectEverythingToWork(device);
  for (let n = 20; n < 30; n++) report(n);
  await Promise.all(sent);
  expect(acknowledged).toEqual(expect.arrayContaining([20, 29]));
  await eventually(async () => {
    const { list } = await platform.client(services.deviceMsg).eventLogIndex({ ...key, page: { page: 1, size: 200 } });
    const kept = list.map(({ params }) => (JSON.parse(params) as { temperature: number }).temperature);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
  }, PATIENT);
  await device.end();
});

test('a login on another node cuts the session on this one, and the device stays online', async () => {
  const first = await connectDevice({ reconnectMs: 0 });
  await expectEverythingToWork(first);
  const second = await connectDevice({ port: otherPort, reconnectMs: 0 });
  await first.closed;
  await expectEverythingToWork(second);
  const third = await connectDevice({ reconnectMs: 0 });
  await second.closed;
  await expectEverythingToWork(third);
  await eventually(async () => {
    const { list } = await platform.client(services.deviceMsg).statusLogIndex({ ...key, page: { page: 1, size: 1 } });
    expect(list[0]).toMatchObject({ status: '1' });
  });
  await third.end();
  await eventually(async () => expect(await platform.isOnline()).toBe(false), PATIENT);
});

test('PostgreSQL, killed and started again: reports of the meantime appear, and no app has ended', async () => {
  const device = await connectDevice();
  await expectEverythingToWork(device);
  await postgres.kill();
  const temperature = newValue();
  expect((await device.post({ temperature })).code).toBe(200);
  await expect(platform.isOnline()).rejects.toMatchObject({ code: expect.any(Number) });
  await postgres.restart();
  await eventually(async () => expect(await platform.latest('temperature')).toBe(temperature), PATIENT);
  await expectEverythingToWork(device);
  await device.end();
  expect(platform.output).not.toMatch(/uncaught|unhandled/i);
});
