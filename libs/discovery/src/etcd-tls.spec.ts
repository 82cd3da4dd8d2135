/** etcd over TLS and with its authentication enabled, against the real server. */
import {
  eventually,
  PATIENCE_MS,
  removeFolder,
  startEtcd,
  temporaryFolder,
  testAuthority,
  type CertificateFilesOfTest,
  type EtcdServerOptions,
  type TestAuthority,
  type TestEtcd,
} from '@alink/testing';
import { inspect } from 'node:util';
import { connectEtcd } from './etcd-registry';
import { etcdSettings } from './etcd-settings';
import type { Registry } from './registry';

const PASSWORD = 'hunter2 & more';

let folder: string;
let ours: TestAuthority;
let foreign: TestAuthority;
let certificate: CertificateFilesOfTest;
let etcd: TestEtcd | undefined;
const open: Registry[] = [];

beforeAll(async () => {
  folder = temporaryFolder('etcd-tls');
  ours = await testAuthority(folder, 'ours');
  foreign = await testAuthority(folder, 'foreign');
  certificate = await ours.issue('server', { commonName: 'etcd', names: ['127.0.0.1', 'localhost'] });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
  await etcd?.stop();
  etcd = undefined;
});
afterAll(() => removeFolder(folder));

const start = async (options: EtcdServerOptions): Promise<string> => {
  etcd = await startEtcd(options);
  return etcd.hosts;
};
const tls = (clientCaFile?: string) => ({ ...certificate, caFile: ours.caFile, clientCaFile });

/** What was logged. */
let said = '';
const note = (details: object, message: string) => void (said += `${message} ${inspect(details)}\n`);
const logger = { debug: note, info: note, warn: note, error: note };

const connect = (config: Omit<Parameters<typeof etcdSettings>[0], 'ETCD_HOSTS'>, ...hosts: string[]): Registry => {
  said = '';
  const settings = etcdSettings({ ...config, ETCD_HOSTS: hosts });
  const registry = connectEtcd({ ...settings, logger, ttlSeconds: 60, callTimeoutMs: 2000 });
  open.push(registry);
  return registry;
};
const refusal = async (registry: Registry): Promise<string> => {
  const error = await registry.list('dm.rpc').catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(inspect(error) + said).not.toContain(PASSWORD);
  return (error as Error).message;
};
const registers = async (registry: Registry): Promise<void> => {
  await registry.register('dm.rpc', '10.0.0.1:9081');
  expect([...(await registry.list('dm.rpc')).values()]).toEqual(['10.0.0.1:9081']);
};

test.each(['', 'https://'])('with a CA file TLS is spoken: %s', async (scheme) => {
  const host = await start({ tls: tls() });
  await registers(connect({ ETCD_CA_FILE: ours.caFile }, scheme + host));
});

test('of several hosts one that serves is enough', async () => {
  const host = await start({ tls: tls() });
  await registers(connect({ ETCD_CA_FILE: ours.caFile }, 'https://127.0.0.1:1', `https://${host}`));
});

test('a client certificate is shown, and one is missed by name', async () => {
  const host = await start({ tls: tls(ours.caFile) });
  const mine = await ours.issue('mine', { commonName: 'dm-rpc' });
  const files = { ETCD_CA_FILE: ours.caFile, ETCD_CERT_FILE: mine.certFile, ETCD_KEY_FILE: mine.keyFile };
  await registers(connect(files, host));
  expect(await refusal(connect({ ETCD_CA_FILE: ours.caFile }, host))).toBe(
    `etcd at ${host} cannot be used over TLS: it does not take our client certificate, or wants one`,
  );
});

test('a certificate that is not trusted, or for another name, is named as such', async () => {
  const host = await start({ tls: tls() });
  const untrusted = /cannot be used over TLS: its certificate is not trusted$/;
  expect(await refusal(connect({ ETCD_CA_FILE: foreign.caFile }, host))).toMatch(untrusted);
  expect(await refusal(connect({}, `https://${host}`))).toMatch(untrusted);
  const named = await ours.issue('named', { commonName: 'etcd', names: ['etcd.example'] });
  await etcd!.stop();
  const other = await start({ tls: { ...tls(), ...named } });
  expect(await refusal(connect({ ETCD_CA_FILE: ours.caFile }, other))).toMatch(/its certificate is for another name$/);
});

test('TLS and plain text do not meet', async () => {
  const secured = await start({ tls: tls() });
  expect(await refusal(connect({}, secured))).toContain('it may want TLS (https:// in ETCD_HOSTS)');
  await etcd!.stop();
  const plain = await start({});
  expect(await refusal(connect({ ETCD_CA_FILE: ours.caFile }, `https://${plain}`))).toContain(
    'does not speak TLS there',
  );
});

describe('with authentication', () => {
  const root = { ETCD_USER: 'root', ETCD_PASSWORD: PASSWORD };

  test('the login is used, also over TLS, by calls and watches', async () => {
    const host = await start({ tls: tls(), rootPassword: PASSWORD });
    const one = connect({ ETCD_CA_FILE: ours.caFile, ...root }, `https://${host}`);
    const two = connect({ ETCD_CA_FILE: ours.caFile, ...root }, `https://${host}`);
    const seen: string[] = [];
    await two.watch('dm.rpc', (instances) => void seen.push([...instances.values()].join()));
    await registers(one);
    await eventually(() => expect(seen).toEqual(['', '10.0.0.1:9081']));
  });

  test(
    'a key comes back, and a watch goes on, after etcd has forgotten our token',
    async () => {
      const host = await start({ rootPassword: PASSWORD });
      const registry = connect(root, host);
      await registers(registry);
      const watch = await registry.watch('dm.rpc', () => undefined);
      await etcd!.restart();
      await etcd!.etcdctl('del', '--prefix', 'dm.rpc/');
      await eventually(async () => expect([...(await registry.list('dm.rpc')).values()]).toEqual(['10.0.0.1:9081']));
      await etcd!.etcdctl('put', 'dm.rpc/2', '10.0.0.2:9081');
      await eventually(() => expect([...watch.current.values()]).toContain('10.0.0.2:9081'));
    },
    PATIENCE_MS,
  );

  test('a wrong password, no login and a missing right are named', async () => {
    const host = await start({ rootPassword: PASSWORD });
    expect(await refusal(connect({ ...root, ETCD_PASSWORD: 'wrong' }, host))).toBe(
      `etcd at ${host} refuses the login (ETCD_USER, ETCD_PASSWORD)`,
    );
    expect(said).toContain('etcd refuses the login (ETCD_USER, ETCD_PASSWORD), trying again');
    expect(await refusal(connect({}, host))).toContain('wants a login');
    await etcd!.etcdctl('user', 'add', 'guest:guest');
    expect(await refusal(connect({ ETCD_USER: 'guest', ETCD_PASSWORD: 'guest' }, host))).toContain(
      'does not allow this user the keys of the platform',
    );
  });

  test('a login for an etcd that asks for none is named', async () => {
    const host = await start({});
    expect(await refusal(connect(root, host))).toContain('has its authentication not enabled');
  });
});

test.each([
  [{ ETCD_CERT_FILE: 'x' }, ['a:1'], 'ETCD_CERT_FILE and ETCD_KEY_FILE must be set together'],
  [{ ETCD_USER: 'root' }, ['a:1'], 'ETCD_USER and ETCD_PASSWORD must be set together'],
  [{}, ['https://a:1', 'b:2'], 'ETCD_HOSTS must have https:// before each of its hosts, or before none'],
  [{ ETCD_CA_FILE: 'x' }, ['http://a:1'], 'ETCD_HOSTS says http://a:1, which is plain text'],
  [{ ETCD_CA_FILE: '/nowhere' }, ['a:1'], 'the certificates for etcd cannot be used (/nowhere): ENOENT'],
])('settings %p %p are refused in words', (config, hosts, words) => {
  expect(() => etcdSettings({ ...config, ETCD_HOSTS: hosts })).toThrow(words);
});
