/**
 * Every way in, as the firmware sends it, with openssl, curl, mosquitto and raw sockets; the sessions of the Quectel note
 * ("阿里云 MQTT 与 一机一密 & 一型一密") with secrets of our own (quectel-note.spec.ts has those whose secrets are known).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { services } from '@alink/contract';
import { dynregContent, sign } from '@alink/signing';
import {
  ConnectRefusedError,
  eventually,
  PLATFORM_START_MS,
  RawMqtt,
  SdkDevice,
  type SdkDeviceOptions,
} from '@alink/testing';
import { backends } from './backends';
import type { Platform } from './platform';

const run = promisify(execFile);

/** ProductKeys of the note; secrets are masked there. */
const METER = { productKey: 'i2uqZnX9tZK' };
const KIT = { productKey: 'i2uq9ORmOSM' };
const HTTP = { productKey: 'i2uqzmkZsLG' };
/** A product at which no device may register. */
const CLOSED = 'closedproduct';

interface Login {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let folder: string;
  /** ProductSecrets by ProductKey. */
  const secrets = new Map<string, string>();
  /** That of an unknown product is any. */
  const secretOf = (productKey: string): string => secrets.get(productKey) ?? 'secretofnoproduct';
  const createProduct = async (productKey: string, autoRegister: number): Promise<void> => {
    secrets.set(productKey, await platform.createProduct(productKey, { autoRegister }));
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alink-ways-'));
    platform = await backend.start();
    await createProduct(METER.productKey, 2);
    await createProduct(KIT.productKey, 3);
    await createProduct(HTTP.productKey, 2);
    await createProduct(CLOSED, 1);
  }, PLATFORM_START_MS);
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true });
  });

  const admin = () => platform.client(services.deviceAdmin);

  /** CONNECT of a registration, as the note's tables compose it. */
  const registration = (
    { productKey }: { readonly productKey: string },
    deviceName: string,
    clientId: string,
    authType: 'register' | 'regnwl',
  ): Login => ({
    clientId: `${clientId}|securemode=${authType === 'register' ? '2' : '-2'},authType=${authType},random=123,signmethod=hmacsha1,instanceId=iot-06z00hxss3rggno|`,
    username: `${deviceName}&${productKey}`,
    password: sign('hmacsha1', secretOf(productKey), dynregContent({ productKey, deviceName, random: '123' })),
  });

  /** Opens a raw connection and sends CONNECT. @returns it with the CONNACK's code */
  const dial = async (login: Login, options: { tls?: boolean; port?: number } = {}) => {
    const { tls = true, port = platform.ports.mqtt } = options;
    const raw = await RawMqtt.open({ port, tls });
    const { clientId, username, password } = login;
    raw.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 120,
      clientId,
      username,
      password: Buffer.from(password),
    });
    const { returnCode } = await raw.next('connack');
    return { raw, returnCode };
  };

  /** Registers and gives what was pushed. */
  const register = async (login: Login): Promise<{ topic: string; text: string; body: Record<string, string> }> => {
    const { raw, returnCode } = await dial(login);
    expect(returnCode).toBe(0);
    const { topic, payload } = await raw.next('publish');
    raw.send({ cmd: 'disconnect' });
    await raw.closed;
    return { topic, text: payload.toString(), body: JSON.parse(payload.toString()) as Record<string, string> };
  };

  const code = async (login: Login, options?: { tls?: boolean }): Promise<number | undefined> => {
    const { raw, returnCode } = await dial(login, options);
    await raw.close();
    return returnCode;
  };

  const connect = (login: Login, more: Partial<SdkDeviceOptions> = {}): Promise<SdkDevice> =>
    SdkDevice.connect({ port: platform.ports.mqtt, ...login, ...more });

  backend.needs('deviceAdmin', () => {
    test('the connection parameters that dm.rpc gives let a device in', async () => {
      const { productKey: productID } = KIT;
      await platform.createDevice(productID, 'kit001', 'c1a03b64a5e06b051f481136668133cf');
      const device = { productID, deviceName: 'kit001' };
      const session = await connect(await admin().connectParamsRead({ ...device, signMethod: 'hmacsha1' }));
      const { topics } = await admin().listTopics(device);
      const mine = topics.filter(({ topic, direction }) => direction !== 'up' && !topic.includes('{'));
      expect(mine.length).toBeGreaterThan(20);
      const granted = await session.subscribe(mine.map(({ topic }) => topic));
      expect(granted.filter((qos) => qos > 2)).toEqual([]);
      await session.end();

      const newcomer = { productID, deviceName: 'kit002' };
      const { body } = await register(await admin().connectParamsRead({ ...newcomer, mode: 'REGISTER_FREE' }));
      expect(body).toMatchObject({ productKey: productID, deviceName: 'kit002' });
      const third = { productID, deviceName: 'kit003' };
      const created = await connect(await admin().connectParamsRead({ ...third, mode: 'AUTO_REGISTER' }));
      await created.end();
    });
  });

  describe('一型一密, pre-registered (note 4.2.1)', () => {
    const login = () => registration(METER, 'meter001', '864430010001091', 'register');

    test('a device that does not exist, and a wrong sign: CONNACK 4', async () => {
      expect(await code(login())).toBe(4);
      expect(await code({ ...login(), password: 'ab'.repeat(20) })).toBe(4);
    });

    test('over plain TCP: CONNACK 2', async () => {
      expect(await code(login(), { tls: false })).toBe(2);
    });

    test('CONNACK 0, then the triple at once without SUBSCRIBE, the same again until activation', async () => {
      await platform.createDevice(METER.productKey, 'meter001', 'd2a03b64a5e06b051f481136668133cf');
      await eventually(async () => {
        const { topic, text } = await register(login());
        expect(topic).toBe('/ext/register');
        expect(text).toBe(
          '{"productKey":"i2uqZnX9tZK","deviceName":"meter001","deviceSecret":"d2a03b64a5e06b051f481136668133cf"}',
        );
      });
      await register(login());
    });

    test('the connection can do nothing else, and ends after 15 s', async () => {
      const { raw } = await dial(login());
      await raw.next('publish');
      const since = performance.now();
      const topic = '/sys/i2uqZnX9tZK/meter001/thing/event/property/post';
      raw.send({
        cmd: 'publish',
        topic,
        payload: '{"id":"1","params":{"temperature":1}}',
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
      });
      raw.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: '/sys/i2uqZnX9tZK/meter001/#', qos: 0 }] });
      expect((await raw.next('suback')).granted).toEqual([128]);
      // Once a report behind it is kept, it would have been, too.
      await platform.createDevice(METER.productKey, 'witness', 'secretofwitness');
      const witness = await platform.connect(METER.productKey, 'witness', 'secretofwitness');
      expect((await witness.post({ temperature: 2 })).code).toBe(200);
      await eventually(async () => expect(await platform.latest('temperature', 'witness', METER.productKey)).toBe(2));
      expect(await platform.history('temperature', 'meter001', METER.productKey)).toEqual([]);
      await witness.end();
      await raw.closed;
      // A little may have passed before the credentials arrived here.
      expect(performance.now() - since).toBeGreaterThan(5000);
    }, 60_000); // 15 s pass

    let device: SdkDevice;
    test('the triple lets the device in, and from then on registration is refused', async () => {
      device = await platform.connect(METER.productKey, 'meter001', 'd2a03b64a5e06b051f481136668133cf');
      await eventually(async () => expect(await code(login())).toBe(4));
    });

    backend.needs('deviceAdmin', () => {
      test('until an operator resets it', async () => {
        await admin().resetDevice({ productID: METER.productKey, deviceName: 'meter001' });
        await device.closed;
        await eventually(async () =>
          expect((await register(login())).body.deviceSecret).toBe('d2a03b64a5e06b051f481136668133cf'),
        );
      });
    });
  });

  describe('一型一密, pre-registration-free (note 4.2.2)', () => {
    const login = () => registration(KIT, 'Kit001', 'Kit001', 'regnwl');
    const tokenLogin = (body: Record<string, string>): Login => ({
      clientId: `${body.clientId}|securemode=-2,authType=connwl|`,
      username: `Kit001&${KIT.productKey}`,
      password: body.deviceToken ?? '',
    });
    let first: Record<string, string>;

    test('the device is created, and gets a clientId and a token of the shape seen in the wild', async () => {
      const { topic, text, body } = await register(login());
      expect(topic).toBe('/ext/regnwl');
      expect(Object.keys(body)).toEqual(['productKey', 'deviceName', 'clientId', 'deviceToken']);
      expect(text).not.toMatch(/\s/);
      expect(body.clientId).toMatch(/^[A-Za-z0-9]{26}$/);
      expect(body.deviceToken).toMatch(/^\^1\^\d{13}\^[0-9a-f]{15}$/);
      first = body;
    });

    test('the token lets it in, over TCP and TLS, and a wrong one does not', async () => {
      for (const transport of ['tcp', 'tls'] as const) {
        const device = await connect(tokenLogin(first), { transport });
        expect((await device.post({ temperature: 1 })).code).toBe(200);
        await device.end();
      }
      await expect(connect({ ...tokenLogin(first), password: `${first.deviceToken}0` })).rejects.toEqual(
        new ConnectRefusedError(4),
      );
    });

    backend.needs('deviceAdmin', () => {
      test('a new registration issues a new pair; the operator lists and revokes', async () => {
        const second = (await register(login())).body;
        expect(second.clientId).not.toBe(first.clientId);
        const key = { productID: KIT.productKey, deviceName: 'Kit001' };
        const { tokens } = await admin().listTokens(key);
        expect(tokens.map(({ id }) => id).sort()).toEqual([first.clientId, second.clientId].sort());
        expect(JSON.stringify(tokens)).not.toContain(first.deviceToken);

        const device = await connect(tokenLogin(second));
        await admin().revokeToken({ ...key, id: second.clientId });
        await device.closed;
        await eventually(async () => expect(await code(tokenLogin(second))).toBe(4));
        expect(await code(tokenLogin(first))).toBe(0);
      });
    });

    test('each registration issues a new pair, and there are five live ones at most', async () => {
      const clientIds = new Set([first.clientId]);
      for (let n = 0; n < 4; n++) clientIds.add((await register(login())).body.clientId);
      expect(clientIds.size).toBe(5);
      expect(await code(login())).toBe(4);
      expect(await code(tokenLogin(first))).toBe(0);
    });
  });

  describe('HTTPS (note 4.2.3)', () => {
    const post = async (
      path: string,
      form: string,
      scheme = 'https',
      options: string[] = [],
    ): Promise<{ headers: string; body: string }> => {
      const url = `${scheme}://127.0.0.1:${platform.ports.nodeHttp}${path}`;
      const { stdout } = await run('curl', ['-sk', '-i', '-H', 'Expect:', ...options, '-d', form, url]);
      const [headers = '', body = ''] = stdout.split('\r\n\r\n');
      return { headers, body };
    };
    const form = (over: Record<string, string> = {}): string => {
      const fields = {
        productKey: HTTP.productKey,
        deviceName: 'device001',
        random: '003',
        signMethod: 'hmacsha1',
        ...over,
      };
      const { productKey, deviceName, random } = fields;
      const signed = sign('hmacsha1', secretOf(productKey), dynregContent({ productKey, deviceName, random }));
      return new URLSearchParams({ ...fields, sign: over.sign ?? signed }).toString();
    };

    test('a device fetches its secret: member order, Content-Length, no chunks, short enough for old clients', async () => {
      await platform.createDevice(HTTP.productKey, 'device001', '3c35df4417faf854be8e780536d84c23');
      await eventually(async () => {
        const { headers, body } = await post('/auth/register/device', form());
        expect(body).toBe(
          '{"code":200,"data":{"productKey":"i2uqzmkZsLG","deviceName":"device001","deviceSecret":"3c35df4417faf854be8e780536d84c23"},"message":"success"}',
        );
        expect(headers).toMatch(/^HTTP\/1\.1 200/);
        expect(headers).toMatch(new RegExp(`content-length: ${body.length}`, 'i'));
        expect(headers).not.toMatch(/transfer-encoding/i);
        expect(body.length).toBeLessThanOrEqual(255);
      });
    });

    test.each([
      ['no random', { random: '' }, 460],
      ['no signMethod', { signMethod: '' }, 460],
      ['an endless body', { random: '0'.repeat(100_000) }, 460],
      ['an unknown product', { productKey: 'nosuchproduct' }, 6250],
      ['registration off', { productKey: CLOSED }, 6288],
      ['an unknown device', { deviceName: 'device404' }, 6100],
      ['a wrong sign', { sign: 'ab'.repeat(20) }, 6600],
      ['an unknown signMethod', { signMethod: 'crc32' }, 6292],
    ])('%s: the code in the body', async (_name, over, expected) => {
      const { headers, body } = await post('/auth/register/device', form(over));
      expect(headers).toMatch(/^HTTP\/1\.1 200/);
      expect(body).toMatch(new RegExp(`^{"code":${expected},`));
    });

    test('plain HTTP is refused', async () => {
      expect((await post('/auth/register/device', form(), 'http')).body).toMatch(/^{"code":460,/);
    });

    test('an activated device: 6289', async () => {
      await (await platform.connect(HTTP.productKey, 'device001', '3c35df4417faf854be8e780536d84c23')).end();
      await eventually(async () =>
        expect((await post('/auth/register/device', form())).body).toMatch(/^{"code":6289,/),
      );
    });

    let again: SdkDevice;
    let iotLogin: Login;
    test('HTTPS authentication gives iotId and iotToken, which let in, after a restart too', async () => {
      const fields = {
        clientId: `${HTTP.productKey}.device001`,
        deviceName: 'device001',
        productKey: HTTP.productKey,
        timestamp: '2524608000000',
      };
      const content = Object.entries(fields)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => name + value)
        .join('');
      const signed = sign('hmacsha256', '3c35df4417faf854be8e780536d84c23', content);
      const request = { ...fields, sign: signed, signmethod: 'hmacsha256', version: 'default', resources: 'mqtt' };
      const { body } = await post('/auth/devicename', new URLSearchParams(request).toString());
      expect(body.length).toBeLessThanOrEqual(300);
      const { data } = JSON.parse(body) as {
        data: { iotId: string; iotToken: string; resources: { mqtt: { host: string; port: number } } };
      };
      expect(data.resources.mqtt).toEqual({ host: '127.0.0.1', port: platform.ports.mqtt });
      // HTTP/1.0 without a Host, and the JSON body of the Link SDK for C 4.x.
      for (const [form, ...options] of [
        [new URLSearchParams(request).toString(), '-0', '-H', 'Host:'],
        [JSON.stringify({ ...request, timestamp: Number(fields.timestamp) }), '-H', 'Content-Type: application/json'],
      ] as const) {
        const again = await post('/auth/devicename', form, 'https', options);
        expect(JSON.parse(again.body)).toMatchObject({
          code: 200,
          data: { resources: { mqtt: { host: '127.0.0.1' } } },
        });
      }

      const login = { clientId: `${fields.clientId}|securemode=-1|`, username: data.iotId, password: data.iotToken };
      const options = { productKey: HTTP.productKey, deviceName: 'device001' };
      const device = await connect(login, options);
      expect((await device.post({ temperature: 2 })).code).toBe(200);
      expect(await code({ ...login, password: 'wrong' })).toBe(3);

      const wrong = new URLSearchParams({ ...request, sign: 'ab'.repeat(32) }).toString();
      expect((await post('/auth/devicename', wrong)).body).toMatch(/^{"code":401,/);

      await platform.restart();
      again = await connect(login, options);
      iotLogin = login;
    });

    backend.needs('deviceAdmin', () => {
      test('until an operator revokes them', async () => {
        const { username: id } = iotLogin;
        await admin().revokeToken({ productID: HTTP.productKey, deviceName: 'device001', id });
        await again.closed;
        await eventually(async () => expect(await code(iotLogin)).toBe(3));
      });
    });
  });

  describe('X.509', () => {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
    const file = (name: string): string => join(folder, name);
    const mtls = (name: string): Partial<SdkDeviceOptions> => ({
      transport: 'tls',
      mqtt: { cert: readFileSync(file(`${name}.crt`)), key: readFileSync(file(`${name}.key`)) },
    });
    /** The official sample's first CONNECT: no triple. */
    const first: Login = { clientId: '.|securemode=2|', username: '', password: '' };

    beforeAll(async () => {
      await openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        'ca.key',
        '-out',
        'ca.crt',
        '-days',
        '2',
        '-subj',
        '/CN=maker',
      );
      for (const name of ['x509a', 'x509b']) {
        await platform.createDevice(METER.productKey, name, `secretof${name}`);
        await openssl(
          'req',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          `${name}.key`,
          '-out',
          `${name}.csr`,
          '-subj',
          `/CN=${name}`,
        );
        await openssl(
          'x509',
          '-req',
          '-in',
          `${name}.csr`,
          '-CA',
          'ca.crt',
          '-CAkey',
          'ca.key',
          '-CAcreateserial',
          '-out',
          `${name}.crt`,
          '-days',
          '2',
        );
      }
    });

    test('an unknown certificate: CONNACK 4; an empty triple without one: CONNACK 4', async () => {
      await expect(connect(first, mtls('x509a'))).rejects.toEqual(new ConnectRefusedError(4));
      expect(await code(first)).toBe(4);
    });

    test('one registered for a device: told who it is, then a session like any other', async () => {
      const pem = readFileSync(file('x509a.crt'), 'utf8');
      await platform.registerCertificate(METER.productKey, 'x509a', pem);
      const device = await connect(first, { ...mtls('x509a'), productKey: METER.productKey, deviceName: 'x509a' });
      const told = await device.waitFor('/ext/auth/identity/response');
      expect(told.payload.toString()).toBe('{"productKey":"i2uqZnX9tZK","deviceName":"x509a"}');
      expect((await device.post({ temperature: 3 })).code).toBe(200);
      await device.end();
    });

    backend.needs('productCa', () => {
      test('one signed by a CA registered for the product; as another device it is refused', async () => {
        const pem = readFileSync(file('ca.crt'), 'utf8');
        await admin().registerCertificate({ productID: METER.productKey, pem });
        const later = { clientId: 'x|securemode=2,signmethod=hmacsha1,timestamp=1|', password: '' };
        const device = await connect({ ...later, username: `x509b&${METER.productKey}` }, mtls('x509b'));
        expect((await device.post({ temperature: 4 })).code).toBe(200);
        await device.end();
        await expect(connect({ ...later, username: `x509a&${METER.productKey}` }, mtls('x509b'))).rejects.toEqual(
          new ConnectRefusedError(4),
        );
      });

      test('a revoked one is refused', async () => {
        const { stdout } = await openssl('x509', '-in', 'x509b.crt', '-noout', '-fingerprint', '-sha256');
        const fingerprint = stdout.split('=')[1]!.replaceAll(':', '').trim().toLowerCase();
        await admin().revokeCertificate({ productID: METER.productKey, fingerprint });
        await eventually(async () => {
          await expect(connect(first, mtls('x509b'))).rejects.toEqual(new ConnectRefusedError(4));
        });
      });
    });
  });

  test('the mosquitto clients over TLS and WebSocket', async () => {
    await platform.createDevice(METER.productKey, 'mosquitto', 'secretofmosquitto');
    const { clientId, username, password } = platform.login(METER.productKey, 'mosquitto', 'secretofmosquitto');
    const topic = `/sys/${METER.productKey}/mosquitto/thing/event/property/post`;
    const ca = join(platform.dataDir, 'tls/ca.crt');
    const publish = (port: number, temperature: number) =>
      run('mosquitto_pub', [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '--cafile',
        ca,
        '-i',
        clientId,
        '-u',
        username,
        '-P',
        password,
        '-q',
        '1',
        '-t',
        topic,
        '-m',
        `{"id":"1","params":{"temperature":${temperature}}}`,
      ]);
    for (const [index, port] of [platform.ports.mqtt, platform.ports.mqttTls].entries()) {
      await publish(port, 50 + index);
      await eventually(async () => {
        const { list } = await platform
          .client(services.deviceMsg)
          .propertyLatestIndex({ productID: METER.productKey, deviceName: 'mosquitto', dataIDs: ['temperature'] });
        expect(list[0]?.value).toBe(String(50 + index));
      });
    }
    for (const [transport, port] of [
      ['ws', platform.ports.mqttWs],
      ['wss', platform.ports.mqttWs],
    ] as const) {
      const device = await connect({ clientId, username, password }, { transport, port });
      expect((await device.post({ temperature: 60 })).code).toBe(200);
      await device.end();
    }
  });

  test('no secret, token or password stands in any log', () => {
    for (const secret of [...secrets.values(), 'd2a03b64a5e06b051f481136668133cf', '^1^']) {
      expect(platform.output).not.toContain(secret);
    }
  });
});
