/** 一型一密 as each SDK does it: its CONNECT of the registration, then the login with what it was given. */
import { sign, type SignMethod } from '@alink/signing';
import { ConnectRefusedError, PLATFORM_START_MS, SdkDevice } from '@alink/testing';
import { backends } from './backends';
import type { Platform } from './platform';

const PK = 'a1XregisterPK';

interface RegisteringSdk {
  /** ClientIDs of the two steps, for the device's name or for the clientId that it was given. */
  readonly registration: (deviceName: string, authType: 'register' | 'regnwl') => string;
  readonly login: (clientId: string) => string;
  readonly method: SignMethod;
  readonly upper?: boolean;
  readonly keepalive: number;
}

/** Link SDK for C 4.x, aiot_dynregmq_api.c; Python SDK, linkkit.py; Android Link SDK; the documents' minimum. */
const sdks: Record<string, RegisteringSdk> = {
  'Link SDK for C 4.2.0': {
    registration: (name, authType) =>
      `${name}.${PK}|random=42,authType=${authType},securemode=2,signmethod=hmacsha256,instanceId=iot-06z00|`,
    login: (id) => `${id}|authType=connwl,securemode=-2,_ss=1,ext=3,_v=sdk-c-4.2.0|`,
    method: 'hmacsha256',
    upper: true,
    keepalive: 1200,
  },
  'Python SDK 1.2.13': {
    registration: (name, authType) =>
      `${name}.${PK}|random=42,authType=${authType},securemode=2,signmethod=hmacsha256,instanceId=|`,
    login: (id) => `${id}|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|`,
    method: 'hmacsha256',
    keepalive: 60,
  },
  'Android Link SDK': {
    registration: (name, authType) =>
      `${name}&${PK}|securemode=2,authType=${authType},random=42,signmethod=hmacsha1,instanceId=iot-06z00|`,
    login: (id) => `${id}|securemode=-2,_v=1.7.3,lan=Android,os=12,signmethod=hmacsha1,authType=connwl,ext=1|`,
    method: 'hmacsha1',
    upper: true,
    // Not checked while registering.
    keepalive: 0,
  },
  'the documents': {
    registration: (name, authType) => `${name}-sn|securemode=-2,authType=${authType},random=42,signMethod=HmacMD5|`,
    login: (id) => `${id}|securemode=-2,authType=connwl|`,
    method: 'hmacmd5',
    keepalive: 300,
  },
};
const names = Object.keys(sdks);
const nameOf = (sdk: string, suffix: string): string => `sdk${names.indexOf(sdk)}${suffix}`;

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let productSecret: string;
  beforeAll(async () => {
    platform = await backend.start();
    productSecret = await platform.createProduct(PK, { autoRegister: 3 });
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  /** The first step. @returns what was pushed */
  const register = async (
    { registration, method, upper = false, keepalive }: RegisteringSdk,
    deviceName: string,
    authType: 'register' | 'regnwl',
    transport: 'tls' | 'wss',
  ): Promise<Record<string, string>> => {
    const password = sign(method, productSecret, `deviceName${deviceName}productKey${PK}random42`);
    const device = await SdkDevice.connect({
      port: transport === 'tls' ? platform.ports.mqtt : platform.ports.mqttWs,
      transport,
      clientId: registration(deviceName, authType),
      username: `${deviceName}&${PK}`,
      password: upper ? password.toUpperCase() : password,
      keepalive,
    });
    const { payload } = await device.waitFor(`/ext/${authType}`);
    await device.end();
    return JSON.parse(payload.toString()) as Record<string, string>;
  };

  describe.each(names)('%s', (name) => {
    const sdk = sdks[name]!;

    test.each(['tls', 'wss'] as const)('pre-registered: fetches its DeviceSecret over %s', async (transport) => {
      const deviceName = nameOf(name, transport);
      const deviceSecret = `secret-of-${deviceName}`;
      await platform.createDevice(PK, deviceName, deviceSecret);
      const pushed = await register(sdk, deviceName, 'register', transport);
      expect(pushed).toEqual({ productKey: PK, deviceName, deviceSecret });
      const device = await platform.connect(PK, deviceName, deviceSecret);
      expect((await device.post({ temperature: 21.5 })).code).toBe(200);
      await device.end();
    });

    test('pre-registration-free: created, and logs in with the token from then on', async () => {
      const deviceName = nameOf(name, 'free');
      const { clientId = '', deviceToken = '', ...who } = await register(sdk, deviceName, 'regnwl', 'tls');
      expect(who).toEqual({ productKey: PK, deviceName });
      const login = { clientId: sdk.login(clientId), username: `${deviceName}&${PK}`, password: deviceToken };
      for (const [transport, port] of [
        ['tls', platform.ports.mqttTls],
        ['tcp', platform.ports.mqtt],
        ['ws', platform.ports.mqttWs],
      ] as const) {
        const device = await SdkDevice.connect({ ...login, transport, port, keepalive: sdk.keepalive || 65 });
        expect((await device.post({ temperature: 21.5 })).code).toBe(200);
        await device.end();
      }
      // The token is this device's alone.
      const otherName = nameOf(name, 'tls');
      const stolen = { ...login, username: `${otherName}&${PK}`, port: platform.ports.mqtt };
      await expect(SdkDevice.connect(stolen)).rejects.toEqual(new ConnectRefusedError(4));
    });
  });
});
