/** What properties shall be: a device that fetches and deletes it, in the bytes of the C SDKs, and is sent it when it comes. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

const key = { productID: PRODUCT, deviceName: DEVICE };
const GET = 'thing/property/desired/get';
const DELETE = 'thing/property/desired/delete';
const SET = 'thing/service/property/set';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: SdkDevice;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await platform.connect();
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await device?.end();
    await platform?.stop();
  });

  /** The text of the reply to these bytes. */
  const say = async (path: string, payload: string): Promise<string> => {
    const topic = device.topic(`${path}_reply`);
    const before = device.received.length;
    await device.publish(device.topic(path), payload, 0);
    return eventually(() => {
      const reply = device.received.slice(before).find((message) => message.topic === topic);
      if (!reply) throw new Error(`no reply on ${topic}`);
      return reply.payload.toString();
    });
  };
  const desired = () => platform.client(services.desired);
  const set = async (data: object) => (await desired().set({ ...key, data: JSON.stringify(data) })).isSent;

  backend.needs('desired', () => {
    // A login is known to dm a moment after the device knows of it.
    beforeAll(() =>
      eventually(async () =>
        expect(await platform.client(services.deviceManage).deviceInfoRead(key)).toMatchObject({ isOnline: '1' }),
      ),
    );

    test('what is set while the device is online is sent to it, fetched by the Link SDK for C 4.x, and deleted', async () => {
      expect(await set({ light: 1, temperature: 21.5 })).toBe(true);
      const command = JSON.parse((await device.waitFor(device.topic(SET))).payload.toString()) as { id: string };
      expect(command).toMatchObject({ params: { light: 1, temperature: 21.5 } });
      await device.publish(device.topic(`${SET}_reply`), `{"id":"${command.id}","code":200,"data":{}}`, 0);
      await eventually(async () =>
        expect((await desired().read(key)).list.map(({ isWaiting }) => isWaiting)).toEqual([false, false]),
      );
      expect(
        await say(GET, '{"id":"1","version":"1.0","params":["light","label","temperature"],"sys":{"ack":1}}'),
      ).toBe(
        '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.property.desired.get","data":{"light":{"value":1,"version":1},"temperature":{"value":21.5,"version":1}}}',
      );
      // Of two versions that were told, one is no longer the present one.
      await set({ temperature: 22 });
      const deletion =
        '{"id":"2","version":"1.0","params":{"light":{"version":1},"temperature":{"version":1}},"sys":{"ack":1}}';
      expect(await say(DELETE, deletion)).toBe(
        '{"id":"2","code":200,"message":"success","version":"1.0","method":"thing.property.desired.delete","data":{}}',
      );
      expect(await say(GET, '{"id":"3","version":"1.0","params":["light","temperature"],"sys":{"ack":1}}')).toContain(
        '"data":{"temperature":{"value":22,"version":2}}}',
      );
    });

    test('too many names and unknown ones have ALINK’s codes', async () => {
      const names = JSON.stringify(Array.from({ length: 201 }, (_, i) => `p${i}`));
      expect(await say(GET, `{"id":"4","params":${names}}`)).toMatch(/^\{"id":"4","code":6104,/);
      expect(await say(DELETE, '{"id":"5","params":{"temperature":{},"nope":{}}}')).toMatch(/^\{"id":"5","code":6320,/);
      expect((await desired().read(key)).list.map(({ identifier }) => identifier)).toEqual(['temperature']);
    });

    test('what is set while the device is away waits, and is sent once when it comes', async () => {
      const name = 'dev-away';
      await platform.createDevice(PRODUCT, name, DEVICE_SECRET);
      const away = { ...key, deviceName: name };
      expect(await desired().set({ ...away, data: '{"label":"杭州"}' })).toMatchObject({ isSent: false });
      const waiting = async () =>
        (await platform.client(services.deviceMsg).shadowIndex(away)).list.map(({ dataID }) => dataID);
      expect(await waiting()).toEqual(['label']);
      const other = await platform.connect(PRODUCT, name);
      try {
        const { payload } = await other.waitFor(other.topic(SET));
        const { id, params } = JSON.parse(payload.toString()) as { id: string; params: unknown };
        expect(params).toEqual({ label: '杭州' });
        await other.publish(other.topic(`${SET}_reply`), `{"id":"${id}","code":200,"data":{}}`, 1);
        await eventually(async () => expect(await waiting()).toEqual([]));
        expect((await desired().read(away)).list).toMatchObject([{ value: '"杭州"', version: '1' }]);
      } finally {
        await other.end();
      }
    });
  });

  backend.lacks('desired', () => {
    test.each([
      [GET, '["light"]', 'desired.get'],
      [DELETE, '{"light":{}}', 'desired.delete'],
    ])('%s is refused by its name, and the connection lives on', async (path, params, kind) => {
      expect(await say(path, `{"id":"1","version":"1.0","params":${params},"sys":{"ack":1}}`)).toContain(
        `"code":6831,"message":"unitedrhino’s dm does not serve ${kind}"`,
      );
      expect(device.connected).toBe(true);
    });
  });
});
