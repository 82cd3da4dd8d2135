/**
 * Gateway devices with what other clients write: the Python SDK 1.2.13 (`linkkit.py`), a client in Go
 * (github.com/things-go/aliyun-iot) and the Android SDK. The Go client's readers want a text of digits as every id.
 */
import { clientIdContent, dynregContent, sign, type DeviceIdentity, type SignMethod } from '@alink/signing';
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { createGateways, GATEWAYS, gatewayTriple, identityOf, meterTriple, METERS, type Triple } from './gateways';
import type { Platform } from './platform';
import { RawDevice } from './raw-device';
import { errorText, exchange, listOf, nameOf, replyText, topicOf } from './raw-gateway';

const PYTHON = gatewayTriple('python-gateway');
const GO = gatewayTriple('go-gateway');
const ANDROID = gatewayTriple('android-gateway');
const pythonMeter = meterTriple('python-meter');
const goMeter = meterTriple('go-meter');
const androidMeter = meterTriple('android-meter');

/** As `json.dumps` of Python writes it, with blanks. */
const dumps = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `"${name}": ${dumps(member)}`)
    .join(', ')}}`;
};

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let productSecret: string;
  beforeAll(async () => {
    platform = await backend.start();
    productSecret = await createGateways(platform, PYTHON, GO, ANDROID, pythonMeter, goMeter, androidMeter);
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  let gateway: RawDevice;
  afterEach(() => gateway.end());
  const connect = async (
    { productKey, deviceName, deviceSecret }: Triple,
    clientId: string,
    extra: object,
    more: { signMethod?: SignMethod; timestamp?: string } = { timestamp: '1778593628' },
  ) => {
    const options = { clientId, extra, signMethod: 'hmacsha1', timestamp: undefined, ...more };
    gateway = await RawDevice.connect(platform.login(productKey, deviceName, deviceSecret, options));
  };
  const session = ({ deviceName }: DeviceIdentity, name: string): string =>
    `/ext/session/${GATEWAYS}/${deviceName}/combine/${name}`;
  const isOnline = ({ deviceName }: DeviceIdentity) => platform.isOnline(deviceName, METERS);

  test('Python: registers, adds, logs in with a clientId that has bars, reports, logs out, removes', async () => {
    const { deviceName, deviceSecret } = pythonMeter;
    await connect(PYTHON, `${GATEWAYS}&${PYTHON.deviceName}`, { ext: '1', _ss: '1', lan: 'Python', _v: '1.2.13' });
    const ask = (topic: string, id: string, params: unknown, qos: 0 | 1 = 0) =>
      exchange(gateway, topic, dumps({ id, version: '1.0', params }), qos);
    const names = [{ productKey: METERS, deviceName }];

    const registered = await ask('thing/sub/register', '1', names);
    expect(JSON.parse(registered)).toEqual({
      id: '1',
      code: 200,
      message: 'success',
      version: '1.0',
      method: 'thing.sub.register',
      data: [{ iotId: expect.any(String), ...pythonMeter }],
    });

    const random = 'FqP0h3T1xY9sLkB';
    const proxied = { productKey: METERS, deviceName: 'python-new', random, signMethod: 'hmacSha256' };
    const proof = sign('hmacsha256', productSecret, dynregContent(proxied));
    const given = await ask('thing/proxy/provisioning/product_register', '2', {
      proxieds: [{ ...proxied, sign: proof }],
    });
    expect(JSON.parse(given)).toMatchObject({
      code: 200,
      message: 'success',
      data: { successes: [{ productKey: METERS, deviceName: 'python-new' }], failures: [] },
    });

    const timestamp = '1700000000000';
    const signed = (clientId: string) => ({
      sign: sign('hmacsha256', deviceSecret, clientIdContent(clientId, pythonMeter, timestamp)),
    });
    const clientId = `${METERS}.${deviceName}`;
    const add = [{ ...names[0], clientId, timestamp, signmethod: 'hmacSha256', ...signed(clientId) }];
    // With QoS 1, as it reports; all else of a gateway device goes with QoS 0.
    expect(await ask('thing/topo/add', '3', add, 1)).toBe(replyText('3', 'thing.topo.add', listOf(pythonMeter)));
    expect((await gateway.raw.next('puback')).messageId).toBeGreaterThan(0);

    const barred = `${clientId}|lan=Python,_v=2.2.1,_ss=1|`;
    const deviceList = [{ ...names[0], clientId: barred, timestamp, cleanSession: 'false', ...signed(barred) }];
    const login = { signMethod: 'hmacSha256', deviceList };
    expect(await ask(session(PYTHON, 'batch_login'), '4', login)).toBe(
      replyText('4', 'combine.batch_login', listOf(pythonMeter)),
    );
    expect(await ask(topicOf(pythonMeter, 'thing/event/property/post'), '5', { temperature: 21.5 }, 1)).toBe(
      replyText('5', 'thing.event.property.post', '{}'),
    );
    await eventually(async () => expect(await platform.latest('temperature', deviceName, METERS)).toBe(21.5));

    expect(await ask(session(PYTHON, 'batch_logout'), '6', names)).toBe(
      replyText('6', 'combine.batch_logout', listOf(pythonMeter)),
    );
    expect(await ask('thing/topo/delete', '7', names, 1)).toBe(
      replyText('7', 'thing.topo.delete', listOf(pythonMeter)),
    );
  });

  test('Go: as SubDeviceConnect does it, with the subscriptions of both', async () => {
    await connect(
      GO,
      `${GATEWAYS}.${GO.deviceName}`,
      { _v: 'sdk-golang-0.0.1 Beta', lan: 'Golang' },
      { signMethod: 'hmacsha256' },
    );
    const both = (device: DeviceIdentity): string[] => [
      ...[
        'thing/model/up_raw_reply',
        'thing/model/down_raw',
        'thing/property/desired/get_reply',
        'thing/property/desired/delete_reply',
        'thing/event/+/post_reply',
        'thing/event/property/history/post_reply',
        'thing/deviceinfo/update_reply',
        'thing/deviceinfo/delete_reply',
        'thing/service/#',
        'thing/dsltemplate/get_reply',
        'thing/dynamicTsl/get_reply',
        'thing/config/log/get_reply',
        'thing/log/post_reply',
        'thing/config/log/push',
        'rrpc/request/+',
        'thing/config/get_reply',
        'thing/config/push',
      ].map((path) => topicOf(device, path)),
      '/ext/network/probe/+',
      `/ext/error/${device.productKey}/${device.deviceName}`,
    ];
    const ofGateway = [
      `/ext/ntp/${GATEWAYS}/${GO.deviceName}/response`,
      ...['login', 'logout', 'batch_login', 'batch_logout'].map((name) => session(GO, `${name}_reply`)),
      ...[
        '_thing/diag/post_reply',
        'thing/sub/register_reply',
        'thing/event/property/pack/post_reply',
        'thing/topo/add_reply',
        'thing/topo/delete_reply',
        'thing/topo/get_reply',
        'thing/list/found_reply',
        'thing/topo/add/notify',
        'thing/topo/change',
      ],
    ];
    const subscribe = async (filters: readonly string[]): Promise<void> => {
      gateway.subscribe(
        filters.map((filter) => [filter]),
        1,
      );
      expect(await gateway.granted(filters.length)).toEqual(filters.map(() => 1));
    };
    await subscribe([...both(GO), ...ofGateway]);

    let id = 4_000_000_000; // it starts anywhere in 32 bits
    const ask = (topic: string, params: unknown, method: string, qos: 0 | 1 = 1) =>
      exchange(gateway, topic, JSON.stringify({ id: String(++id), version: '1.0', params, method }), qos);
    const timestamp = '1700000000000';
    const clientId = `${METERS}.${goMeter.deviceName}`;
    const proof = {
      clientId,
      timestamp,
      sign: sign('hmacsha256', goMeter.deviceSecret, clientIdContent(clientId, goMeter, timestamp)),
    };
    const named = identityOf(goMeter);
    const registered = await ask('thing/sub/register', [named], 'thing.sub.register');
    expect(JSON.parse(registered)).toMatchObject({ id: String(id), code: 200, data: [goMeter] });
    expect(await ask('thing/topo/add', [{ ...named, ...proof, signmethod: 'hmacsha256' }], 'thing.topo.add')).toBe(
      replyText(String(id), 'thing.topo.add', listOf(goMeter)),
    );
    const login = { ...named, ...proof, signMethod: 'hmacsha256', cleanSession: 'true' };
    expect(await ask(session(GO, 'login'), login, 'combine.login', 0)).toBe(
      replyText(String(id), 'combine.login', nameOf(goMeter)),
    );
    const subscribed = ['thing/disable', 'thing/enable', 'thing/delete'].map((path) => topicOf(goMeter, path));
    await subscribe([...both(goMeter), ...subscribed]);

    const post = topicOf(goMeter, 'thing/event/property/post');
    expect(await ask(post, { temperature: 22.5 }, 'thing.event.property.post')).toBe(
      replyText(String(id), 'thing.event.property.post', '{}'),
    );
    // Its own answer is below "thing/service/#", too, and must not come back: what comes next is the next reply.
    gateway.publish(topicOf(goMeter, 'thing/service/reboot_reply'), '{"id":"1","code":200,"data":"{}"}', 1);
    // Its method is no topic's; the topic decides.
    expect(await ask(session(GO, 'batch_login'), { deviceList: [login] }, 'combine.batch.login', 0)).toBe(
      replyText(String(id), 'combine.batch_login', listOf(goMeter)),
    );
    expect(await ask(session(GO, 'logout'), named, 'combine.logout', 0)).toBe(
      replyText(String(id), 'combine.logout', nameOf(goMeter)),
    );
    gateway.publish(post, '{"id":"1","version":"1.0","params":{"temperature":1}}');
    const { topic, text } = await gateway.next();
    expect(topic).toBe(`/ext/error/${GATEWAYS}/${GO.deviceName}`);
    expect(text).toMatch(errorText(goMeter, 520, 'device session error'));
  });

  test('Android: names the other way round, no timestamp and no cleanSession', async () => {
    await connect(
      ANDROID,
      `${ANDROID.deviceName}&${GATEWAYS}`,
      { _v: '1.7.3', lan: 'Android', os: '12', ext: '1' },
      {},
    );
    const subscribed = ['thing/topo/add_reply', session(ANDROID, 'login_reply'), session(ANDROID, 'logout_reply')];
    gateway.subscribe([subscribed], 0);
    expect(await gateway.granted(1)).toEqual([0, 0, 0]);
    const ask = (topic: string, id: string, params: unknown, method: string) =>
      exchange(gateway, topic, JSON.stringify({ id, version: '1.0', params, method }));
    const clientId = `${androidMeter.deviceName}&${METERS}`;
    const content = clientIdContent(clientId, androidMeter, undefined);
    const proof = {
      ...identityOf(androidMeter),
      clientId,
      sign: sign('hmacsha1', androidMeter.deviceSecret, content).toUpperCase(),
      signMethod: 'hmacsha1',
    };
    expect(await ask('thing/topo/add', '1', [proof], 'thing.topo.add')).toBe(
      replyText('1', 'thing.topo.add', listOf(androidMeter)),
    );
    expect(await ask(session(ANDROID, 'login'), '2', proof, 'combine.login')).toBe(
      replyText('2', 'combine.login', nameOf(androidMeter)),
    );
    await eventually(async () => expect(await isOnline(androidMeter)).toBe(true));
    expect(await ask(session(ANDROID, 'logout'), '3', identityOf(androidMeter), 'combine.logout')).toBe(
      replyText('3', 'combine.logout', nameOf(androidMeter)),
    );
  });
});
