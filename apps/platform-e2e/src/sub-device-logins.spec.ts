/** Every form of a sub-device's login and logout that documents and SDKs of some year have, and what each wrong one hears. */
import { clientIdContent, sign } from '@alink/signing';
import { eventually, PLATFORM_START_MS, subDeviceProof, type AlinkReply, type SdkDevice } from '@alink/testing';
import { services } from '@alink/contract';
import { backends } from './backends';
import { createGateways, gatewayTriple, identityOf, keyOf, meterTriple, METERS, type Triple } from './gateways';
import type { Platform } from './platform';

const GATEWAY = gatewayTriple('forms-gateway');
const TIME = '1700000000000';

interface Form {
  readonly clientId?: string;
  readonly timestamp?: string;
  readonly method?: 'hmacmd5' | 'hmacsha1' | 'hmacsha256';
  /** What is signed, where it is not what the members say. */
  readonly content?: (meter: Triple, clientId: string) => string;
  /** What goes out besides, or instead. */
  readonly members?: Readonly<Record<string, unknown>>;
}

const FORMS: Readonly<Record<string, Form>> = {
  'the Node SDK: a number as timestamp': {
    timestamp: TIME,
    members: { timestamp: Number(TIME), signMethod: 'hmacsha1' },
    method: 'hmacsha1',
  },
  'the C SDK 3.x: how long it is up, and cleanSession as text': {
    clientId: '|_ss=1,_v=sdk-c-3.2.0|',
    timestamp: '31415',
    members: { signMethod: 'hmacsha256', cleanSession: 'true' },
  },
  'the documents: hmacSha256': { timestamp: TIME, members: { signMethod: 'hmacSha256', cleanSession: 'false' } },
  'its name in small letters': { timestamp: TIME, members: { signmethod: 'hmacSha1' }, method: 'hmacsha1' },
  'HMAC-MD5, where no method is named': { timestamp: TIME, method: 'hmacmd5' },
  'sha256, which is HMAC-SHA256': { timestamp: TIME, members: { signMethod: 'Sha256' } },
  'the Android SDK: no timestamp': { members: { signMethod: 'hmacSha256' } },
  'seconds, and a truth value': { timestamp: '1700000000', members: { signMethod: 'hmacSha256', cleanSession: true } },
  'an old edition: cleanSession is signed': {
    timestamp: TIME,
    members: { signMethod: 'hmacSha256', cleanSession: 'true' },
    content: ({ productKey, deviceName }, clientId) =>
      `cleanSessiontrueclientId${clientId}deviceName${deviceName}productKey${productKey}timestamp${TIME}`,
  },
};

/** Params of a login. */
const paramsOf = (meter: Triple, form: Form): Record<string, unknown> => {
  const { clientId: suffix = '', timestamp, method = 'hmacsha256', members = {}, content = clientIdContentOf } = form;
  const clientId = `${meter.productKey}.${meter.deviceName}${suffix}`;
  const signed = sign(method, meter.deviceSecret, content(meter, clientId, timestamp));
  return { ...identityOf(meter), clientId, ...(timestamp && { timestamp }), sign: signed, ...members };
};
const clientIdContentOf = (meter: Triple, clientId: string, timestamp?: string): string =>
  clientIdContent(clientId, meter, timestamp);

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let gateway: SdkDevice;
  const names = Object.keys(FORMS);
  const meterOf = (form: string): Triple => meterTriple(`form-${names.indexOf(form)}`);
  const [METER, DISABLED, FOREIGN] = ['any', 'disabled', 'foreign'].map((name) => meterTriple(`meter-${name}`)) as [
    Triple,
    Triple,
    Triple,
  ];

  beforeAll(async () => {
    platform = await backend.start();
    const meters = [...names.map(meterOf), METER, DISABLED];
    await createGateways(platform, GATEWAY, ...meters, FOREIGN);
    gateway = await platform.connect(GATEWAY.productKey, GATEWAY.deviceName, GATEWAY.deviceSecret);
    const added = await gateway.request(
      'thing/topo/add',
      meters.map((meter) => subDeviceProof(meter)),
    );
    expect(added).toMatchObject({ code: 200, data: meters.map(identityOf) });
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await gateway?.end();
    await platform?.stop();
  });

  const ask = (name: string, params: unknown): Promise<AlinkReply> =>
    gateway.request(`combine/${name}`, params, { qos: 0 });
  const isOnline = ({ deviceName }: Triple) => platform.isOnline(deviceName, METERS);

  test.each(names)('a login as in %s', async (name) => {
    const meter = meterOf(name);
    expect(await ask('login', paramsOf(meter, FORMS[name]!))).toMatchObject({ code: 200, data: identityOf(meter) });
    await eventually(async () => expect(await isOnline(meter)).toBe(true));
  });

  test('lists on the topics for one, as an edition of 2020 has them', async () => {
    const two = names.slice(0, 2).map(meterOf);
    const logins = two.map((meter) => subDeviceProof(meter));
    expect(await ask('login', { deviceList: logins })).toMatchObject({ code: 200, data: two.map(identityOf) });
    expect(await ask('logout', two.map(identityOf))).toMatchObject({ code: 200, data: two.map(identityOf) });
    await eventually(async () => expect([await isOnline(two[0]!), await isOnline(two[1]!)]).toEqual([false, false]));
  });

  test('a logout whose id is a number', async () => {
    const meter = meterOf(names[2]!);
    const topic = gateway.topic('combine/logout');
    await gateway.publish(topic, `{"id":7,"params":${JSON.stringify(identityOf(meter))}}`, 0);
    await eventually(() => {
      const replies = gateway.received.filter((message) => message.topic === `${topic}_reply`);
      expect(replies.at(-1)?.payload.toString()).toBe(
        `{"id":7,"code":200,"message":"success","version":"1.0","method":"combine.logout","data":${JSON.stringify(identityOf(meter))}}`,
      );
    });
  });

  const good = subDeviceProof(METER);
  test.each<[string, unknown, number, unknown]>([
    ['another sign', { ...good, sign: '00' }, 6287, identityOf(METER)],
    ['the secret of another device', subDeviceProof({ ...METER, deviceSecret: 'another' }), 6287, identityOf(METER)],
    ['a method that does not exist', { ...good, signMethod: 'hmacsha999' }, 6292, identityOf(METER)],
    ['a device of another gateway device, or of none', subDeviceProof(FOREIGN), 6401, identityOf(FOREIGN)],
    ['a device that there is not', subDeviceProof(meterTriple('nobody')), 6100, identityOf(meterTriple('nobody'))],
    ['no sign', { ...good, sign: undefined }, 460, identityOf(METER)],
    ['no device', {}, 460, { productKey: '', deviceName: '' }],
    ['names that are no texts', { ...good, deviceName: 7 }, 460, { productKey: METERS, deviceName: '' }],
    ['a list of none', { deviceList: [] }, 460, []],
    ['one twice', { deviceList: [good, good] }, 460, []],
    [
      '51 at once',
      { deviceList: Array.from({ length: 51 }, (_, n) => subDeviceProof(meterTriple(`m-${n}`))) },
      460,
      [],
    ],
  ])('refused: %s', async (_what, params, code, data) => {
    expect(await ask('login', params)).toMatchObject({
      code,
      data,
      message: expect.not.stringMatching(/^success$|^$/),
    });
    expect(await isOnline(METER)).toBe(false);
  });

  test('refused: one of several, which is named, and none is logged in', async () => {
    const refused = await ask('batch_login', { deviceList: [good, subDeviceProof(FOREIGN)] });
    expect(refused).toMatchObject({ code: 6401, data: [identityOf(FOREIGN)] });
    expect((await ask('logout', identityOf(METER))).code).toBe(520);
  });

  test('refused: a disabled device', async () => {
    await platform.client(services.deviceManage).deviceInfoUpdate({ ...keyOf(DISABLED), isEnable: 2 });
    await eventually(async () =>
      expect(await ask('login', subDeviceProof(DISABLED))).toMatchObject({ code: 6204, data: identityOf(DISABLED) }),
    );
  });

  test('refused: the gateway device itself, and what a sub-device says of others', async () => {
    expect((await ask('login', subDeviceProof(GATEWAY))).code).toBeGreaterThan(200);
    const meter = gateway.subDevice(METERS, METER.deviceName);
    expect((await ask('login', good)).code).toBe(200);
    expect((await meter.request('combine/login', subDeviceProof(meterOf(names[0]!)), { qos: 0 })).code).toBe(460);
    expect((await meter.request('thing/topo/get', {})).code).toBe(460);
  });
});
