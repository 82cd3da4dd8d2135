/** Every SDK's own CONNECT, over each transport that this SDK uses, against the running platform. */
import { sign, type SignMethod } from '@alink/signing';
import { PLATFORM_START_MS, SdkDevice } from '@alink/testing';
import { Platform } from './platform';

const PK = 'a1XshapesPK';
const DN = 'shape001';
const SECRET = 's3cr3tofshape001';
const NOW = '1778593628940';

type Transport = 'tcp' | 'tls' | 'ws' | 'wss';
interface Shape {
  readonly transports: readonly Transport[];
  /** The whole ClientID; `mode` is 2 over TLS, 3 without. */
  readonly clientId: (mode: 2 | 3) => string;
  readonly method: SignMethod;
  /** What the SDK signs. */
  readonly content: string;
  readonly upper?: boolean;
  readonly clean?: boolean;
  readonly keepalive: number;
}

const content = (clientId: string, timestamp?: string): string =>
  `clientId${clientId}deviceName${DN}productKey${PK}${timestamp === undefined ? '' : `timestamp${timestamp}`}`;

/** Shapes as the SDKs' sources make them; the files are named with the vectors in libs/signing. */
const shapes: Record<string, Shape> = {
  'C SDK 3.0.1': {
    transports: ['tcp', 'tls'],
    clientId: (mode) =>
      `${PK}.${DN}|timestamp=2524608000000,_v=sdk-c-3.0.1,securemode=${mode},signmethod=hmacsha256,lan=C,gw=0,ext=0|`,
    method: 'hmacsha256',
    content: content(`${PK}.${DN}`, '2524608000000'),
    upper: true,
    clean: false,
    keepalive: 120,
  },
  'Link SDK for C 4.2.0': {
    transports: ['tcp', 'tls'],
    clientId: (mode) =>
      `${PK}.${DN}|timestamp=2524608000000,_ss=1,_v=sdk-c-4.2.0,securemode=${mode},signmethod=hmacsha256,ext=3,_conn=tls_1f|`,
    method: 'hmacsha256',
    content: content(`${PK}.${DN}`, '2524608000000'),
    upper: true,
    keepalive: 1200,
  },
  'Link SDK for C 4.1.0 with an assigned id': {
    transports: ['tls'],
    clientId: (mode) =>
      `|timestamp=2524608000000,_ss=1,_v=sdk-c-4.1.0,securemode=${mode},signmethod=hmacsha256,ext=3,_conn=tls_1f|`,
    method: 'hmacsha256',
    content: content('', '2524608000000'),
    upper: true,
    keepalive: 1200,
  },
  'Node SDK 1.2.8': {
    transports: ['tcp', 'tls'],
    clientId: (mode) => `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,timestamp=${NOW},lan=NodeJS,_v=1.2.8|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, NOW),
    clean: false,
    keepalive: 60,
  },
  'Node SDK 1.2.8 in a browser': {
    transports: ['ws', 'wss'],
    clientId: (mode) => `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,timestamp=${NOW},lan=JS|Broswer ,_v=1.2.8|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, NOW),
    clean: false,
    keepalive: 60,
  },
  'Node SDK 1.2.8 in a mini-program': {
    transports: ['wss'],
    clientId: (mode) => `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,timestamp=${NOW},lan=JS|Ali,_v=1.2.8|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, NOW),
    clean: false,
    keepalive: 60,
  },
  'Node SDK 1.2.8 in WeChat': {
    transports: ['wss'],
    clientId: (mode) => `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,timestamp=${NOW},lan=JS|WX,_v=1.2.8|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, NOW),
    clean: false,
    keepalive: 60,
  },
  'Node SDK 1.2.8 elsewhere': {
    transports: ['ws', 'wss'],
    clientId: (mode) => `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,timestamp=${NOW},lan=JS|UNKNOW,_v=1.2.8|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, NOW),
    clean: false,
    keepalive: 60,
  },
  'Node SDK 1.0.1': {
    transports: ['tcp', 'ws'],
    clientId: (mode) =>
      `\n        ${PK}&${DN}_aliyun-iot-device-sdk-js|securemode=${mode},\n        signmethod=hmacsha1,\n        timestamp=${NOW}|\n      `,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}_aliyun-iot-device-sdk-js`, NOW),
    keepalive: 60,
  },
  'Python SDK 1.2.13': {
    transports: ['tcp', 'tls'],
    clientId: (mode) =>
      `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,timestamp=1778593628|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, '1778593628'),
    keepalive: 60,
  },
  'Python SDK 1.2.13 with interface info': {
    transports: ['tls'],
    clientId: (mode) =>
      `${PK}&${DN}|securemode=${mode},signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,sii=wifi:1a2b,timestamp=1778593628|`,
    method: 'hmacsha1',
    content: content(`${PK}&${DN}`, '1778593628'),
    keepalive: 60,
  },
  'Android Link SDK': {
    transports: ['tls'],
    clientId: (mode) => `${DN}&${PK}|securemode=${mode},_v=1.7.3,lan=Android,os=9,signmethod=hmacsha1,ext=1|`,
    method: 'hmacsha1',
    content: content(`${DN}&${PK}`),
    upper: true,
    keepalive: 65,
  },
  'Living platform, C SDK 2.3.0_FY on ESP8266': {
    transports: ['tcp', 'tls'],
    clientId: (mode) =>
      `${PK}.${DN}|securemode=${mode},tokenType=0,token=00,_v=sdk-c-2.3.0_FY_1.6.6,timestamp=2524608000000,signmethod=hmacsha1,lan=C,authtype=custom-ilop,_fy=1.6.6,_ss=1|`,
    method: 'hmacsha1',
    content: content(`${PK}.${DN}`, '2524608000000'),
    clean: false,
    keepalive: 60,
  },
  'QuecPython module': {
    transports: ['tcp'],
    clientId: () => `864430010001091|securemode=3,signmethod=hmacsha256|`,
    method: 'hmacsha256',
    content: content('864430010001091'),
    clean: false,
    keepalive: 300,
  },
};

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.createProduct(PK);
  await platform.createDevice(PK, DN, SECRET);
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

const cases = Object.entries(shapes).flatMap(([name, shape]) =>
  shape.transports.map((transport) => [name, transport, shape] as const),
);

test.each(cases)('%s over %s', async (_name, transport, shape) => {
  const { mqtt, mqttTls, mqttWs } = platform.ports;
  const password = sign(shape.method, SECRET, shape.content);
  // TLS is spoken on the MQTT port and on its own.
  const ports = { tcp: [mqtt], tls: [mqtt, mqttTls], ws: [mqttWs], wss: [mqttWs] }[transport];
  for (const port of ports) {
    const device = await SdkDevice.connect({
      port,
      transport,
      clientId: shape.clientId(transport === 'tls' || transport === 'wss' ? 2 : 3),
      username: `${DN}&${PK}`,
      password: shape.upper ? password.toUpperCase() : password,
      clean: shape.clean,
      keepalive: shape.keepalive,
    });
    expect((await device.post({ temperature: 21.5 })).code).toBe(200);
    await device.end();
  }
});
