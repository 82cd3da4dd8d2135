/** Remote configuration, desired values and the shadow, by the public surface of the official Node SDK. */
import { createHash } from 'node:crypto';
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import {
  dialOfficial,
  type OfficialCommand,
  type OfficialDevice,
  type OfficialReply,
  type OfficialShadow,
} from './official-device';
import { DEVICE, PRODUCT, type Platform } from './platform';

const key = { productID: PRODUCT, deviceName: DEVICE };
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

  backend.needs('desired', () => {
    /** The SDK has no function for desired values: an application subscribes and publishes. */
    const ask = async (path: string, params: unknown): Promise<OfficialReply> => {
      const topic = `/sys/${PRODUCT}/${DEVICE}/${path}`;
      const id = String(Math.floor(Math.random() * 1e9));
      const replied = new Promise<OfficialReply>((resolve) => {
        device.on('message', (where, payload) => {
          const reply = where === `${topic}_reply` ? (JSON.parse(payload.toString()) as OfficialReply) : undefined;
          if (reply?.id === id) resolve(reply);
        });
      });
      device.subscribe(`${topic}_reply`);
      device.publish(topic, JSON.stringify({ id, version: '1.0', params, method: path.replaceAll('/', '.') }));
      return replied;
    };

    test('desired values come by onProps, are read with their version, and deleted', async () => {
      const set = new Promise<OfficialCommand>((resolve) => device.onProps(resolve));
      await platform.client(services.desired).set({ ...key, data: '{"light":1}' });
      const { id, params } = await set;
      expect(params).toEqual({ light: 1 });
      device.publish(
        `/sys/${PRODUCT}/${DEVICE}/thing/service/property/set_reply`,
        JSON.stringify({ id, code: 200, data: {} }),
      );
      const get = () => ask('thing/property/desired/get', ['light', 'label']);
      expect(await get()).toMatchObject({ code: 200, data: { light: { value: 1, version: 1 } } });
      expect(await ask('thing/property/desired/delete', { light: { version: 1 } })).toMatchObject({ code: 200 });
      expect(await get()).toMatchObject({ code: 200, data: {} });
    });
  });

  backend.needs('shadow', () => {
    const shadow = () => platform.client(services.shadow);
    /** What `onShadow` has told, oldest first. */
    const told: OfficialShadow[] = [];
    const next = async (act: () => unknown): Promise<OfficialShadow> => {
      const before = told.length;
      await act();
      return eventually(() => {
        const message = told[before];
        if (!message) throw new Error('onShadow has told nothing');
        return message;
      });
    };
    beforeAll(() => device.onShadow((message) => told.push(message)));

    test('postShadow, whose versions are milliseconds, getShadow and deleteShadow are told to onShadow', async () => {
      const posted = await next(() => device.postShadow({ color: 'red', mode: 'eco' }));
      expect(posted).toMatchObject({ method: 'reply', payload: { status: 'success', version: expect.any(Number) } });
      expect(posted.payload.version).toBeGreaterThan(2 ** 32);
      const got = await next(() => device.getShadow());
      expect(got).toMatchObject({
        method: 'reply',
        payload: { status: 'success', state: { reported: { color: 'red', mode: 'eco' } } },
        version: posted.payload.version,
      });
      expect(JSON.parse((await shadow().read(key)).reported)).toEqual({ color: 'red', mode: 'eco' });
      expect(await next(() => device.deleteShadow('mode'))).toMatchObject({ payload: { status: 'success' } });
      expect((await next(() => device.getShadow())).payload.state).toEqual({ reported: { color: 'red' } });
      expect(await next(() => device.deleteShadow())).toMatchObject({ payload: { status: 'success' } });
      expect(JSON.parse((await shadow().read(key)).reported || '{}')).toEqual({});
    });

    test('what an application wants is told as "control"', async () => {
      const { version } = await shadow().read(key);
      const control = await next(() => shadow().update({ ...key, desired: '{"color":"blue"}' }));
      expect(control).toMatchObject({
        method: 'control',
        payload: { status: 'success', state: { desired: { color: 'blue' } } },
      });
      expect(control.version).toBeGreaterThan(Number(version));
    });
  });
});
