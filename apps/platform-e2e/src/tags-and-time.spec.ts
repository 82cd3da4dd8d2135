/** Tags and the time, asked by the official Node SDK and by a device that writes its own JSON. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { dialOfficial, type OfficialReply, type OfficialTag } from './official-device';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';

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
    const device = await dialOfficial(platform);
    try {
      const post = (some: readonly OfficialTag[]) =>
        new Promise<OfficialReply>((resolve) => device.postTags(some, resolve));
      expect(await post([{ attrKey: 'site', attrValue: '杭州' }])).toMatchObject({ code: 200, message: 'success' });
      // "Reporting does not clear earlier tags", says the SDK.
      expect(await post([{ attrKey: 'room', attrValue: '7' }])).toMatchObject({ code: 200 });
      expect(await tags()).toEqual({ site: '杭州', room: '7' });
      expect(await new Promise<OfficialReply>((resolve) => device.deleteTags(['room'], resolve))).toMatchObject({
        code: 200,
      });
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
