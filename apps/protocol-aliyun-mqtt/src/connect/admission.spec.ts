import { deviceCredentials, dynregContent, sign } from '@alink/signing';
import { createHash } from 'node:crypto';
import type { CredentialsSource } from '../directory/credentials-source';
import { DeviceDirectory } from '../directory/device-directory';
import { DirectoryUnavailable, type DeviceEntry, type DirectorySource, type ProductEntry } from '../directory/records';
import { ConnectRate } from '../guard/connect-rate';
import { Admission } from './admission';
import { readAttempt } from './attempt';

const NOW = 1_778_593_628_940;

const product: ProductEntry = {
  productKey: 'aliyun_test_01',
  productID: 'aliyun_test_01',
  secret: 'productsecret01',
  enabled: true,
  autoRegister: 1,
  model: undefined,
};
const device: DeviceEntry = {
  productKey: product.productKey,
  productID: product.productID,
  deviceName: 'dev001',
  secret: 'testsecret001',
  enabled: true,
  registration: 'operator',
  lastClientId: '',
  resetAt: 0,
  tokens: [],
};

/** The platform's side of one case: what dm knows. */
interface World {
  readonly product?: Partial<ProductEntry> | null;
  readonly device?: Partial<DeviceEntry> | null;
  readonly away?: boolean;
  readonly cloudPublisher?: boolean;
  /** ClientID of the device's latest login on this node. */
  readonly latest?: string;
  readonly plainRegistration?: boolean;
  readonly connectsPerMinute?: number;
  readonly credentials?: Partial<CredentialsSource>;
}

const notAsked = (): never => {
  throw new Error('dm.rpc must not be asked for this');
};

const admissionIn = (world: World) => {
  const registered: string[] = [];
  const knownProduct = world.product === null ? [] : [{ ...product, ...world.product }];
  const knownDevice = world.device === null ? [] : [{ ...device, ...world.device }];
  const source: DirectorySource = {
    resolve: async (refs) => {
      if (world.away) throw new DirectoryUnavailable('dm.rpc is away');
      const created = registered.map((deviceName) => ({ ...device, deviceName, registration: 'auto' }));
      return {
        products: knownProduct,
        devices: [...knownDevice, ...created].filter((entry) =>
          refs.some((ref) => ref.deviceName === entry.deviceName),
        ),
      };
    },
    register: async (_of, deviceName) => void registered.push(deviceName),
  };
  const directory = new DeviceDirectory(source, { now: () => NOW });
  const clock = { now: () => NOW };
  const credentials: CredentialsSource = {
    registerDevice: notAsked,
    issueDeviceToken: notAsked,
    issueIotToken: notAsked,
    readIotToken: notAsked,
    resolveCertificate: notAsked,
    deviceToken: async ({ tokens }, clientId) => tokens.find(({ id }) => id === clientId),
    certificateStep: 'register it',
    ...world.credentials,
  };
  const admission = new Admission({
    directory,
    credentials,
    clock,
    connectRate: new ConnectRate(world.connectsPerMinute ?? 0, clock),
    latestLogin: () => world.latest,
    cloudPublisher: world.cloudPublisher ?? true,
    plainRegistration: world.plainRegistration ?? false,
  });
  return { registered, admission };
};

/** The manual's own CONNECT ("阿里云MQTT协议接入", mosquitto example). */
const manual = {
  clientId: 'aliyun_test_01.dev001|securemode=3,signmethod=hmacsha256,timestamp=1778593628940|',
  username: 'dev001&aliyun_test_01',
  password: '87954302c6bbb203f8f386d84574dae4227f1f8cc1bdc8b83407c324edce95c8',
  keepalive: 60 as number | undefined,
  address: '127.0.0.1:50000',
  secure: false,
  certificates: [] as readonly Buffer[],
};
const credentials = (over: Partial<Parameters<typeof deviceCredentials>[0]> = {}) =>
  deviceCredentials({ productKey: 'aliyun_test_01', deviceName: 'dev001', deviceSecret: 'testsecret001', ...over });
const autoCredentials = credentials({ deviceSecret: 'productsecret01', securemode: '-2' });

const decide = (world: World, fields: Partial<typeof manual> = {}) =>
  admissionIn(world).admission.decide(readAttempt({ ...manual, ...fields }));

describe('who gets in', () => {
  test.each([
    ["the manual's device", {}, {}],
    ['upper-case hex', {}, { password: manual.password.toUpperCase() }],
    ['an SDK with the ALINK content', {}, credentials()],
    ['no keepalive to judge (dg.DeviceAuth)', {}, { keepalive: undefined }],
    ['keepalive 30', {}, { keepalive: 30 }],
    ['keepalive 1200', {}, { keepalive: 1200 }],
  ] as const)('%s, as a device', async (_name, world, fields) => {
    expect((await decide(world, fields)).as).toBe('device');
  });

  test('a new device with the ProductSecret, which is created', async () => {
    const { admission, registered } = admissionIn({ device: null, product: { autoRegister: 3 } });
    const verdict = await admission.decide(readAttempt({ ...manual, ...autoCredentials }));
    expect(verdict).toMatchObject({ as: 'device', device: { deviceName: 'dev001', registration: 'auto' } });
    expect(registered).toEqual(['dev001']);
  });

  test('a device made this way also when the switch is off again', async () => {
    const { admission } = admissionIn({ product: { autoRegister: 1 }, device: { registration: 'auto' } });
    expect((await admission.decide(readAttempt({ ...manual, ...autoCredentials }))).as).toBe('device');
  });

  test('no device of a name that cannot be', async () => {
    const { admission, registered } = admissionIn({ device: null, product: { autoRegister: 3 } });
    const signed = deviceCredentials({
      productKey: 'aliyun_test_01',
      deviceName: 'dev 1',
      deviceSecret: 'productsecret01',
      securemode: '-2',
    });
    expect(await admission.decide(readAttempt({ ...manual, ...signed }))).toMatchObject({ refusal: { returnCode: 4 } });
    expect(registered).toEqual([]);
  });

  test('the same device again, which is not created twice', async () => {
    const { admission, registered } = admissionIn({
      product: { autoRegister: 4 },
      device: { registration: 'auto' },
    });
    expect((await admission.decide(readAttempt({ ...manual, ...autoCredentials }))).as).toBe('device');
    expect(registered).toEqual([]);
  });

  test('a cloud publisher with the credentials of the latest login here', async () => {
    const verdict = await decide({ latest: manual.clientId }, { clientId: 'cloud_publisher_001' });
    expect(verdict).toMatchObject({ as: 'cloudPublisher', device: { deviceName: 'dev001' } });
  });

  test('a cloud publisher with the credentials of a device of automatic registration', async () => {
    const world = { latest: autoCredentials.clientId, device: { registration: 'auto' } };
    const verdict = await decide(world, { ...autoCredentials, clientId: 'cloud_publisher_001' });
    expect(verdict.as).toBe('cloudPublisher');
  });

  test('a cloud publisher with the credentials of the latest login that dm knows of', async () => {
    const world = { device: { lastClientId: manual.clientId } };
    expect((await decide(world, { clientId: 'cloud_publisher_001' })).as).toBe('cloudPublisher');
  });
});

describe('who does not', () => {
  const cases: [string, World, Partial<typeof manual>, number, RegExp][] = [
    ['unknown signmethod', {}, { clientId: 'a|securemode=3,signmethod=crc32|' }, 2, /malformed ClientID/],
    ['keepalive 0', {}, { keepalive: 0 }, 2, /keepalive of 0 s/],
    ['keepalive 29', {}, { keepalive: 29 }, 2, /30 to 1200/],
    ['keepalive 1201', {}, { keepalive: 1201 }, 2, /30 to 1200/],
    ['an unserved securemode', {}, { clientId: 'a|securemode=8|' }, 2, /securemode=8/],
    [
      'dynamic registration over plain TCP',
      {},
      {
        clientId: 'a|securemode=2,authType=register,random=1,signmethod=hmacsha1|',
        password: sign(
          'hmacsha1',
          'productsecret01',
          dynregContent({ productKey: 'aliyun_test_01', deviceName: 'dev001', random: '1' }),
        ),
      },
      2,
      /over plain TCP/,
    ],
    [
      'a cloud publisher with the ProductSecret, after a login with a deviceToken',
      { latest: 'KzLKNeWyE7SxiWLuPpZQ000100|securemode=-2,authType=connwl|', device: { registration: 'nwl' } },
      {
        clientId: 'cloud_publisher_001',
        password: sign('hmacmd5', 'productsecret01', 'deviceNamedev001productKeyaliyun_test_01'),
      },
      4,
      /not those of the latest login/,
    ],
    [
      "a cloud publisher with the ProductSecret, for an operator's device",
      { latest: autoCredentials.clientId },
      { ...autoCredentials, clientId: 'cloud_publisher_001' },
      4,
      /not those of the latest login/,
    ],
    [
      'a DeviceName that cannot be',
      {},
      { username: 'dev\u0000001&aliyun_test_01' },
      4,
      /no device can have such names/,
    ],
    [
      'a ProductKey that cannot be',
      {},
      { username: `dev001&${'k'.repeat(60_000)}` },
      4,
      /no device can have such names/,
    ],
    ['a username without &', {}, { username: 'dev001' }, 4, /username/],
    ['an unknown product', { product: null, device: null }, {}, 4, /unknown product/],
    ['an unknown device', { device: null }, {}, 4, /unknown device/],
    ['a wrong secret', { device: { secret: 'other' } }, {}, 4, /HMAC mismatch/],
    ['no password', {}, { password: '' }, 4, /no password/],
    [
      'the ProductSecret for the DeviceSecret',
      {},
      credentials({ deviceSecret: 'productsecret01' }),
      4,
      /signed with the ProductSecret/,
    ],
    [
      'another method than declared',
      {},
      {
        password: credentials({ signMethod: 'hmacsha1', timestamp: '1778593628940', clientId: 'aliyun_test_01.dev001' })
          .password,
      },
      4,
      /signed with hmacsha1, but the ClientID says signmethod=hmacsha256/,
    ],
    ['a password of another length', {}, { password: 'ab'.repeat(20) }, 4, /length of hmacsha1/],
    [
      'a short timestamp, which is no cause',
      {},
      { clientId: manual.clientId.replace('1778593628940', '789') },
      4,
      /HMAC mismatch: the secret, or the signed content/,
    ],
    ['a disabled device', { device: { enabled: false } }, {}, 5, /device is disabled/],
    ['a disabled product', { product: { enabled: false } }, {}, 5, /product is disabled/],
    ['a disabled device with a wrong secret', { device: { enabled: false, secret: 'x' } }, {}, 4, /HMAC/],
    ['anybody while dm.rpc is away and nothing is known', { away: true }, {}, 3, /dm.rpc is away/],
    [
      'securemode=-2 while automatic registration is off',
      { device: null },
      autoCredentials,
      4,
      /autoRegister|automatic registration is off/,
    ],
    [
      'securemode=-2 for a device that an operator created',
      { product: { autoRegister: 3 } },
      autoCredentials,
      4,
      /created by an operator/,
    ],
    [
      'securemode=-2 signed with the DeviceSecret',
      { product: { autoRegister: 3 } },
      credentials({ securemode: '-2' }),
      4,
      /signed with the DeviceSecret/,
    ],
    ['a plain ClientID before the device has logged in', {}, { clientId: 'cloud_publisher_001' }, 4, /latest login/],
    [
      'a plain ClientID with the credentials of an older login',
      { latest: manual.clientId.replace('940', '941') },
      { clientId: 'cloud_publisher_001' },
      4,
      /latest login/,
    ],
    [
      'a plain ClientID while CLOUD_PUBLISHER is off',
      { latest: manual.clientId, cloudPublisher: false },
      { clientId: 'cloud_publisher_001' },
      4,
      /cloud publisher is off/,
    ],
  ];

  test.each(cases)('%s', async (_name, world, fields, returnCode, cause) => {
    const verdict = await decide(world, fields);
    expect(verdict).toMatchObject({ as: 'refused', refusal: { returnCode } });
    const { refusal } = verdict as Extract<typeof verdict, { as: 'refused' }>;
    expect(refusal.cause).toMatch(cause);
    expect(refusal.step).not.toBe('');
    const told = JSON.stringify(refusal);
    for (const secret of ['testsecret001', 'productsecret01', manual.password]) expect(told).not.toContain(secret);
  });
});

describe('dynamic registration (一型一密)', () => {
  /** The Quectel note's CONNECT (4.2.1), signed with this test's ProductSecret. */
  const registration = (authType: string, more: Partial<typeof manual> = {}) => ({
    clientId: `864430010001091|securemode=2,authType=${authType},random=123,signmethod=hmacsha1,instanceId=iot-06z00hxss3rggno|`,
    username: 'dev001&aliyun_test_01',
    password: sign(
      'hmacsha1',
      'productsecret01',
      dynregContent({ productKey: 'aliyun_test_01', deviceName: 'dev001', random: '123' }),
    ),
    secure: true,
    ...more,
  });
  const registers: Partial<CredentialsSource> = {
    registerDevice: async () => ({ outcome: 'registered', deviceSecret: 'd2a03b64a5e06b051f481136668133cf' }),
    issueDeviceToken: async () => ({
      outcome: 'registered',
      clientId: 'KzLKNeWyE7SxiWLuPpZQ000100',
      deviceToken: '^1^1681709523062^c5cce0a49b03685',
    }),
  };

  test('register pushes the triple in compact JSON, keepalive unjudged', async () => {
    const world = { product: { autoRegister: 2 }, credentials: registers };
    expect(await decide(world, registration('register', { keepalive: 5 }))).toMatchObject({
      as: 'registration',
      push: {
        topic: '/ext/register',
        payload:
          '{"productKey":"aliyun_test_01","deviceName":"dev001","deviceSecret":"d2a03b64a5e06b051f481136668133cf"}',
      },
    });
  });

  test.each(['2', '-2'])('regnwl with securemode %s pushes clientId and token', async (mode) => {
    const fields = registration('regnwl');
    const clientId = fields.clientId.replace('securemode=2', `securemode=${mode}`);
    const world = { product: { autoRegister: 3 }, device: null, credentials: registers };
    expect(await decide(world, { ...fields, clientId })).toMatchObject({
      as: 'registration',
      push: {
        topic: '/ext/regnwl',
        payload:
          '{"productKey":"aliyun_test_01","deviceName":"dev001","clientId":"KzLKNeWyE7SxiWLuPpZQ000100","deviceToken":"^1^1681709523062^c5cce0a49b03685"}',
      },
    });
  });

  test.each(['register', 'regnwl'])('%s too often: CONNACK 3, and dm is not asked', async (authType) => {
    let asked = 0;
    const counted =
      <T>(answer: () => Promise<T>) =>
      () => (asked++, answer());
    const { admission } = admissionIn({
      product: { autoRegister: 3 },
      connectsPerMinute: 2,
      credentials: {
        registerDevice: counted(() => registers.registerDevice!(product, '')),
        issueDeviceToken: counted(() => registers.issueDeviceToken!(product, '')),
      },
    });
    const verdicts = [];
    for (let n = 0; n < 4; n++) {
      verdicts.push(await admission.decide(readAttempt({ ...manual, ...registration(authType) })));
    }
    expect(verdicts.map(({ as }) => as)).toEqual(['registration', 'registration', 'refused', 'refused']);
    expect(verdicts.at(-1)).toMatchObject({ refusal: { returnCode: 3 } });
    expect(asked).toBe(2);
  });

  test('over plain TCP only where it is allowed', async () => {
    const world = { product: { autoRegister: 2 }, credentials: registers };
    const plain = registration('register', { secure: false });
    expect(await decide(world, plain)).toMatchObject({ refusal: { returnCode: 2 } });
    expect((await decide({ ...world, plainRegistration: true }, plain)).as).toBe('registration');
  });

  test.each([
    ['a wrong sign', 2, 'register', { password: 'ab'.repeat(20) }, 4],
    ['no random', 2, 'register', { clientId: 'a|securemode=2,authType=register,signmethod=hmacsha1|' }, 2],
    ['registration off', 1, 'register', {}, 4],
    ['no creation at 2', 2, 'regnwl', {}, 4],
  ] as const)('%s: CONNACK, and dm is not asked', async (_name, autoRegister, authType, more, returnCode) => {
    const verdict = await decide({ product: { autoRegister } }, registration(authType, more));
    expect(verdict).toMatchObject({ as: 'refused', refusal: { returnCode } });
  });

  test.each(['register', 'regnwl'])('%s of a name that no device can have: dm is not asked', async (authType) => {
    const password = sign(
      'hmacsha1',
      'productsecret01',
      dynregContent({ productKey: 'aliyun_test_01', deviceName: 'dev 1', random: '123' }),
    );
    const fields = registration(authType, { username: 'dev 1&aliyun_test_01', password });
    const verdict = await decide({ away: true }, fields);
    expect(verdict).toMatchObject({ as: 'refused', refusal: { returnCode: 4 } });
  });

  test.each([
    ['alreadyActive', 4, /reset/],
    ['unknownDevice', 4, /create/],
    ['disabled', 5, /enable/],
  ] as const)('dm says %s', async (outcome, returnCode, step) => {
    const credentials = { registerDevice: async () => ({ outcome, deviceSecret: '' }) };
    const verdict = await decide({ product: { autoRegister: 2 }, credentials }, registration('register'));
    expect(verdict).toMatchObject({ as: 'refused', refusal: { returnCode } });
    expect((verdict as { refusal: { step: string } }).refusal.step).toMatch(step);
  });
});

describe('tokens', () => {
  const salt = Buffer.from('0123456789abcdef');
  const hashOf = (token: string): Buffer => createHash('sha256').update(salt).update(token).digest();
  const deviceToken = '^1^1681709523062^c5cce0a49b03685';
  const issued = { id: 'KzLKNeWyE7SxiWLuPpZQ000100', salt, hash: hashOf(deviceToken), expiresAt: 0 };
  /** The documents' shortest form, and the C SDK's. */
  const connwl = (clientId = issued.id) => ({
    clientId: `${clientId}|securemode=-2,authType=connwl|`,
    password: deviceToken,
  });

  test.each([
    'KzLKNeWyE7SxiWLuPpZQ000100|securemode=-2,authType=connwl|',
    'KzLKNeWyE7SxiWLuPpZQ000100|authType=connwl,securemode=-2,_ss=1,ext=3,_v=sdk-c-4.2.0|',
    'KzLKNeWyE7SxiWLuPpZQ000100|securemode=-2,_v=1,lan=Android,os=9,signmethod=hmacsha1,authType=connwl,ext=1|',
  ])('a deviceToken lets in: %s', async (clientId) => {
    expect((await decide({ device: { tokens: [issued] } }, { ...connwl(), clientId })).as).toBe('device');
  });

  test.each([
    ['another token', { password: `${deviceToken}0` }, [issued]],
    ['the clientId of nobody', connwl('other'), [issued]],
    ['a revoked token', {}, []],
    ['an expired one', {}, [{ ...issued, expiresAt: NOW / 1000 - 1 }]],
  ])('%s does not: CONNACK 4', async (_name, more, tokens) => {
    const verdict = await decide({ device: { tokens } }, { ...connwl(), ...more });
    expect(verdict).toMatchObject({ as: 'refused', refusal: { returnCode: 4 } });
  });

  test('iotId and iotToken let in, and a bad one is CONNACK 3', async () => {
    const token = { id: 'iotid', salt, hash: hashOf('iottoken'), expiresAt: NOW / 1000 + 10 };
    const credentials = {
      readIotToken: async (iotId: string) =>
        iotId === 'iotid' ? { productKey: 'aliyun_test_01', deviceName: 'dev001', token } : undefined,
    };
    const fields = { clientId: 'x|securemode=-1|', username: 'iotid', password: 'iottoken' };
    expect((await decide({ credentials }, fields)).as).toBe('device');
    for (const wrong of [{ password: 'other' }, { username: 'nobody' }]) {
      expect(await decide({ credentials }, { ...fields, ...wrong })).toMatchObject({ refusal: { returnCode: 3 } });
    }
  });
});

describe('X.509', () => {
  const certificates = [Buffer.from('a certificate')];
  const credentials = {
    resolveCertificate: async () => ({ productKey: 'aliyun_test_01', deviceName: 'dev001' }),
  };
  /** The official sample's first CONNECT: an empty triple. */
  const first = { clientId: '.|securemode=2|', username: '', password: '', certificates, secure: true };

  test('a first connect without a triple is told who it is', async () => {
    expect(await decide({ credentials }, first)).toMatchObject({
      as: 'device',
      push: {
        topic: '/ext/auth/identity/response',
        payload: '{"productKey":"aliyun_test_01","deviceName":"dev001"}',
      },
    });
  });

  test('a later one with its names is not', async () => {
    const verdict = await decide({ credentials }, { ...first, username: 'dev001&aliyun_test_01' });
    expect(verdict).toMatchObject({ as: 'device', push: undefined });
  });

  test('the certificate of another device, and of nobody: CONNACK 4', async () => {
    const foreign = await decide({ credentials }, { ...first, username: 'dev002&aliyun_test_01' });
    expect(foreign).toMatchObject({ refusal: { returnCode: 4 } });
    const unknown = await decide({ credentials: { resolveCertificate: async () => undefined } }, first);
    expect(unknown).toMatchObject({ refusal: { returnCode: 4 } });
  });

  test('a certificate that was given to another device no longer stands for this one', async () => {
    let owner = 'dev001';
    const resolveCertificate = async () => ({ productKey: 'aliyun_test_01', deviceName: owner });
    const verdict = await decide({ credentials: { resolveCertificate } }, first);
    const { stillGood, product, device } = verdict as Extract<typeof verdict, { as: 'device' }>;
    expect(await stillGood({ product, device })).toBe(true);
    owner = 'dev002';
    expect(await stillGood({ product, device })).toBe(false);
  });

  test('without a certificate an empty triple is refused', async () => {
    expect(await decide({}, { ...first, certificates: [] })).toMatchObject({ refusal: { returnCode: 4 } });
  });
});
