/**
 * What C devices fetch of themselves, byte for byte: configuration as `iotx_cota` of iotkit-embedded 3.x does it.
 */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, DEVICE_SECRET, PRODUCT, type Platform } from './platform';
import { findLikeC, RawDevice } from './raw-device';

const CONTENT = '{"interval":60}';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let device: RawDevice;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createManualsDevice();
    const extra = { _ss: '1', _v: 'sdk-c-4.2.0', ext: '3' };
    device = await RawDevice.connect(platform.login(PRODUCT, DEVICE, DEVICE_SECRET, { extra }), { keepalive: 1200 });
    await eventually(async () => expect(await platform.isOnline()).toBe(true));
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await device?.end();
    await platform?.stop();
  });

  /** Sends these bytes. @returns the text of the reply, whose topic is the request's with `_reply` */
  const say = async (path: string, payload: string): Promise<string> => {
    device.publish(path, payload);
    const { topic, text } = await device.next();
    expect(topic).toBe(`${path}_reply`);
    return text;
  };

  test('a configuration is found by a parser that knows no JSON', async () => {
    const request =
      '{"id":"1","version":"1.0","params":{"configScope":"product","getType":"file","attributeKeys":""},"method":"thing.config.get"}';
    expect(await say('thing/config/get', request)).toContain('"code":6710,"message":"no data"');
    await platform.client(services.remoteConfig).RemoteConfigCreate({ productID: PRODUCT, content: CONTENT });
    await eventually(async () => {
      const data = findLikeC(await say('thing/config/get', request), 'data')!;
      expect([findLikeC(data, 'configSize'), findLikeC(data, 'signMethod'), findLikeC(data, 'getType')]).toEqual([
        String(CONTENT.length),
        'Sha256',
        'file',
      ]);
      expect(findLikeC(data, 'sign')).toMatch(/^[0-9a-f]{64}$/);
      expect(await (await fetch(findLikeC(data, 'url')!)).text()).toBe(CONTENT);
    });
    await platform.client(services.remoteConfig).RemoteConfigPushAll({ productID: PRODUCT });
    const { topic, text } = await device.next();
    expect([topic, findLikeC(text, 'method')]).toEqual(['thing/config/push', 'thing.config.push']);
    // What 3.x answers when it cannot use one is no JSON.
    device.publish('thing/config/push_reply', `"id":"${findLikeC(text, 'id')}","code":"400","data":{}`);
    device.publish('thing/config/push_reply', `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
    expect(await say('thing/event/property/post', '{"id":"2","params":{"light":1}}')).toContain('"code":200');
  });
});
