/** A sub-device has one session, whichever way it comes: directly, through its gateway device, or through the next one. */
import { eventually, PLATFORM_START_MS, SdkDevice, subDeviceProof } from '@alink/testing';
import { backends } from './backends';
import { createGateways, GATEWAYS, gatewayTriple, identityOf, meterTriple, METERS, type Triple } from './gateways';
import type { Platform } from './platform';

const [FIRST, SECOND] = [gatewayTriple('first-gateway'), gatewayTriple('second-gateway')];

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let first: SdkDevice;
  let second: SdkDevice;
  const meters = ['direct', 'through', 'moved', 'quiet', 'npm1'].map((name) => meterTriple(`meter-${name}`));
  const [direct, through, moved, quiet, npm1] = meters as [Triple, Triple, Triple, Triple, Triple];

  const connect = ({ productKey, deviceName, deviceSecret }: Triple): Promise<SdkDevice> =>
    platform.connect(productKey, deviceName, deviceSecret);
  const add = async (gateway: SdkDevice, meter: Triple): Promise<void> => {
    expect((await gateway.request('thing/topo/add', [subDeviceProof(meter)])).code).toBe(200);
  };
  const login = (gateway: SdkDevice, meter: Triple) =>
    gateway.request('combine/login', subDeviceProof(meter), { qos: 0 });
  const isOnline = (meter: Triple) => platform.isOnline(meter.deviceName, METERS);
  /** What a gateway device has heard on a topic, of that sub-device. */
  const heard = (gateway: SdkDevice, topic: string, { deviceName }: Triple): unknown[] =>
    gateway.received
      .filter((message) => message.topic === topic && message.payload.includes(deviceName))
      .map(({ payload }) => JSON.parse(payload.toString()) as unknown);
  const errors = (gateway: SdkDevice, meter: Triple) =>
    heard(gateway, `/ext/error/${GATEWAYS}/${gateway.deviceName}`, meter);
  const error = (code: number, message: string, meter: Triple) => ({
    id: expect.stringMatching(/^\d{1,10}$/),
    code,
    message,
    data: identityOf(meter),
  });

  beforeAll(async () => {
    platform = await backend.start();
    await createGateways(platform, FIRST, SECOND, ...meters);
    [first, second] = [await connect(FIRST), await connect(SECOND)];
    for (const meter of meters) await add(first, meter);
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await first?.end();
    await second?.end();
    await platform?.stop();
  });

  test('a login through the gateway device cuts the connection of its own', async () => {
    const own = await connect(direct);
    expect(await login(first, direct)).toMatchObject({ code: 200, data: identityOf(direct) });
    await own.closed;
    const meter = first.subDevice(METERS, direct.deviceName);
    expect((await meter.post({ temperature: 1.5 })).code).toBe(200);
    await eventually(async () => expect(await platform.latest('temperature', direct.deviceName, METERS)).toBe(1.5));
    expect(await isOnline(direct)).toBe(true);
    expect(errors(first, direct)).toEqual([]);
  });

  test('a connection of its own ends the session through the gateway device, which hears 427', async () => {
    expect((await login(first, through)).code).toBe(200);
    const own = await connect(through);
    await eventually(() =>
      expect(errors(first, through)).toEqual([error(427, 'device connect in elsewhere', through)]),
    );
    // What the gateway device says for it now has no session.
    const meter = first.subDevice(METERS, through.deviceName);
    await meter.publish(meter.topic('thing/event/property/post'), '{"id":"1","params":{"temperature":2}}');
    await eventually(() => expect(errors(first, through)).toContainEqual(error(520, 'device session error', through)));
    expect((await own.post({ temperature: 2.5 })).code).toBe(200);
    await eventually(async () => {
      expect(await isOnline(through)).toBe(true);
      expect(await platform.history('temperature', through.deviceName, METERS)).toEqual([2.5]);
    });
    await own.end();
  });

  test('as npm 1.0.1 does it: a login through the gateway device, and a connection beside it', async () => {
    const { productKey, deviceName } = npm1;
    const clientId = `${productKey}&${deviceName}_aliyun-iot-device-sdk-js`;
    const options = platform.login(productKey, deviceName, npm1.deviceSecret, {
      clientId,
      signMethod: 'hmacsha1',
      extra: {},
    });
    // One that comes at the same moment may be cut before it is let in, and its client dials again.
    const [reply, own] = await Promise.all([login(first, npm1), eventually(() => SdkDevice.connect(options))]);
    expect(reply.code).toBe(200);
    // Whichever came last has the session, and the other one hears so.
    await eventually(async () => {
      expect(own.connected).toBe(errors(first, npm1).length === 1);
      expect(await isOnline(npm1)).toBe(true);
    });
    await own.end();
  });

  test('the next gateway device takes it over: the old one hears 6401', async () => {
    expect((await login(first, moved)).code).toBe(200);
    await add(second, moved);
    await eventually(() => expect(errors(first, moved)).toEqual([error(6401, 'topo relation not exist', moved)]));
    expect(await login(first, moved)).toMatchObject({ code: 6401 });
    expect(await login(second, moved)).toMatchObject({ code: 200 });
    expect((await second.subDevice(METERS, moved.deviceName).post({ temperature: 3.5 })).code).toBe(200);
    expect((await first.request('thing/topo/get', {})).data).not.toContainEqual(identityOf(moved));
    expect((await second.request('thing/topo/get', {})).data).toEqual([identityOf(moved)]);
  });

  backend.needs('moved', () => {
    test('the old one hears that its topology has changed, and no error of what was not logged in', async () => {
      await add(second, quiet);
      // What happens within a moment may be one message.
      await eventually(() => {
        for (const meter of [moved, quiet]) {
          const subList = expect.arrayContaining([identityOf(meter)]);
          expect(heard(first, first.topic('thing/topo/change'), meter)).toEqual([
            expect.objectContaining({ method: 'thing.topo.change', params: { status: 1, subList } }),
          ]);
        }
      });
      expect(errors(first, quiet)).toEqual([]);
    });
  });
});
