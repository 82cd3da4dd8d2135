/** Remote configuration, by the public surface of the official Node SDK. */
import { createHash } from 'node:crypto';
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { dialOfficial, type OfficialCommand, type OfficialDevice, type OfficialReply } from './official-device';
import { DEVICE, PRODUCT, type Platform } from './platform';

const CONTENT = '{"interval":60}';

/** What a device is told of a configuration. */
interface File {
  readonly configSize: number;
  readonly sign: string;
  readonly signMethod: string;
  readonly url: string;
}
const contentOf = async ({ url, sign, configSize }: File): Promise<string> => {
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([configSize, sign]);
  return bytes.toString();
};

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: OfficialDevice;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    device = await dialOfficial(platform);
    await eventually(async () => expect(await platform.isOnline()).toBe(true));
  }, PLATFORM_START_MS);
  afterAll(async () => {
    device?.end(true);
    await platform?.stop();
  });

  const getConfig = () => new Promise<OfficialReply>((resolve) => device.getConfig(resolve));

  test('getConfig is answered, without a configuration and with one', async () => {
    expect(await getConfig()).toMatchObject({ code: 6710, message: 'no data' });
    await platform.client(services.remoteConfig).RemoteConfigCreate({ productID: PRODUCT, content: CONTENT });
    await eventually(async () => {
      const { code, data } = await getConfig();
      expect(code).toBe(200);
      expect(await contentOf(data as File)).toBe(CONTENT);
    });
  });

  test('onConfig hears a push, and the digest fits', async () => {
    const pushed = new Promise<OfficialCommand>((resolve) => device.onConfig(resolve));
    await platform.client(services.remoteConfig).RemoteConfigPushAll({ productID: PRODUCT });
    const { id, method, params } = await pushed;
    expect(method).toBe('thing.config.push');
    expect(await contentOf(params as unknown as File)).toBe(CONTENT);
    // The SDK leaves the answer to the application.
    device.publish(`/sys/${PRODUCT}/${DEVICE}/thing/config/push_reply`, JSON.stringify({ id, code: 200, data: {} }));
  });
});
