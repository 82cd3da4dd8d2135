/** The shadow of a device: the flows of Alibaba Cloud IoT's documentation, in the bytes of the C SDKs and of the npm SDK. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, type SdkDevice } from '@alink/testing';
import { backends } from './backends';
import { DEVICE, PRODUCT, type Platform } from './platform';

const key = { productID: PRODUCT, deviceName: DEVICE };
const UPDATE = `/shadow/update/${PRODUCT}/${DEVICE}`;
const GET = `/shadow/get/${PRODUCT}/${DEVICE}`;

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

  /** The text of the first message on the shadow's topic after the work has begun. */
  const heardDuring = async (work: () => Promise<unknown>): Promise<string> => {
    const before = device.received.length;
    await work();
    return eventually(() => {
      const message = device.received.slice(before).find(({ topic }) => topic === GET);
      if (!message) throw new Error('nothing on the topic of the shadow');
      return message.payload.toString();
    });
  };
  const say = (payload: string, qos: 0 | 1 = 1) => heardDuring(() => device.publish(UPDATE, payload, qos));
  /** Without its times, which are those of the test. */
  const timeless = (text: string): string => text.replace(/"timestamp":1\d{9}/g, '"timestamp":0');
  const desire = (desired: object, version = 0) =>
    platform.client(services.shadow).update({ ...key, desired: JSON.stringify(desired), version });

  backend.needs('shadow', () => {
    test('a device reports, hears at once what an application desires, does it, and says so', async () => {
      expect(timeless(await say('{"method":"get"}', 0))).toBe(
        '{"method":"reply","payload":{"status":"error","content":{"errorcode":"407","errormessage":"the shadow is empty"}},"timestamp":0}',
      );
      expect(timeless(await say('{"method":"update","state":{"reported":{"color":"red"}},"version":1}'))).toBe(
        '{"method":"reply","payload":{"status":"success","version":1},"timestamp":0}',
      );
      const control = await heardDuring(async () =>
        expect(await desire({ color: 'green' }, 2)).toEqual({ version: '2', isSent: true }),
      );
      expect(timeless(control)).toBe(
        '{"method":"control","version":2,"timestamp":0,"payload":{"status":"success",' +
          '"state":{"reported":{"color":"red"},"desired":{"color":"green"}},' +
          '"metadata":{"reported":{"color":{"timestamp":0}},"desired":{"color":{"timestamp":0}}}}}',
      );
      await say('{"method":"update","state":{"reported":{"color":"green"}},"version":3}');
      expect(timeless(await say('{"method":"update","state":{"desired":"null"},"version":4}'))).toContain(
        '"version":4',
      );
      expect(timeless(await say('{"method":"get"}'))).toBe(
        '{"method":"reply","version":4,"timestamp":0,"payload":{"status":"success","state":{"reported":{"color":"green"}},' +
          '"metadata":{"reported":{"color":{"timestamp":0}}}}}',
      );
    });

    test('the C SDK 3.x knows replies by its token, and its deletion that is no JSON is done', async () => {
      const get = await say('{"method":"get","clientToken":"c3-1","version":1}');
      expect(get).toMatch(/"clientToken":"c3-1"\}$/);
      const deletion = '{"method":"delete",,"state":{"reported":{"color":"null"}},"clientToken":"c3-3","version":5}';
      expect(timeless(await say(deletion))).toBe(
        '{"method":"reply","payload":{"status":"success","version":5},"timestamp":0,"clientToken":"c3-3"}',
      );
      expect(await platform.client(services.shadow).read(key)).toMatchObject({ reported: '{}', version: '5' });
      expect(device.connected).toBe(true);
    });

    test('versions of the npm SDK, milliseconds of today, are kept, and lesser ones refused', async () => {
      const now = Date.now();
      const report = (version: number) => `{"method":"update","state":{"reported":{"a":[1,2]}},"version":${version}}`;
      expect(await say(report(now))).toContain(`"version":${now}`);
      expect(await say(report(6))).toContain(
        `"errorcode":"409","errormessage":"version conflict: 6 is not greater than ${now}"`,
      );
      expect(await say(`{"method":"delete","state":{"reported":"null"},"version":${now + 1}}`)).toContain('success');
      expect(await say(report(-1))).toContain('"version":0');
    });

    test('what is wrong has the code of the shadow, and the connection lives on', async () => {
      for (const [payload, code] of [
        ['{"method":"update","state', '400'],
        ['{"state":{"reported":{"a":1}},"version":9}', '401'],
        ['{"method":"update","version":9}', '402'],
        ['{"method":"update","state":{"reported":{"a":1}},"version":"9"}', '403'],
        ['{"method":"update","state":{},"version":9}', '404'],
        ['{"method":"update","state":{"reported":{}},"version":9}', '405'],
        ['{"method":"put","state":{"reported":{"a":1}},"version":9}', '406'],
        [JSON.stringify({ method: 'update', state: { reported: many(129) }, version: 9 }), '408'],
      ] as const) {
        expect(await say(payload)).toContain(`"content":{"errorcode":"${code}","errormessage":"`);
      }
      expect(device.connected).toBe(true);
      await eventually(async () => expect(await platform.logLines(DEVICE, /version is no number/)).not.toEqual([]));
    });

    test('a device that is away finds it in its shadow when it comes back', async () => {
      await device.end();
      await eventually(async () => expect(await platform.isOnline()).toBe(false));
      expect(await desire({ color: 'blue' })).toMatchObject({ isSent: false });
      device = await platform.connect();
      expect(await say('{"method":"get"}')).toContain('"desired":{"color":"blue"}');
    });
  });

  backend.lacks('shadow', () => {
    test('it is refused by its name, and the connection lives on', async () => {
      for (const payload of [
        '{"method":"get"}',
        '{"method":"delete",,"state":{"reported":{"a":"null"}},"version":5}',
      ]) {
        expect(await say(payload)).toMatch(
          /"errorcode":"6831","errormessage":"unitedrhino’s dm does not serve shadow\./,
        );
      }
      expect(device.connected).toBe(true);
    });
  });
});

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]));
