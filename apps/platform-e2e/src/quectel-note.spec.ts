/**
 * The AT sessions of the Quectel note ("阿里云 MQTT 与 一机一密 & 一型一密 应用与参考") with the bytes that it prints: ProductKeys,
 * secrets, ClientIDs, passwords, payloads. Masked digits are filled in as the printed signatures prove them; where they
 * cannot be found (4.2.2, 4.2.3) ways-in.spec.ts plays the session with a secret of its own.
 */
import { services } from '@alink/contract';
import { ConnectRefusedError, eventually, PLATFORM_START_MS, SdkDevice } from '@alink/testing';
import { Platform } from './platform';

/** 3.1 and 4.1. The last letter is a small L: only with it the password of 4.1.2 fits. */
const KIT = { productKey: 'i2uqc2dloOl', deviceName: 'device001', secret: 'c4fa40df9c8078073d75a26be2bc8f58' };
/** 4.2.1; the last two letters of the ProductSecret are masked there. */
const METER = { productKey: 'i2uqZnX9tZK', productSecret: 'xTzMxVmm9HUY19Pr', deviceName: 'meter001' };
const METER_SECRET = 'd2a03b64a5e06b051f481136668133cf';

/** 3.2 and the console page after 4.1.3. */
const PROPERTIES = [
  ['Temp', { type: 'float', specs: { min: '-40', max: '120', step: '0.1', unit: '°C' } }],
  ['Humi', { type: 'int', specs: { min: '0', max: '100', step: '1', unit: '%RH' } }],
  ['mlux', { type: 'int', specs: { min: '0', max: '10000', step: '1', unit: 'Lux' } }],
  ['LightStatus', { type: 'bool', specs: { '0': 'off', '1': 'on' } }],
] as const;
const TSL = (productKey: string): string =>
  JSON.stringify({
    schema: 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json',
    profile: { productKey },
    properties: PROPERTIES.map(([identifier, dataType]) => ({
      identifier,
      name: identifier,
      accessMode: 'rw',
      required: false,
      dataType,
    })),
    events: [],
    services: [],
  });

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  for (const [{ productKey }, fields] of [
    [KIT, {}],
    [METER, { secret: METER.productSecret, autoRegister: 2 }],
  ] as const) {
    await platform.createProduct(productKey, fields);
    await platform
      .client(services.productManage)
      .productSchemaTslImport({ productID: productKey, tsl: TSL(productKey) });
  }
  await platform.createDevice(KIT.productKey, KIT.deviceName, KIT.secret);
  await platform.createDevice(METER.productKey, METER.deviceName, METER_SECRET);
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

/** AT+QMTOPEN and AT+QMTCONN; `ssl` as set with AT+QMTCFG="ssl",0,1,2. */
const open = (clientId: string, username: string, password: string, ssl = false): Promise<SdkDevice> =>
  SdkDevice.connect({ port: platform.ports.mqtt, transport: ssl ? 'tls' : 'tcp', clientId, username, password });

/** AT+QMTCFG="aliauth": the modem signs with the triple; the ClientID of AT+QMTCONN is the part before the bar. */
const aliauth = (productKey: string, deviceName: string, secret: string, ssl = false): Promise<SdkDevice> => {
  const login = platform.login(productKey, deviceName, secret, { clientId: deviceName, signMethod: 'hmacmd5' });
  return SdkDevice.connect({ ...login, transport: ssl ? 'tls' : 'tcp' });
};

test('4.1.1: a triple', async () => {
  const device = await aliauth(KIT.productKey, KIT.deviceName, KIT.secret);
  await eventually(async () => expect(await platform.isOnline(KIT.deviceName, KIT.productKey)).toBe(true));
  await device.end();
});

test('4.1.2: the connection parameters of the console, securemode=2 on a plain connection', async () => {
  const clientId = 'i2uqc2dloOl.device001|securemode=2,signmethod=hmacsha256,timestamp=1680937625134|';
  const password = '0309b31761c30d24d37a25558c5604de308c92eb6ac8656a1981f85783fb23db';
  const username = 'device001&i2uqc2dloOl';
  await (await open(clientId, username, password)).end();
  const given = await platform.client(services.deviceAdmin).connectParamsRead({
    productID: KIT.productKey,
    deviceName: KIT.deviceName,
    encrypted: true,
    timestamp: '1680937625134',
  });
  expect(given).toEqual({ clientId, username, password });
});

test('4.1.3: subscribe, report with QoS 0, the reply, and the values on the console', async () => {
  const device = await aliauth(KIT.productKey, KIT.deviceName, KIT.secret);
  const reply = '/sys/i2uqc2dloOl/device001/thing/event/property/post_reply';
  expect(await device.subscribe(reply)).toEqual([0]);
  await device.publish(
    '/sys/i2uqc2dloOl/device001/thing/event/property/post',
    '{"id":"1681363292898","params":{"Temp":23.9,"Humi":69,"mlux":825,"LightStatus":1},"version":"1.0","method":"thing.event.property.post"}',
    0,
  );
  // The same members; their order is that of the SDKs' documents, which no reader of JSON minds.
  expect(JSON.parse((await device.waitFor(reply)).payload.toString())).toEqual({
    code: 200,
    data: {},
    id: '1681363292898',
    message: 'success',
    method: 'thing.event.property.post',
    version: '1.0',
  });
  const shown = (identifier: string) => platform.latest(identifier, KIT.deviceName, KIT.productKey);
  await eventually(async () => expect(await shown('Temp')).toBe(23.9));
  expect([await shown('Humi'), await shown('mlux'), await shown('LightStatus')]).toEqual([69, 825, 1]);
  await device.end();
});

describe('4.2.1: 一型一密, pre-registered', () => {
  const register = (ssl = true): Promise<SdkDevice> =>
    open(
      '864430010001091|securemode=2,authType=register,random=123,signmethod=hmacsha1,instanceId=iot-06z00hxss3rggno|',
      'meter001&i2uqZnX9tZK',
      '25f4b80c3fab2ed6e41644a38f2c5b67eac1b505',
      ssl,
    );

  test('"must be over TLS": CONNACK 2 otherwise', async () => {
    await expect(register(false)).rejects.toEqual(new ConnectRefusedError(2));
  });

  test('the triple comes by itself, lets the modem in, and the device is shown online', async () => {
    const first = await register();
    const { payload } = await first.waitFor('/ext/register');
    expect(JSON.parse(payload.toString())).toEqual({
      deviceSecret: METER_SECRET,
      productKey: METER.productKey,
      deviceName: METER.deviceName,
    });
    await first.end();
    const device = await aliauth(METER.productKey, METER.deviceName, METER_SECRET, true);
    await eventually(async () => expect(await platform.isOnline(METER.deviceName, METER.productKey)).toBe(true));
    await device.end();
    await eventually(() => expect(register()).rejects.toEqual(new ConnectRefusedError(4)));
  });
});
