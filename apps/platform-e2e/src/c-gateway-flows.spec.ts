/**
 * Gateway devices with the official SDKs for C, byte for byte: iotkit-embedded 3.2.0 (`dm_message.c`, `dm_client.c`,
 * `linkkit_example_gateway.c`) and the Link SDK for C 4.x (`aiot_subdev_api.c`, `subdev_basic_demo.c`).
 */
import { services } from '@alink/contract';
import { clientIdContent, dynregContent, sign, type DeviceIdentity } from '@alink/signing';
import { eventually, PATIENCE_MS, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { createGateways, GATEWAYS, gatewayTriple, keyOf, meterTriple, METERS, type Triple } from './gateways';
import type { Platform } from './platform';
import { findLikeC, RawDevice } from './raw-device';
import { errorText, exchange, listOf, nameOf, replyText, topicOf } from './raw-gateway';

const PATIENT = { deadlineMs: PATIENCE_MS };
const SDK_TIME = 2_524_608_000_000;
const C3 = gatewayTriple('c3-gateway');
const C4 = gatewayTriple('c4-gateway');
const c3Meter = meterTriple('c3-meter');
const c4Meters = [meterTriple('c4-meter1'), meterTriple('c4-meter2')];

/** HMAC-SHA256, upper-case hex as both SDKs write it. */
const upperSign = (secret: string, content: string): string => sign('hmacsha256', secret, content).toUpperCase();

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let productSecret: string;
  beforeAll(async () => {
    platform = await backend.start();
    productSecret = await createGateways(platform, C3, C4, c3Meter, ...c4Meters);
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const loginOf = ({ productKey, deviceName, deviceSecret }: Triple, extra: object) =>
    platform.login(productKey, deviceName, deviceSecret, { timestamp: SDK_TIME, extra });
  const interact = () => platform.client(services.deviceInteract);
  const isOnline = ({ deviceName }: DeviceIdentity) => platform.isOnline(deviceName, METERS);
  const latest = (dataID: string, { deviceName }: DeviceIdentity) => platform.latest(dataID, deviceName, METERS);
  const registered = ({ productKey, deviceName, deviceSecret }: Triple): string =>
    `\\{"iotId":"[^"]+","productKey":"${productKey}","deviceName":"${deviceName}","deviceSecret":"${deviceSecret}"\\}`;

  describe('iotkit-embedded 3.x', () => {
    let gateway: RawDevice;
    const session = (name: string): string => `/ext/session/${GATEWAYS}/${C3.deviceName}/combine/${name}`;
    const ext = (name: string, { productKey, deviceName }: DeviceIdentity): string =>
      `/ext/${name}/${productKey}/${deviceName}`;
    const sub = (path: string): string => topicOf(c3Meter, path);
    /** Its time is that since the device was started. */
    const uptime = '31415';

    /** What the data model of a device subscribes, one packet each; a sub-device's goes over its gateway device. */
    const ofDevice = (device: DeviceIdentity): string[] => [
      ...[
        'thing/event/+/post_reply',
        'thing/service/property/set',
        'thing/service/+',
        'thing/deviceinfo/update_reply',
        'thing/deviceinfo/delete_reply',
        'thing/dynamicTsl/get_reply',
        'rrpc/request/+',
        'thing/model/down_raw',
        'thing/model/up_raw_reply',
      ].map((path) => topicOf(device, path)),
      `${ext('ntp', device)}/response`,
      ext('error', device),
    ];
    const OF_GATEWAY = [
      'thing/topo/add/notify',
      'thing/gateway/permit',
      'thing/sub/register_reply',
      'thing/proxy/provisioning/product_register_reply',
      'thing/sub/unregister_reply',
      'thing/topo/add_reply',
      'thing/topo/delete_reply',
      'thing/topo/get_reply',
      'thing/list/found_reply',
      session('login_reply'),
      session('logout_reply'),
      'thing/disable',
      'thing/enable',
      'thing/delete',
    ];
    const subscribe = async (filters: readonly string[]): Promise<void> => {
      gateway.subscribe(
        filters.map((filter) => [filter]),
        0,
      );
      expect(await gateway.granted(filters.length)).toEqual(filters.map(() => 0));
    };
    const request = (id: number, params: string, method: string): string =>
      `{"id":"${id}","version":"1.0","params":${params},"method":"${method}"}`;

    const login = (id: number): string => {
      const clientId = `${METERS}.${c3Meter.deviceName}|_ss=1,_v=sdk-c-3.2.0|`;
      const signed = upperSign(c3Meter.deviceSecret, clientIdContent(clientId, c3Meter, uptime));
      const params = `{"productKey":"${METERS}","deviceName":"${c3Meter.deviceName}","clientId":"${clientId}","timestamp":"${uptime}","signMethod":"hmacSha256","sign":"${signed}","cleanSession":"true"}`;
      return request(id, params, 'combine.login');
    };

    test('subscribes, registers its sub-device, and adds it', async () => {
      const pairs = { _v: 'sdk-c-3.2.0', lan: 'C', gw: '0', ext: '0' };
      gateway = await RawDevice.connect(loginOf(C3, pairs), { clean: false, keepalive: 120 });
      await subscribe([...ofDevice(C3), ...OF_GATEWAY]);

      const register = request(1, listOf(c3Meter), 'thing.sub.register');
      expect(await exchange(gateway, 'thing/sub/register', register)).toMatch(
        new RegExp(
          `^${replyText('1', 'thing.sub.register', `\\[${registered(c3Meter)}\\]`).replace(/^\{|\}$/g, '\\$&')}$`,
        ),
      );

      const clientId = `${METERS}.${c3Meter.deviceName}`;
      const signed = upperSign(c3Meter.deviceSecret, clientIdContent(clientId, c3Meter, uptime));
      const add = `[{"productKey":"${METERS}","deviceName":"${c3Meter.deviceName}","signmethod":"hmacSha256","sign":"${signed}","timestamp":"${uptime}","clientId":"${clientId}"}]`;
      expect(await exchange(gateway, 'thing/topo/add', request(2, add, 'thing.topo.add'))).toBe(
        replyText('2', 'thing.topo.add', listOf(c3Meter)),
      );
      expect(await exchange(gateway, 'thing/topo/get', request(3, '{}', 'thing.topo.get'))).toBe(
        replyText('3', 'thing.topo.get', listOf(c3Meter)),
      );
    });

    test('a report before the login: 520 on its own /ext/error, and it logs in again', async () => {
      gateway.publish(
        sub('thing/event/property/post'),
        request(4, '{"temperature":20.5}', 'thing.event.property.post'),
        1,
      );
      const { topic, text } = await gateway.next();
      expect(topic).toBe(ext('error', C3));
      expect(text).toMatch(errorText(c3Meter, 520, 'device session error'));
      // Acknowledged, and dropped.
      expect((await gateway.raw.next('puback')).messageId).toBeGreaterThan(0);
      expect(await exchange(gateway, session('login'), login(5))).toBe(
        replyText('5', 'combine.login', nameOf(c3Meter)),
      );
      expect(await latest('temperature', c3Meter)).toBeUndefined();
    });

    test('the sub-device subscribes its own topics over this connection, and reports', async () => {
      await subscribe(ofDevice(c3Meter));
      const post = request(6, '{"temperature":20.5,"light":0}', 'thing.event.property.post');
      expect(await exchange(gateway, sub('thing/event/property/post'), post)).toBe(
        replyText('6', 'thing.event.property.post', '{}'),
      );
      await eventually(async () => expect(await latest('temperature', c3Meter)).toBe(20.5));
    });

    test('a login that is repeated is answered alike', async () => {
      expect(await exchange(gateway, session('login'), login(7))).toBe(
        replyText('7', 'combine.login', nameOf(c3Meter)),
      );
      await eventually(async () => expect(await isOnline(c3Meter)).toBe(true));
    });

    test('a property set, with the four members that it demands', async () => {
      const set = { ...keyOf(c3Meter), data: '{"light":1}', shadowControl: 1, syncTimeout: 60 };
      const sent = interact().propertyControlSend(set, PATIENT);
      const { topic, text, qos } = await gateway.next();
      expect([topic, qos]).toEqual([sub('thing/service/property/set'), 0]);
      expect(text).toMatch(
        /^\{"method":"thing\.service\.property\.set","id":"\d{1,10}","params":\{"light":1\},"version":"1\.0\.0"\}$/,
      );
      gateway.publish(`${topic}_reply`, `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
      expect(await sent).toMatchObject({ code: '200' });
    });

    backend.needs('callType', () => {
      test('a synchronous service by RRPC in the default form, since ext has no bit 0', async () => {
        const call = { ...keyOf(c3Meter), actionID: 'echo', inputParams: '{"text":"hello"}' };
        const sent = interact().actionSend({ ...call, option: { requestTimeout: '60' } }, PATIENT);
        const { topic, text } = await gateway.next();
        expect(topic).toMatch(new RegExp(`^${sub('rrpc/request/')}\\d+$`));
        const answer = `{"id":"${findLikeC(text, 'id')}","code":200,"data":{"text":"c"}}`;
        gateway.publish(topic.replace('request', 'response'), answer);
        expect(await sent).toMatchObject({ code: '200', outputParams: '{"text":"c"}' });
      });
    });

    test('logs out, once', async () => {
      const logout = request(8, nameOf(c3Meter), 'combine.logout');
      expect(await exchange(gateway, session('logout'), logout)).toBe(
        replyText('8', 'combine.logout', nameOf(c3Meter)),
      );
      await eventually(async () => expect(await isOnline(c3Meter)).toBe(false));
      expect(findLikeC(await exchange(gateway, session('logout'), logout), 'code')).toBe('520');
    });

    test('says what it has found, and undoes its binding with a bare id and blanks', async () => {
      const found = `[{"productKey":"${METERS}","deviceName":"c3-found"}]`;
      expect(await exchange(gateway, 'thing/list/found', request(10, found, 'thing.list.found'))).toBe(
        replyText('10', 'thing.list.found', '{}'),
      );
      gateway.subscribe([['thing/reset_reply']], 0);
      await gateway.granted(1);
      const reset = '{"id":14, "version":"1.0", "method":"thing.reset", "params":{}}';
      expect(await exchange(gateway, 'thing/reset', reset)).toBe(
        '{"id":14,"code":200,"message":"success","version":"1.0","method":"thing.reset","data":{}}',
      );
    });

    test('unregisters its sub-device, which is its own no more', async () => {
      const unregister = request(11, listOf(c3Meter), 'thing.sub.unregister');
      expect(await exchange(gateway, 'thing/sub/unregister', unregister)).toBe(
        replyText('11', 'thing.sub.unregister', '{}'),
      );
      const refused = await exchange(gateway, session('login'), login(12));
      expect(['id', 'code', 'message', 'data'].map((name) => findLikeC(refused, name))).toEqual([
        '12',
        '6401',
        'topo relation not exist',
        nameOf(c3Meter),
      ]);
      const remove = request(13, listOf(c3Meter), 'thing.topo.delete');
      expect(findLikeC(await exchange(gateway, 'thing/topo/delete', remove), 'code')).toBe('6401');
      await gateway.end();
    });
  });

  describe('Link SDK for C 4.x', () => {
    let gateway: RawDevice;
    const session = (name: string): string => `/ext/session/${GATEWAYS}/${C4.deviceName}/combine/${name}`;
    const sub = (path: string): string => topicOf(c4Meters[0]!, path);
    const now = '1700000000000';
    /** Its messages have no method. */
    const request = (id: string, params: string): string => `{"id":"${id}","version":"1.0","params":${params}}`;
    beforeAll(async () => {
      const pairs = { _ss: '1', _v: 'sdk-c-4.2.0', ext: '3', _conn: 'tls_1f' };
      gateway = await RawDevice.connect(loginOf(C4, pairs), { keepalive: 1200 });
    });
    afterAll(() => gateway?.end());

    test('asks for its topology before all else: an empty id, and params that are a string', async () => {
      expect(await exchange(gateway, 'thing/topo/get', '{"id":"","version":"1.0","params":"{}"}')).toBe(
        replyText('', 'thing.topo.get', '[]'),
      );
    });

    test('registers sub-devices, and others with their ProductSecret', async () => {
      const [one, two] = c4Meters.map(registered);
      const text = await exchange(gateway, 'thing/sub/register', request('1', listOf(...c4Meters)));
      expect(text).toMatch(new RegExp(`"method":"thing\\.sub\\.register","data":\\[${one},${two}\\]\\}$`));

      const random = '0123456789ABCDEF0123';
      const meter: DeviceIdentity = { productKey: METERS, deviceName: 'c4-new' };
      const signed = upperSign(productSecret, dynregContent({ ...meter, random }));
      const proxied = `{"productKey":"${METERS}","deviceName":"c4-new","random":"${random}","signMethod":"hmacSha256","sign":"${signed}"}`;
      const given = await exchange(
        gateway,
        'thing/proxy/provisioning/product_register',
        request('2', `{"proxieds":[${proxied}]}`),
      );
      expect(['id', 'code', 'message'].map((name) => findLikeC(given, name))).toEqual(['2', '200', 'success']);
      expect(given).toMatch(
        new RegExp(
          `"data":\\{"successes":\\[\\{"productKey":"${METERS}","deviceName":"c4-new","deviceSecret":"[^"]+"\\}\\],"failures":\\[\\]\\}\\}$`,
        ),
      );
    });

    test('adds them, two in one message', async () => {
      const items = c4Meters.map((meter) => {
        const clientId = `${METERS}.${meter.deviceName}`;
        const signed = upperSign(meter.deviceSecret, clientIdContent(clientId, meter, now));
        return `{"productKey":"${METERS}","deviceName":"${meter.deviceName}","clientId":"${clientId}","timestamp":"${now}","signmethod":"hmacSha256","sign":"${signed}"}`;
      });
      expect(await exchange(gateway, 'thing/topo/add', request('3', `[${items.join()}]`))).toBe(
        replyText('3', 'thing.topo.add', listOf(...c4Meters)),
      );
    });

    test('logs them in at once: the sign method stands beside the list, and bars inside the clientIds', async () => {
      const items = c4Meters.map((meter) => {
        const clientId = `${METERS}.${meter.deviceName}|_ss=1,_v=sdk-c-4.1.0|`;
        const signed = upperSign(meter.deviceSecret, clientIdContent(clientId, meter, now));
        return `{"productKey":"${METERS}","deviceName":"${meter.deviceName}","clientId":"${clientId}","timestamp":"${now}","cleanSession":"false","sign":"${signed}"}`;
      });
      const params = `{"signMethod":"hmacSha256","deviceList":[${items.join()}]}`;
      expect(await exchange(gateway, session('batch_login'), request('4', params))).toBe(
        replyText('4', 'combine.batch_login', listOf(...c4Meters)),
      );
      await eventually(async () => {
        for (const meter of c4Meters) expect(await isOnline(meter)).toBe(true);
      });
    });

    test('reports of a sub-device are answered unasked', async () => {
      const post = '{"id":"5","version":"1.0","params":{"temperature":21.5},"sys":{"ack":1}}';
      expect(await exchange(gateway, sub('thing/event/property/post'), post)).toBe(
        replyText('5', 'thing.event.property.post', '{}'),
      );
      await eventually(async () => expect(await latest('temperature', c4Meters[0]!)).toBe(21.5));
    });

    test('a property set comes unasked, and its answer is a member short', async () => {
      const set = { ...keyOf(c4Meters[0]!), data: '{"light":1}', shadowControl: 1, syncTimeout: 60 };
      const sent = interact().propertyControlSend(set, PATIENT);
      const { topic, text } = await gateway.next();
      expect([topic, findLikeC(text, 'params')]).toEqual([sub('thing/service/property/set'), '{"light":1}']);
      gateway.publish(`${topic}_reply`, `{"id":"${findLikeC(text, 'id')}","code":200,"data":{}}`);
      expect(await sent).toMatchObject({ code: '200' });
    });

    backend.needs('callType', () => {
      test('a synchronous service on its full topic, since the gateway device’s ext has bit 0', async () => {
        const call = { ...keyOf(c4Meters[0]!), actionID: 'echo', inputParams: '{"text":"hello"}' };
        const sent = interact().actionSend({ ...call, option: { requestTimeout: '60' } }, PATIENT);
        const { topic, text } = await gateway.next();
        expect(topic).toMatch(new RegExp(`^/ext/rrpc/\\d+${sub('thing/service/echo')}$`));
        gateway.publish(topic, `{"id":"${findLikeC(text, 'id')}","code":200,"data":{"text":"HELLO"}}`);
        expect(await sent).toMatchObject({ code: '200', outputParams: '{"text":"HELLO"}' });
      });
    });

    test('one that may not log in keeps all of its message out, and is named', async () => {
      const meter: DeviceIdentity = { productKey: METERS, deviceName: 'c4-foreign' };
      await platform.createDevice(METERS, meter.deviceName, 'secret-of-c4-foreign');
      const clientId = `${METERS}.c4-foreign`;
      const signed = upperSign('secret-of-c4-foreign', clientIdContent(clientId, meter, now));
      const item = `{"productKey":"${METERS}","deviceName":"c4-foreign","clientId":"${clientId}","timestamp":"${now}","cleanSession":"false","sign":"${signed}"}`;
      const params = `{"signMethod":"hmacSha256","deviceList":[${item}]}`;
      const text = await exchange(gateway, session('batch_login'), request('6', params));
      expect(['id', 'code', 'message', 'data'].map((name) => findLikeC(text, name))).toEqual([
        '6',
        '6401',
        'topo relation not exist',
        listOf(meter),
      ]);
    });

    test('logs them out and removes them', async () => {
      const all = listOf(...c4Meters);
      expect(await exchange(gateway, session('batch_logout'), request('7', all))).toBe(
        replyText('7', 'combine.batch_logout', all),
      );
      await eventually(async () => {
        for (const meter of c4Meters) expect(await isOnline(meter)).toBe(false);
      });
      expect(await exchange(gateway, 'thing/topo/delete', request('8', all))).toBe(
        replyText('8', 'thing.topo.delete', all),
      );
    });
  });
});
