/** What operators do to a device takes effect on its live connection, on whatever node it is. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS, removeFolder, SdkDevice, temporaryFolder } from '@alink/testing';
import { backends } from './backends';
import { connack as connackOf } from './connack';
import type { Platform } from './platform';

const PK = 'lifecycle01';
const SECRET = 'secretoflifecycle';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  let otherMqtt: number;
  let productSecret: string;
  beforeAll(async () => {
    platform = await backend.start();
    otherMqtt = (await platform.startAnotherNode()).mqtt;
    productSecret = await platform.createProduct(PK, { autoRegister: 3 });
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  const devices = () => platform.client(services.deviceManage);
  const admin = () => platform.client(services.deviceAdmin);

  /** Who connects to the first node, and who to the second. */
  const nodes = [
    ['this node', () => platform.ports.mqtt],
    ['another node', () => otherMqtt],
  ] as const;

  /** A device of its own, online on that node. */
  const online = async (deviceName: string, port: number): Promise<SdkDevice> => {
    await platform.createDevice(PK, deviceName, SECRET);
    const device = await platform.connect(PK, deviceName, SECRET, { port });
    await eventually(async () => {
      expect((await devices().deviceInfoRead({ productID: PK, deviceName })).isOnline).toBe('1');
    });
    return device;
  };

  /** CONNACK of a login with that secret; 0 lets in. */
  const connack = (deviceName: string, port: number, secret = SECRET): Promise<number> =>
    connackOf({ ...platform.login(PK, deviceName, secret), port });

  describe.each(nodes)('on %s', (name, portOf) => {
    const suffix = name.startsWith('this') ? 'a' : 'b';

    test('disabled: cut and refused with 5; enabled: let in again', async () => {
      const deviceName = `disable-${suffix}`;
      const device = await online(deviceName, portOf());
      await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 2 });
      await device.closed;
      await eventually(async () => expect(await connack(deviceName, portOf())).toBe(5));
      await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 1 });
      await eventually(async () => expect(await connack(deviceName, portOf())).toBe(0));
    });

    test('deleted: cut and refused with 4', async () => {
      const deviceName = `delete-${suffix}`;
      const device = await online(deviceName, portOf());
      await devices().deviceInfoDelete({ productID: PK, deviceName });
      await device.closed;
      await eventually(async () => expect(await connack(deviceName, portOf())).toBe(4));
    });

    backend.needs('deviceAdmin', () => {
      test('a rotated secret cuts the session made with the old one, which is refused', async () => {
        const deviceName = `rotate-${suffix}`;
        const device = await online(deviceName, portOf());
        const { secret } = await admin().rotateDeviceSecret({ productID: PK, deviceName });
        await device.closed;
        await eventually(async () => expect(await connack(deviceName, portOf())).toBe(4));
        expect(await connack(deviceName, portOf(), secret)).toBe(0);
      });

      test('reset: cut, and not activated any more', async () => {
        const deviceName = `reset-${suffix}`;
        const device = await online(deviceName, portOf());
        await admin().resetDevice({ productID: PK, deviceName });
        await device.closed;
        await eventually(async () => {
          const info = await devices().deviceInfoRead({ productID: PK, deviceName });
          expect(info).toMatchObject({ isOnline: '2', firstLogin: '0' });
        });
      });

      test('a revoked token cuts the session made with it', async () => {
        const deviceName = `token-${suffix}`;
        const device = { productID: PK, deviceName };
        await platform.createDevice(PK, deviceName, SECRET);
        const { iotId, iotToken } = await platform.client(services.credentials).issueIotToken(device);
        const login = { port: portOf(), clientId: `${deviceName}|securemode=-1|`, username: iotId, password: iotToken };
        const session = await SdkDevice.connect(login);
        await admin().revokeToken({ ...device, id: iotId });
        await session.closed;
        await eventually(async () => expect(await connackOf(login)).toBe(3));
      });
    });

    test('presence is right afterwards, with the reason in the status log', async () => {
      const deviceName = `presence-${suffix}`;
      const device = await online(deviceName, portOf());
      const info = await devices().deviceInfoRead({ productID: PK, deviceName });
      expect(Number(info.firstLogin)).toBeGreaterThan(0);
      expect(info.lastIp).toMatch(/127\.0\.0\.1/);
      await devices().deviceInfoUpdate({ productID: PK, deviceName, isEnable: 2 });
      await device.closed;
      await eventually(async () => {
        const after = await devices().deviceInfoRead({ productID: PK, deviceName });
        expect(after.isOnline).toBe('2');
        expect(Number(after.lastOffline)).toBeGreaterThanOrEqual(Number(after.lastLogin));
        expect(await platform.logLines(deviceName, /disabled/, PK)).not.toHaveLength(0);
      });
    });
  });

  test('a device that logs in again takes its session over, and stays online', async () => {
    const first = await online('twice', platform.ports.mqtt);
    const second = await platform.connect(PK, 'twice', SECRET, { port: otherMqtt });
    await first.closed;
    const before = await platform.logLines('twice', /taken over/, PK);
    expect(before.length).toBeLessThanOrEqual(1);
    // The end of the first one is told, too: what is told after it has come shows that it changed nothing.
    await eventually(async () => expect(await platform.logLines('twice', /taken over/, PK)).toHaveLength(1));
    await second.post({ temperature: 7 });
    await eventually(async () => expect(await platform.latest('temperature', 'twice', PK)).toBe(7));
    expect(await platform.isOnline('twice', PK)).toBe(true);
    await second.end();
  });

  test('a disabled product cuts all its devices on both nodes', async () => {
    const both = await Promise.all([online('product-a', platform.ports.mqtt), online('product-b', otherMqtt)]);
    const products = platform.client(services.productManage);
    await products.productInfoUpdate({ productID: PK, status: 2 });
    await Promise.all(both.map(({ closed }) => closed));
    await products.productInfoUpdate({ productID: PK, status: 3 });
    await eventually(async () => expect(await connack('product-a', otherMqtt)).toBe(0));
  });

  backend.needs('deviceAdmin', () => {
    test('a rotated product secret cuts who logged in with the old one, on both nodes, and nobody else', async () => {
      const auto = (deviceName: string, port: number): Promise<SdkDevice> =>
        platform.connect(PK, deviceName, productSecret, {
          ...platform.login(PK, deviceName, productSecret, { securemode: '-2' }),
          port,
        });
      const both = [await auto('auto-a', platform.ports.mqtt), await auto('auto-b', otherMqtt)];
      const bystander = await online('bystander', otherMqtt);
      await admin().rotateProductSecret({ productID: PK });
      await Promise.all(both.map(({ closed }) => closed));
      expect((await bystander.post({ temperature: 1 })).code).toBe(200);
      await bystander.end();
    });

    describe('a certificate', () => {
      let folder: string;
      const file = (name: string): string => join(folder, name);
      const openssl = (args: string) => promisify(execFile)('openssl', args.split(' '), { cwd: folder });
      /** Online on the other node with a certificate of the CA. */
      const onlineWith = async (deviceName: string): Promise<SdkDevice> => {
        await platform.createDevice(PK, deviceName, SECRET);
        await openssl(
          `req -newkey rsa:2048 -nodes -keyout ${deviceName}.key -out ${deviceName}.csr -subj /CN=${deviceName}`,
        );
        const [csr, crt] = [`${deviceName}.csr`, `${deviceName}.crt`];
        await openssl(`x509 -req -in ${csr} -CA ca.crt -CAkey ca.key -CAcreateserial -out ${crt} -days 2`);
        const mqtt = { cert: readFileSync(file(crt)), key: readFileSync(file(`${deviceName}.key`)) };
        const clientId = `${deviceName}|securemode=2,signmethod=hmacsha1|`;
        const login = { clientId, username: `${deviceName}&${PK}`, password: '', port: otherMqtt };
        return SdkDevice.connect({ ...login, transport: 'tls', mqtt });
      };

      beforeAll(async () => {
        folder = temporaryFolder('lifecycle');
        await openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=maker');
        const ca = 'database=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=2\n';
        writeFileSync(file('ca.cnf'), `[ca]\ndefault_ca=d\n[d]\n${ca}`);
        writeFileSync(file('index.txt'), '');
        writeFileSync(file('crlnumber'), '01\n');
        await admin().registerCertificate({ productID: PK, pem: readFileSync(file('ca.crt'), 'utf8') });
      });
      afterAll(() => removeFolder(folder));

      test('that is revoked by its fingerprint, and one that is on a revocation list, cut their sessions', async () => {
        const [one, two, good] = [await onlineWith('x509-a'), await onlineWith('x509-b'), await onlineWith('x509-c')];
        const { stdout } = await openssl('x509 -in x509-a.crt -noout -fingerprint -sha256');
        const fingerprint = stdout.split('=')[1]!.replaceAll(':', '').trim().toLowerCase();
        await admin().revokeCertificate({ productID: PK, fingerprint });
        await one.closed;
        await openssl('ca -config ca.cnf -keyfile ca.key -cert ca.crt -revoke x509-b.crt');
        await openssl('ca -config ca.cnf -keyfile ca.key -cert ca.crt -gencrl -out ca.crl');
        await admin().revokeCertificate({ productID: PK, crl: readFileSync(file('ca.crl'), 'utf8') });
        await two.closed;
        expect((await good.post({ temperature: 1 })).code).toBe(200);
        await good.end();
      });
    });
  });
});
