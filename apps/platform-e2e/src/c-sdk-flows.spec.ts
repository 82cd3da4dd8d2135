/**
 * What the C SDKs write after their CONNECT, byte for byte: iotkit-embedded 3.x (`dm_message.c`, `mqtt_client.c`) and the Link
 * SDK for C 4.x (`aiot_dm_api.c`, `aiot_ntp_api.c`), with their subscriptions, and what comes back read as they read it.
 */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { DEVICE_SECRET, PRODUCT, type Platform } from './platform';
import { findLikeC, RawDevice } from './raw-device';

const C3 = 'c3-device';
const C4 = 'c4-device';
/** What each SDK says of itself in the ClientID. */
const C3_PAIRS = { _v: 'sdk-c-3.2.0', lan: 'C', gw: '0', ext: '0' };
const C4_PAIRS = { _ss: '1', _v: 'sdk-c-4.2.0', ext: '3', _conn: 'tls_1f' };
const SDK_TIME = 2_524_608_000_000;

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await backend.start();
    await platform.createProduct(PRODUCT);
    for (const name of [C3, C4]) await platform.createDevice(PRODUCT, name, DEVICE_SECRET);
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const loginOf = (deviceName: string, extra: object) =>
    platform.login(PRODUCT, deviceName, DEVICE_SECRET, { timestamp: SDK_TIME, extra });
  const PATIENT = { deadlineMs: PATIENCE_MS };

  describe('Link SDK for C 4.x', () => {
    let device: RawDevice;
    beforeAll(async () => {
      // It subscribes nothing of the system's.
      device = await RawDevice.connect(loginOf(C4, C4_PAIRS), { keepalive: 1200 });
    });
    afterAll(() => device?.end());
    const key = { productID: PRODUCT, deviceName: C4 };

    test('a property post, and the reply as its parser finds it', async () => {
      device.publish(
        'thing/event/property/post',
        '{"id":"1","version":"1.0","params":{"temperature":21.5},"sys":{"ack":1}}',
      );
      const { topic, text, qos } = await device.next();
      expect([topic, qos]).toEqual(['thing/event/property/post_reply', 0]);
      expect(text).toBe(
        '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.event.property.post","data":{}}',
      );
      expect(['id', 'code', 'message', 'data'].map((name) => findLikeC(text, name))).toEqual([
        '1',
        '200',
        'success',
        '{}',
      ]);
      await eventually(async () => expect(await platform.latest('temperature', C4)).toBe(21.5));
    });

    test('with the request id in the topic, and bare numbers as ids', async () => {
      device.publish(
        'thing/event/property/post?_rid=1697000000',
        '{"id":2,"version":"1.0","params":{"humidity":41},"sys":{"ack":1}}',
      );
      const { topic, text } = await device.next();
      expect([topic, findLikeC(text, 'id'), findLikeC(text, 'code')]).toEqual([
        'thing/event/property/post_reply',
        '2',
        '200',
      ]);
      expect(text).toMatch(/^\{"id":2,/);
    });

    test('without a reply where it wants none', async () => {
      device.publish(
        'thing/event/property/post',
        '{"id":"3","version":"1.0","params":{"humidity":42},"sys":{"ack":0}}',
      );
      device.publish(
        'thing/event/property/post',
        '{"id":"4","version":"1.0","params":{"humidity":43},"sys":{"ack":"1"}}',
      );
      expect(findLikeC((await device.next()).text, 'id')).toBe('4');
      await eventually(async () => expect([...(await platform.history('humidity', C4))].sort()).toEqual([41, 42, 43]));
    });

    test('an event whose output stands bare in "params"', async () => {
      device.publish(
        'thing/event/highTemperature/post',
        '{"id":"5","version":"1.0","params":{"temperature":101.5},"sys":{"ack":1}}',
        1,
      );
      expect((await device.raw.next('puback')).messageId).toBeGreaterThan(0);
      const { topic, text } = await device.next();
      expect([topic, findLikeC(text, 'code')]).toEqual(['thing/event/highTemperature/post_reply', '200']);
      await eventually(async () => {
        const { list } = await platform.client(services.deviceMsg).eventLogIndex(key);
        expect(list.map(({ params }) => JSON.parse(params) as unknown)).toEqual([{ temperature: 101.5 }]);
      });
    });

    test('a batch, and history whose id is a number', async () => {
      const time = Date.now() - 60_000;
      const batch = `{"properties":{"humidity":[{"value":45,"time":${time}},{"value":46,"time":${time + 1000}}]},"events":{}}`;
      device.publish(
        'thing/event/property/batch/post',
        `{"id":"51","version":"1.0","params":${batch},"sys":{"ack":1}}`,
      );
      const reply = await device.next();
      expect([reply.topic, findLikeC(reply.text, 'code')]).toEqual(['thing/event/property/batch/post_reply', '200']);
      const identity = `{"productKey":"${PRODUCT}","deviceName":"${C4}"}`;
      const history = `[{"identity":${identity},"properties":[{"humidity":{"value":47,"time":${time - 1000}}}],"events":[]}]`;
      device.publish('thing/event/property/history/post', `{"id":123,"version":"1.0","params":${history}}`);
      const { topic, text } = await device.next();
      expect([topic, text.slice(0, 22)]).toEqual(['thing/event/property/history/post_reply', '{"id":123,"code":200,"']);
      await eventually(async () => expect(await platform.history('humidity', C4)).toHaveLength(6));
    });

    test('a property set comes unasked at QoS 0, and its answer is a member short', async () => {
      await eventually(async () => expect(await platform.isOnline(C4)).toBe(true));
      const set = { ...key, data: '{"light":1}', shadowControl: 1, syncTimeout: 60 };
      const sent = platform.client(services.deviceInteract).propertyControlSend(set, PATIENT);
      const { topic, text, qos } = await device.next();
      expect([topic, qos]).toEqual(['thing/service/property/set', 0]);
      expect(text).toMatch(
        /^\{"method":"thing\.service\.property\.set","id":"\d{1,10}","params":\{"light":1\},"version":"1\.0\.0"\}$/,
      );
      device.publish(`${topic}_reply`, `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
      expect(await sent).toMatchObject({ code: '200' });
    });

    backend.needs('callType', () => {
      test('a synchronous service comes on its full topic, since ext has bit 0, and is answered there', async () => {
        const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
        const sent = platform.client(services.deviceInteract).actionSend(call, PATIENT);
        const { topic, text } = await device.next();
        expect(topic).toMatch(new RegExp(`^/ext/rrpc/\\d+/sys/${PRODUCT}/${C4}/thing/service/echo$`));
        expect(findLikeC(text, 'params')).toBe('{"text":"hello"}');
        device.publish(topic, `{"id":"${findLikeC(text, 'id')}","code":200,"data":{"text":"HELLO"}}`);
        expect(await sent).toMatchObject({ code: '200', outputParams: '{"text":"HELLO"}' });
      });
    });

    test('the time, in strings', async () => {
      device.publish(`/ext/ntp/${PRODUCT}/${C4}/request`, '{"deviceSendTime":"1571724098000"}');
      const { topic, text } = await device.next();
      expect(topic).toBe(`/ext/ntp/${PRODUCT}/${C4}/response`);
      expect(text).toMatch(
        /^\{"deviceSendTime":"1571724098000","serverRecvTime":"\d{13}","serverSendTime":"\d{13}"\}$/,
      );
    });

    test('tags, and params that are a string', async () => {
      device.publish(
        'thing/deviceinfo/update',
        '{"id":"6","version":"1.0","params":[{"attrKey":"fw","attrValue":"1.2"}]}',
      );
      const { topic, text } = await device.next();
      expect([topic, findLikeC(text, 'code'), findLikeC(text, 'message')]).toEqual([
        'thing/deviceinfo/update_reply',
        '200',
        'success',
      ]);
      device.publish(
        'thing/dsltemplate/get',
        '{"id":"7","version":"1.0","params":"{}","method":"thing.dsltemplate.get"}',
      );
      const template = await device.next();
      expect([template.topic, findLikeC(template.text, 'code')]).toEqual(['thing/dsltemplate/get_reply', '200']);
    });

    test('a version for an upgrade, with a blank and a bare id, costs nothing', async () => {
      device.publish(`/ota/device/inform/${PRODUCT}/${C4}`, '{"id":8, "params":{"version":"1.0.1"}}');
      device.publish(
        'thing/event/property/post',
        '{"id":"9","version":"1.0","params":{"humidity":44},"sys":{"ack":1}}',
      );
      expect(findLikeC((await device.next()).text, 'id')).toBe('9');
    });
  });

  describe('iotkit-embedded 3.x', () => {
    let device: RawDevice;
    const key = { productID: PRODUCT, deviceName: C3 };
    /** Those of its data model, and those of OTA and COTA. */
    const SUBSCRIBED = [
      'thing/event/+/post_reply',
      'thing/service/property/set',
      'thing/service/+',
      'thing/deviceinfo/update_reply',
      'thing/deviceinfo/delete_reply',
      'thing/dynamicTsl/get_reply',
      'rrpc/request/+',
      `/ext/ntp/${PRODUCT}/${C3}/response`,
      `/ext/error/${PRODUCT}/${C3}`,
      'thing/model/down_raw',
      'thing/model/up_raw_reply',
      `/ota/device/request/${PRODUCT}/${C3}`,
      `/ota/device/upgrade/${PRODUCT}/${C3}`,
      'thing/config/get_reply',
      'thing/config/push',
    ];

    test('its first report goes out with the subscriptions, and is answered once', async () => {
      device = await RawDevice.connect(loginOf(C3, C3_PAIRS), { clean: false, keepalive: 120 });
      device.subscribe(
        SUBSCRIBED.map((filter) => [filter]),
        1,
      );
      device.publish(
        'thing/deviceinfo/update',
        '{"id":"0","version":"1.0","params":[{"attrKey":"SYS_LP_SDK_VERSION","attrValue":"3.2.0","domain":"SYSTEM"},{"attrKey":"SYS_SDK_LANGUAGE","attrValue":"C","domain":"SYSTEM"}],"method":"thing.deviceinfo.update"}',
      );
      device.publish(
        'thing/event/property/post',
        '{"id":"1","version":"1.0","params":{"temperature":20.5,"light":0},"method":"thing.event.property.post"}',
      );
      expect(await device.granted(SUBSCRIBED.length)).toEqual(SUBSCRIBED.map(() => 1));
      const replies = [await device.next(), await device.next()];
      expect(replies.map(({ topic }) => topic).sort()).toEqual([
        'thing/deviceinfo/update_reply',
        'thing/event/property/post_reply',
      ]);
      // It takes only an object or an array for data, and only "success" for a message.
      for (const { text } of replies) {
        expect(JSON.parse(text)).toMatchObject({ id: expect.any(String), code: 200, message: 'success', data: {} });
      }
    });

    test('an asynchronous service has all four members that it demands', async () => {
      await eventually(async () => expect(await platform.isOnline(C3)).toBe(true));
      await platform
        .client(services.deviceInteract)
        .actionSend({ ...key, actionID: 'reboot', inputParams: '{"delay":3}', isAsync: true });
      const { topic, text } = await device.next();
      expect(topic).toBe('thing/service/reboot');
      expect(JSON.parse(text)).toEqual({
        method: 'thing.service.reboot',
        id: expect.stringMatching(/^\d{1,10}$/),
        params: { delay: 3 },
        version: expect.any(String),
      });
      device.publish('thing/service/reboot_reply', `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
    });

    backend.needs('callType', () => {
      test('a synchronous service comes by RRPC in the default form', async () => {
        const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
        const sent = platform.client(services.deviceInteract).actionSend(call, PATIENT);
        const { topic, text } = await device.next();
        expect(topic).toMatch(/^rrpc\/request\/\d+$/);
        expect(findLikeC(text, 'method')).toBe('thing.service.echo');
        device.publish(
          topic.replace('request', 'response'),
          `{"id":"${findLikeC(text, 'id')}","code":200,"data":{"text":"c"}}`,
        );
        expect(await sent).toMatchObject({ code: '200', outputParams: '{"text":"c"}' });
      });
    });

    test('its delete of the shadow is no JSON, and the connection lives on', async () => {
      device.publish(
        `/shadow/update/${PRODUCT}/${C3}`,
        '{"method":"delete",,"state":{"reported":{"temperature":"null"}},"version":2}',
        1,
      );
      await device.raw.next('puback');
      device.publish(
        'thing/event/property/post',
        '{"id":"9","version":"1.0","params":{"temperature":19.5},"method":"thing.event.property.post"}',
      );
      expect(findLikeC((await device.next()).text, 'id')).toBe('9');
    });

    test('its session outlives the connection, subscriptions included', async () => {
      await device.raw.close();
      device = await RawDevice.connect(loginOf(C3, C3_PAIRS), { clean: false, keepalive: 120 });
      device.publish(
        'thing/event/property/post',
        '{"id":"10","version":"1.0","params":{"temperature":18.5},"method":"thing.event.property.post"}',
      );
      expect((await device.next()).topic).toBe('thing/event/property/post_reply');
      await device.end();
    });
  });

  /**
   * As the Python SDK 1.0 subscribes, in one packet that must be granted as a whole, and as a client in Go does, filter by
   * filter with wildcards that overlap.
   */
  test.each([
    [
      'in one packet',
      [
        [
          'thing/event/property/post_reply',
          'thing/event/+/post_reply',
          'thing/service/property/set',
          'thing/service/+',
          'thing/deviceinfo/update_reply',
          'thing/deviceinfo/delete_reply',
          'rrpc/request/+',
          'thing/topo/+',
          'thing/gateway/permit',
        ],
      ],
    ],
    [
      'filter by filter',
      [
        ['thing/event/property/post_reply'],
        ['thing/event/+/post_reply'],
        ['thing/service/#'],
        ['/ext/network/probe/+'],
        ['rrpc/request/+'],
        ['thing/property/desired/get_reply'],
        ['thing/dsltemplate/get_reply'],
        ['thing/config/push'],
      ],
    ],
  ])(
    'subscriptions %s right after CONNACK are granted, and the first report is answered once',
    async (_how, packets) => {
      const device = await RawDevice.connect(loginOf(C3, {}));
      device.subscribe(packets, 0);
      device.publish('thing/event/property/post', '{"id":"1","params":{"temperature":17.5}}', 1);
      expect((await device.granted(packets.length)).filter((code) => code > 2)).toEqual([]);
      expect(await device.next()).toMatchObject({ topic: 'thing/event/property/post_reply' });
      // Two of its filters take the reply, which comes once: what comes next is the reply to the next request.
      device.publish('thing/event/property/post', '{"id":"2","params":{"temperature":16.5}}');
      expect(findLikeC((await device.next()).text, 'id')).toBe('2');
      await device.end();
    },
  );
});
