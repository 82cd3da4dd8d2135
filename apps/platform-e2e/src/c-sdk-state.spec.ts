/**
 * What C devices fetch and tell of themselves, byte for byte: configuration (`iotx_cota` of iotkit-embedded 3.x), and the shadow
 * (`aiot_shadow_api.c` of the Link SDK for C 4.x, and that of 3.x).
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

  backend.needs('shadow', () => {
    const topic = `/shadow/update/${PRODUCT}/${DEVICE}`;
    const shadow = () => platform.client(services.shadow);
    const key = { productID: PRODUCT, deviceName: DEVICE };
    /** What the shadow answers, or tells. */
    const heard = async (): Promise<string> => {
      const { topic: where, text } = await device.next();
      expect(where).toBe(`/shadow/get/${PRODUCT}/${DEVICE}`);
      // What `aiot_shadow_api.c` demands.
      for (const member of ['method', 'timestamp', 'payload']) expect(findLikeC(text, member)).toBeDefined();
      return text;
    };
    const tell = async (payload: string): Promise<string> => {
      device.publish(topic, payload);
      const text = await heard();
      return findLikeC(text, 'status') ?? '';
    };

    test('the shadow, with versions that count', async () => {
      expect(await tell('{"method":"update","state":{"reported":{"LightSwitch":1}},"version":1}')).toBe('success');
      // Not greater than the one that stands.
      device.publish(topic, '{"method":"update","state":{"reported":{"LightSwitch":0}},"version":1}');
      expect(findLikeC(await heard(), 'errorcode')).toBe('409');
      device.publish(topic, '{"method":"get"}');
      expect(findLikeC(await heard(), 'reported')).toBe('{"LightSwitch":1}');
      await shadow().update({ ...key, desired: '{"LightSwitch":0}' });
      const control = await heard();
      expect([findLikeC(control, 'method'), findLikeC(control, 'desired')]).toEqual(['control', '{"LightSwitch":0}']);
      // Applied: it says so, and drops what was wanted. "null" is a text.
      const version = Number((await shadow().read(key)).version);
      expect(await tell(`{"method":"update","state":{"desired":"null"},"version":${version + 1}}`)).toBe('success');
      expect(JSON.parse((await shadow().read(key)).desired || '{}')).toEqual({});
      expect(await tell(`{"method":"delete","state":{"reported":"null"},"version":${version + 2}}`)).toBe('success');
      expect(JSON.parse((await shadow().read(key)).reported || '{}')).toEqual({});
    });

    test('a delete of iotkit-embedded 3.x, which is no JSON, ends nothing', async () => {
      device.publish(topic, '{"method":"delete",,"state":{"reported":{"LightSwitch":"null"}},"version":9}');
      await heard();
      expect(await say('thing/event/property/post', '{"id":"3","params":{"light":0}}')).toContain('"code":200');
    });
  });
});
