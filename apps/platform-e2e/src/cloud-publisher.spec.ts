/** The manual's cloud publisher: a plain ClientID with a device's username and password may command that device, no more. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, SdkDevice, type SdkDeviceOptions } from '@alink/testing';
import { backends } from './backends';
import { connack } from './connack';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let otherPort: number;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    await platform.createDevice(PRODUCT, 'dev002', 'secretof002');
    otherPort = (await platform.startAnotherNode()).mqtt;
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const SET = `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set`;
  const command = (temperature: number) => JSON.stringify({ id: '456', version: '1.0', params: { temperature } });

  /** A login of the manual's device; each timestamp has a password of its own. */
  const loginAt = (timestamp: number, port = platform.ports.mqtt): SdkDeviceOptions => ({
    ...platform.login(PRODUCT, DEVICE, DEVICE_SECRET, { timestamp }),
    port,
  });
  /** The same username and password with the publisher's ClientID. */
  const publisherOf = (login: SdkDeviceOptions, port = login.port): SdkDeviceOptions => ({
    ...login,
    port,
    clientId: 'cloud_publisher_001',
  });

  /** Publishes as the manual does: connect, publish, disconnect. */
  const publishOnce = async (options: SdkDeviceOptions, topic: string, payload: string): Promise<void> => {
    const publisher = await SdkDevice.connect(options);
    await publisher.publish(topic, payload);
    await publisher.end();
  };

  const statusChanges = async (): Promise<number> => {
    const { list } = await platform
      .client(services.deviceMsg)
      .statusLogIndex({ productID: PRODUCT, deviceName: DEVICE });
    return list.length;
  };

  test('before the device has ever logged in, nobody is let in with a plain ClientID', async () => {
    expect(await connack(publisherOf(loginAt(1)))).toBe(4);
  });

  describe('while the device is connected', () => {
    let device: SdkDevice;
    let publisher: SdkDevice;
    let reported = 0;
    beforeAll(async () => {
      const login = loginAt(1_778_593_628_940);
      device = await SdkDevice.connect(login);
      publisher = await SdkDevice.connect(publisherOf(login));
    });
    afterAll(async () => {
      await publisher?.end();
      await device?.end();
    });

    test('its downlinks are delivered', async () => {
      await publisher.publish(SET, command(30));
      const arrived = await device.waitFor(SET);
      expect(arrived.payload.toString()).toBe(command(30));
    });

    test.each([
      ["the device's uplinks", `/sys/${PRODUCT}/${DEVICE}/thing/event/property/post`],
      ["another device's downlinks", `/sys/${PRODUCT}/dev002/thing/service/property/set`],
      ["another device's uplinks", `/sys/${PRODUCT}/dev002/thing/event/property/post`],
      ['a topic that is none', '/sys/thing'],
    ])('%s are dropped, acknowledged and logged', async (_which, topic) => {
      await publisher.publish(topic, command(99));
      expect(publisher.connected).toBe(true);
      await eventually(async () => {
        const lines = await platform.logLines(DEVICE, /dropped: the cloud publisher may only use/);
        expect(lines.map((line) => line.topic)).toContain(topic);
      });
      // Once a report behind it is kept, all that was before it has been looked at.
      const after = ++reported;
      expect((await device.post({ temperature: after })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature')).toBe(after));
      expect(await platform.history('temperature')).not.toContain(99);
      expect(await platform.history('temperature', 'dev002')).toEqual([]);
    });

    test('nothing can be subscribed: SUBACK 0x80', async () => {
      expect(await publisher.subscribe([SET, '#', `/${PRODUCT}/${DEVICE}/user/get`])).toEqual([128, 128, 128]);
      await publisher.publish(SET, command(31));
      await eventually(() => expect(device.received.map(({ payload }) => payload.toString())).toContain(command(31)));
      expect(publisher.received).toEqual([]);
    });

    test("the device's session and presence are not touched, however publishers come and go", async () => {
      await eventually(async () => expect(await platform.isOnline()).toBe(true));
      const before = await statusChanges();
      const login = loginAt(1_778_593_628_940);
      for (let n = 0; n < 3; n++) await publishOnce(publisherOf(login), SET, command(n));
      const rude = await SdkDevice.connect(publisherOf(login));
      await rude.end({ force: true });
      // What a report leaves behind comes after all that the publishers could have caused.
      expect((await device.post({ temperature: 20.5 })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature')).toBe(20.5));
      expect(device.connected).toBe(true);
      expect(await platform.isOnline()).toBe(true);
      expect(await statusChanges()).toBe(before);
    });
  });

  test('a device that is offline stays offline, and the log says where the command went', async () => {
    await eventually(async () => expect(await platform.isOnline()).toBe(false));
    await publishOnce(publisherOf(loginAt(1_778_593_628_940)), SET, command(1));
    await eventually(async () => {
      expect(await platform.logLines(DEVICE, /not delivered: the device is offline/)).toHaveLength(1);
    });
    expect(await platform.isOnline()).toBe(false);
  });

  test("only the latest login's password counts, whichever node took that login", async () => {
    const [first, second, third] = [loginAt(1001), loginAt(1002), loginAt(1003, otherPort)];
    await connack(first);
    expect(await connack(publisherOf(first))).toBe(0);
    await connack(second);
    expect(await connack(publisherOf(first))).toBe(4);
    expect(await connack(publisherOf(second))).toBe(0);
    // What is told of the second login must not come after the third, on the node of the third.
    await eventually(async () => expect(await connack(publisherOf(second, otherPort))).toBe(0));
    await connack(third);
    await eventually(async () => expect(await connack(publisherOf(third, platform.ports.mqtt))).toBe(0));
    expect(await connack(publisherOf(second, platform.ports.mqtt))).toBe(4);
    expect(await connack(publisherOf(second, otherPort))).toBe(4);
    expect(await connack(publisherOf(third, otherPort))).toBe(0);
  });

  test('the device may be on another node than its publisher', async () => {
    const login = loginAt(2001, otherPort);
    const device = await SdkDevice.connect(login);
    await eventually(async () => expect(await connack(publisherOf(login, platform.ports.mqtt))).toBe(0));
    await publishOnce(publisherOf(login, platform.ports.mqtt), SET, command(12));
    expect((await device.waitFor(SET)).payload.toString()).toBe(command(12));
    await device.end();
  });

  backend.needs('lastLogin', () => {
    test('a node that was restarted knows the latest login from dm', async () => {
      await eventually(async () => expect(await platform.isOnline()).toBe(false));
      const device = await SdkDevice.connect(loginAt(3001, otherPort));
      await eventually(async () => expect(await platform.isOnline()).toBe(true));
      await platform.stopApp('protocol-aliyun-mqtt');
      await platform.startApp('protocol-aliyun-mqtt');
      expect(await connack(publisherOf(loginAt(2001)))).toBe(4);
      await publishOnce(publisherOf(loginAt(3001)), SET, command(13));
      expect((await device.waitFor(SET)).payload.toString()).toBe(command(13));
      await device.end();
    });
  });

  test('CLOUD_PUBLISHER=off refuses, and says how to get in', async () => {
    const { mqtt } = await platform.startAnotherNode({ CLOUD_PUBLISHER: 'off' });
    const login = loginAt(4001, mqtt);
    const device = await SdkDevice.connect(login);
    expect(await connack(publisherOf(login))).toBe(4);
    await eventually(async () => expect(await platform.logLines(DEVICE, /CLOUD_PUBLISHER=on/)).toHaveLength(1));
    await device.end();
  });
});
