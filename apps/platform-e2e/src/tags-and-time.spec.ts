/** Tags and the time, asked by the official Node SDK and by a device that writes its own JSON. */
import { createRequire } from 'node:module';
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

interface Tag {
  readonly attrKey: string;
  readonly attrValue: string;
}
interface Reply {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}
interface OfficialDevice {
  on(event: 'connect' | 'error', listener: (...args: unknown[]) => void): void;
  postTags(tags: readonly Tag[], done: (reply: Reply) => void): void;
  deleteTags(keys: readonly string[], done: (reply: Reply) => void): void;
  end(force?: boolean): void;
}
const sdk = createRequire(import.meta.url)('alibabacloud-iot-device-sdk') as {
  device(config: object): OfficialDevice;
};

const key = { productID: PRODUCT, deviceName: DEVICE };
const OTHER = 'dev-time';
describe.each(backends)('on $name', (backend) => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    await platform.createDevice(PRODUCT, OTHER, DEVICE_SECRET);
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const tags = async (): Promise<unknown> => (await platform.client(services.deviceManage).deviceInfoRead(key)).tags;

  test('the official Node SDK writes and deletes tags, and gRPC shows them', async () => {
    const device = await new Promise<OfficialDevice>((resolve, reject) => {
      const brokerUrl = `mqtt://127.0.0.1:${platform.ports.mqtt}`;
      const dialled = sdk.device({ productKey: PRODUCT, deviceName: DEVICE, deviceSecret: DEVICE_SECRET, brokerUrl });
      dialled.on('connect', () => resolve(dialled));
      dialled.on('error', reject);
    });
    try {
      const post = (some: readonly Tag[]) => new Promise<Reply>((resolve) => device.postTags(some, resolve));
      expect(await post([{ attrKey: 'site', attrValue: '杭州' }])).toMatchObject({ code: 200, message: 'success' });
      // "Reporting does not clear earlier tags", says the SDK.
      expect(await post([{ attrKey: 'room', attrValue: '7' }])).toMatchObject({ code: 200 });
      expect(await tags()).toEqual({ site: '杭州', room: '7' });
      expect(await new Promise<Reply>((resolve) => device.deleteTags(['room'], resolve))).toMatchObject({ code: 200 });
      expect(await tags()).toEqual({ site: '杭州' });
    } finally {
      device.end(true);
    }
  });

  describe('a device that writes its own JSON', () => {
    let device: SdkDevice;
    beforeAll(async () => {
      device = await platform.connect(PRODUCT, OTHER);
    });
    afterAll(() => device?.end());

    test('reads what it and the operator have written', async () => {
      await device.request('thing/deviceinfo/update', [{ attrKey: 'fw', attrValue: '1.2' }]);
      await platform.setTags(OTHER, { fw: '1.2', owner: 'ops' });
      const reply = await device.request('thing/deviceinfo/get', { attrKeys: ['owner', 'fw', 'none'] });
      expect(reply).toMatchObject({
        code: 200,
        data: [
          { attrKey: 'owner', attrValue: 'ops' },
          { attrKey: 'fw', attrValue: '1.2' },
        ],
      });
    });

    test('is refused a tag that cannot be, with a line in its log', async () => {
      const reply = await device.request('thing/deviceinfo/update', [{ attrKey: 'a b', attrValue: '1' }]);
      expect(reply.code).toBe(460);
      await eventually(async () => expect(await platform.logLines(OTHER, /a\?b/)).not.toEqual([]));
    });

    test('hears the time in the form in which it asked, without a subscription', async () => {
      const response = `/ext/ntp/${PRODUCT}/${OTHER}/response`;
      const before = Date.now();
      await device.publish(`/ext/ntp/${PRODUCT}/${OTHER}/request`, '{"deviceSendTime":"100"}', 0);
      const { payload } = await device.waitFor(response);
      const text = payload.toString();
      expect(text).toMatch(/^\{"deviceSendTime":"100","serverRecvTime":"\d{13}","serverSendTime":"\d{13}"\}$/);
      const { serverRecvTime, serverSendTime } = JSON.parse(text) as Record<string, string>;
      expect(Number(serverRecvTime)).toBeGreaterThanOrEqual(before);
      expect(Number(serverSendTime)).toBeGreaterThanOrEqual(Number(serverRecvTime));
      expect(Number(serverSendTime)).toBeLessThanOrEqual(Date.now());
    });
  });
});
