/** What a device must not be able to do, against the running platform. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, RawMqtt, seededRandom, type SdkDevice } from '@alink/testing';
import { connack } from './connack';
import { DEVICE, DEVICE_SECRET, Platform, PRODUCT } from './platform';
import { rawConnect } from './raw-connect';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.createManualsDevice();
  await platform.createDevice(PRODUCT, 'dev002', 'secretof002');
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

const login = () => platform.login(PRODUCT, DEVICE, DEVICE_SECRET);

describe('CONNECT', () => {
  test('a malformed ClientID and an unknown signmethod: CONNACK 2', async () => {
    expect(await connack({ ...login(), clientId: 'x|securemode=3,signmethod=crc32|' })).toBe(2);
    expect(await connack({ ...login(), clientId: 'x|securemode=3' })).toBe(2);
  });

  test.each([0, 29, 1201, 65535])('keepalive %i: CONNACK 2', async (keepalive) => {
    expect(await connack({ ...login(), keepalive })).toBe(2);
  });

  test('unknown product, unknown device and wrong sign: CONNACK 4, and nothing tells them apart', async () => {
    const wrongSign = { ...login(), password: 'ab'.repeat(32) };
    const unknownDevice = platform.login(PRODUCT, 'nobody', DEVICE_SECRET);
    const unknownProduct = platform.login('noproduct', DEVICE, DEVICE_SECRET);
    const answers = await Promise.all(
      [wrongSign, unknownDevice, unknownProduct].map(async (login) => {
        const raw = await rawConnect(login);
        const packet = await raw.next('connack');
        await raw.closed;
        return packet;
      }),
    );
    for (const answer of answers) expect(answer).toMatchObject({ returnCode: 4, sessionPresent: false });
    await eventually(async () => expect(await platform.logLines(DEVICE, /CONNACK 4.*HMAC/)).not.toHaveLength(0));
  });

  test('a disabled device, and then its product: CONNACK 5', async () => {
    const devices = platform.client(services.deviceManage);
    await platform.createDevice(PRODUCT, 'disabled', 'secretofdisabled');
    const login = platform.login(PRODUCT, 'disabled', 'secretofdisabled');
    expect(await connack(login)).toBe(0);
    await devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: 'disabled', isEnable: 2 });
    await eventually(async () => expect(await connack(login)).toBe(5));
    await devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: 'disabled', isEnable: 1 });
    await eventually(async () => expect(await connack(login)).toBe(0));
    const products = platform.client(services.productManage);
    await products.productInfoUpdate({ productID: PRODUCT, status: 2 });
    await eventually(async () => expect(await connack(login)).toBe(5));
    await products.productInfoUpdate({ productID: PRODUCT, status: 3 });
    await eventually(async () => expect(await connack(login)).toBe(0));
  });

  test('disabling a device cuts it', async () => {
    await platform.createDevice(PRODUCT, 'tobecut', 'secretoftobecut');
    const device = await platform.connect(PRODUCT, 'tobecut', 'secretoftobecut');
    await platform
      .client(services.deviceManage)
      .deviceInfoUpdate({ productID: PRODUCT, deviceName: 'tobecut', isEnable: 2 });
    await device.closed;
  });

  test('no CONNECT within 10 s, or half of one: the connection is closed', async () => {
    const silent = await RawMqtt.open({ port: platform.ports.mqtt });
    const half = await RawMqtt.open({ port: platform.ports.mqtt });
    half.sendBytes(Buffer.from([0x10, 0x40, 0x00, 0x04]));
    await Promise.all([silent.closed, half.closed]);
  }, 60_000); // 10 s pass

  test('garbage bytes close that connection, and nobody else notices', async () => {
    const bystander = await platform.connect();
    const random = seededRandom(20261122);
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const raw = await RawMqtt.open({ port: platform.ports.mqtt });
        raw.sendBytes(Buffer.from(Array.from({ length: 200 }, () => random.int(0, 255))));
        raw.sendBytes(Buffer.alloc(200, 0xff));
        await raw.closed;
      }),
    );
    expect((await bystander.post({ temperature: 21 })).code).toBe(200);
    await bystander.end();
  }, 60_000); // some garbage is half a CONNECT, for which there are 10 s
});

describe('reports', () => {
  let device: SdkDevice;
  beforeAll(async () => {
    device = await platform.connect();
  });
  afterAll(() => device.end());

  /** A report is answered and kept: with it, whatever was sent before it would have been. */
  const expectKept = async (temperature: number): Promise<void> => {
    expect((await device.post({ temperature })).code).toBe(200);
    await eventually(async () => expect(await platform.latest('temperature')).toBe(temperature));
  };

  test('a payload that is not JSON: 6207, and the connection stays', async () => {
    const topic = device.topic('thing/event/property/post');
    await device.publish(topic, '{"id":"1",');
    const reply = JSON.parse((await device.waitFor(`${topic}_reply`)).payload.toString()) as { code: number };
    expect(reply.code).toBe(6207);
    expect(device.connected).toBe(true);
  });

  test('no params: 460', async () => {
    const topic = device.topic('thing/event/highTemperature/post');
    await device.publish(topic, '{"id":"7","version":"1.0"}');
    const reply = JSON.parse((await device.waitFor(`${topic}_reply`)).payload.toString()) as object;
    expect(reply).toMatchObject({ id: '7', code: 460 });
  });

  test('unknown and ill-typed properties are left out, valid ones are kept', async () => {
    const reply = await device.post({ temperature: 17.25, humidity: 'wet', nonsense: 1 });
    expect(reply.code).toBe(200);
    await eventually(async () => expect(await platform.latest('temperature')).toBe(17.25));
    expect(await platform.latest('humidity')).toBeUndefined();
    await eventually(async () => {
      expect(await platform.logLines(DEVICE, /nonsense/)).not.toHaveLength(0);
      expect(await platform.logLines(DEVICE, /humidity/)).not.toHaveLength(0);
    });
  });

  test('a time later than now + 24 h fails the report', async () => {
    const tomorrow = Date.now() + 25 * 3600_000;
    const reply = await device.post({ temperature: { value: 99, time: tomorrow } });
    expect(reply.code).toBe(460);
    expect(reply.message).toMatch(/time/);
    await expectKept(17.5);
    expect(await platform.history('temperature')).not.toContain(99);
  });

  test("another device's topic: acknowledged, dropped, logged and counted", async () => {
    const before = await uplinksDropped();
    const foreign = `/sys/${PRODUCT}/dev002/thing/event/property/post`;
    await device.publish(foreign, '{"id":"1","params":{"temperature":1}}', 1);
    await eventually(async () => expect(await platform.logLines(DEVICE, /dropped.*dev002/)).not.toHaveLength(0));
    expect(await uplinksDropped()).toBe(before + 1);
    await expectKept(22);
    expect(await platform.history('temperature', 'dev002')).toEqual([]);
  });

  test('QoS 2 is served with its whole handshake; retain is ignored', async () => {
    await device.publish(
      device.topic('thing/event/property/post'),
      JSON.stringify({ id: '2002', params: { temperature: 33.5 } }),
      2,
    );
    await eventually(async () => expect(await platform.latest('temperature')).toBe(33.5));
  });

  test('a payload over 256 KB closes the connection, and memory does not hold it', async () => {
    const big = await platform.connect(PRODUCT, 'dev002', 'secretof002');
    const closed = big.closed;
    void big.publish(big.topic('thing/event/property/post'), Buffer.alloc(256 * 1024 + 1, 0x20)).catch(() => undefined);
    await closed;
    const exact = await platform.connect(PRODUCT, 'dev002', 'secretof002');
    await exact.publish(exact.topic('thing/event/property/post'), Buffer.alloc(256 * 1024, 0x20));
    expect(exact.connected).toBe(true);
    await exact.end();
  });

  test('a frame that announces 200 MB is stopped at its header', async () => {
    const raw = await connectRaw();
    raw.sendBytes(Buffer.from([0x30, 0x80, 0x80, 0xc0, 0x64]));
    await raw.closed;
  });
});

describe('subscriptions', () => {
  test("another device's topics and everybody's: SUBACK 0x80, and the connection stays", async () => {
    const device = await platform.connect();
    const refused = [
      `/sys/${PRODUCT}/dev002/#`,
      '#',
      '/sys/+/+/thing/#',
      `/sys/${PRODUCT}/+/thing/service/+`,
      '$SYS/#',
    ];
    for (const filter of refused) expect([filter, ...(await device.subscribe(filter))]).toEqual([filter, 128]);
    expect(await device.subscribe(device.topic('thing/service/property/set'), 1)).toEqual([1]);
    expect(device.connected).toBe(true);
    await device.end();
  });

  test('more than 100: SUBACK 0x80 for those above', async () => {
    const device = await platform.connect();
    const filters = Array.from({ length: 101 }, (_, n) => `/${PRODUCT}/${DEVICE}/user/t${n}`);
    const granted: number[] = [];
    for (const filter of filters) granted.push(...(await device.subscribe(filter)));
    expect(granted.filter((code) => code === 128)).toHaveLength(1);
    expect(granted.at(-1)).toBe(128);
    await device.end();
  });

  test('nothing retained, no will: another connection of the same device sees neither', async () => {
    const topic = `/${PRODUCT}/dev002/user/update`;
    const raw = await connectRaw({ will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true } });
    raw.send({ cmd: 'publish', topic, payload: 'kept?', qos: 1, retain: true, dup: false, messageId: 3 });
    await raw.next('puback');
    await raw.close();
    const device = await platform.connect(PRODUCT, 'dev002', 'secretof002');
    await device.subscribe(`/${PRODUCT}/dev002/user/#`);
    await device.publish(`/${PRODUCT}/dev002/user/update`, 'own');
    await device.waitFor(topic);
    expect(device.received.map(({ payload }) => payload.toString())).toEqual(['own']);
    await device.end();
  });
});

test('the node has come through all of it, and no secret stands in any log', async () => {
  const device = await platform.connect();
  expect((await device.post({ temperature: 1 })).code).toBe(200);
  await device.end();
  expect(platform.passwords.size).toBeGreaterThan(10);
  for (const secret of [DEVICE_SECRET, 'secretof002', 'secretofdisabled', 'ab'.repeat(32), ...platform.passwords]) {
    expect(platform.output).not.toContain(secret);
  }
  expect(platform.output).not.toMatch(/uncaught|unhandled/i);
});

/** A raw connection of dev002, past its CONNACK. */
async function connectRaw(more: object = {}): Promise<RawMqtt> {
  const raw = await rawConnect(platform.login(PRODUCT, 'dev002', 'secretof002'), more);
  expect((await raw.next('connack')).returnCode).toBe(0);
  return raw;
}

async function uplinksDropped(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${platform.ports.nodeHttp}/metrics`)).text();
  const line = text.split('\n').find((row) => /^alink_node_uplinks_total\{.*result="dropped"/.test(row));
  return Number(line?.split(' ').at(-1) ?? 0);
}
