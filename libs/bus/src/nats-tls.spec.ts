/** NATS over TLS, against the real server: what is asked for is enforced, and what goes wrong has a name. */
import {
  eventually,
  PATIENCE_MS,
  removeFolder,
  startNats,
  temporaryFolder,
  testAuthority,
  type CertificateFilesOfTest,
  type NatsServerOptions,
  type TestAuthority,
  type TestNats,
} from '@alink/testing';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { Bus } from './bus';
import { connectNats } from './nats-bus';
import { natsSettings, type NatsSettings } from './nats-settings';

/** Long enough for what answers at once, on a busy machine; a server that is refused is tried for so long. */
const BRIEFLY_MS = 1500;
const login = { user: 'alink', password: 'p%@ss/w:rd' };
const LOGIN = `${login.user}:${encodeURIComponent(login.password)}@`;

let folder: string;
let ours: TestAuthority;
let foreign: TestAuthority;
let certificate: CertificateFilesOfTest;
let named: CertificateFilesOfTest;
let server: TestNats | undefined;
let bus: Bus | undefined;

beforeAll(async () => {
  folder = temporaryFolder('nats-tls');
  ours = await testAuthority(folder, 'ours');
  foreign = await testAuthority(folder, 'foreign');
  certificate = await ours.issue('server', { commonName: 'nats', names: ['127.0.0.1'] });
  named = await ours.issue('named', { commonName: 'nats', names: ['localhost'] });
});
afterEach(async () => {
  await bus?.close();
  await server?.stop();
  bus = server = undefined;
});
afterAll(() => removeFolder(folder));

/** What was logged, and what the error says, as one text. */
let said = '';
const note = (details: object, message: string) => void (said += `${message} ${inspect(details)}\n`);
const logger = { debug: note, info: note, warn: note, error: note };

const start = async (options: NatsServerOptions): Promise<string> => {
  said = '';
  server = await startNats(options);
  return `127.0.0.1:${new URL(server.url).port}`;
};
const open = async (settings: NatsSettings, connectTimeoutMs = PATIENCE_MS): Promise<Bus> =>
  (bus = await connectNats({ ...settings, name: 'spec', connectTimeoutMs, logger }));
const refusal = async (settings: NatsSettings): Promise<string> => {
  const error = await open(settings, BRIEFLY_MS).catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(Error);
  said += (error as Error).message;
  expect(said).not.toContain('ss/w:rd');
  return (error as Error).message;
};
const trusting = (url: string, shown?: CertificateFilesOfTest, caFile = ours.caFile) =>
  natsSettings({
    NATS_URL: url,
    NATS_CA_FILE: caFile,
    NATS_CERT_FILE: shown?.certFile,
    NATS_KEY_FILE: shown?.keyFile,
  });

test.each(['nats', 'tls'])('%s:// with a CA file is kept over TLS', async (scheme) => {
  const address = await start({ tls: certificate, login });
  const { publishKept } = await open(trusting(`${scheme}://${LOGIN}${address}`));
  expect(await publishKept.call(bus, 'alink.up.0', 'x')).toBe(1);
});

test('a server that went away is found again over TLS', async () => {
  const address = await start({ tls: certificate });
  const { onReconnect } = await open(trusting(`tls://${address}`));
  const back = new Promise<void>((resolve) => onReconnect.call(bus, resolve));
  await server!.restart();
  await back;
});

test('a client certificate is shown to a server that wants one', async () => {
  const address = await start({ tls: { ...certificate, clientCaFile: ours.caFile } });
  const mine = await ours.issue('mine', { commonName: 'dm-rpc' });
  await open(trusting(`tls://${address}`, mine));
});

test('a server that wants a client certificate is named as such', async () => {
  const address = await start({ tls: { ...certificate, clientCaFile: ours.caFile } });
  expect(await refusal(trusting(`tls://${address}`))).toContain('it may want a client certificate (NATS_CERT_FILE');
});

test('a certificate of an unknown authority is not trusted', async () => {
  const address = await start({ tls: certificate, login });
  const message = `NATS at ${address} cannot be used over TLS: its certificate is not trusted (tried for 1.5 s)`;
  expect(await refusal(trusting(`tls://${LOGIN}${address}`, undefined, foreign.caFile))).toBe(message);
  expect(await refusal({ servers: `tls://${LOGIN}${address}` })).toBe(message);
  // What is warned of meanwhile says it too.
  expect(said).toContain('NATS cannot be used over TLS: its certificate is not trusted, trying again');
});

test('a certificate must bear the name or the address that is dialled', async () => {
  const address = await start({ tls: named });
  const wrong = 'its certificate is for another name';
  expect(await refusal(trusting(`tls://${address}`))).toContain(wrong);
  await open(trusting(`tls://${address.replace('127.0.0.1', 'localhost')}`));
  await bus!.close();
  await server!.stop();
  const other = await start({ tls: certificate });
  expect(await refusal(trusting(`tls://${other.replace('127.0.0.1', 'localhost')}`))).toContain(wrong);
  await open(trusting(`tls://127.0.0.2:1,tls://${other}`));
});

/** Greets as a NATS server without TLS does, and keeps what it is sent. */
const plainServer = async (port = 0) => {
  let heard = '';
  let greeted = 0;
  const plain = createServer((socket) => {
    greeted += 1;
    socket.write('INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576}\r\n');
    socket.on('data', (bytes) => (heard += String(bytes))).on('error', () => undefined);
  }).listen(port, '127.0.0.1');
  await once(plain, 'listening');
  return {
    port: (plain.address() as AddressInfo).port,
    heard: () => heard,
    greeted: () => greeted,
    stop: () => plain.close(),
  };
};

test.each([
  ['tls://, alone', (url: string) => ({ servers: `tls://${LOGIN}${url}` })],
  ['tls:// behind nats://', (url: string) => ({ servers: `nats://${LOGIN}${url}, tls://${url}` })],
  ['a CA file', (url: string) => trusting(`nats://${LOGIN}${url}`)],
])('a server in plain text does not get the login when TLS is asked for: %s', async (_case, settings) => {
  const plain = await plainServer();
  said = '';
  expect(await refusal(settings(`127.0.0.1:${plain.port}`))).toMatch(/does not offer TLS, which is asked for/);
  expect(plain.heard()).toBe('');
  plain.stop();
});

test('one that takes the place of a server with TLS does not get it either', async () => {
  const address = await start({ tls: certificate, login });
  await open(trusting(`tls://${LOGIN}${address}`));
  await server!.stop();
  server = undefined;
  const plain = await plainServer(Number(address.split(':')[1]));
  await eventually(() => expect(plain.greeted()).toBeGreaterThan(2));
  expect(plain.heard()).toBe('');
  plain.stop();
});

test('the real server in plain text is refused in the same way', async () => {
  const address = await start({ login });
  expect(await refusal({ servers: `tls://${LOGIN}${address}` })).toMatch(/does not offer TLS, which is asked for/);
  await open({ servers: `nats://${LOGIN}${address}` });
});

test('a wrong login is named as such, and not shown', async () => {
  const address = await start({ tls: certificate, login: { ...login, password: 'another' } });
  expect(await refusal(trusting(`tls://${LOGIN}${address}`))).toBe(
    `NATS at ${address} refuses the login (user and password, or token, in NATS_URL) (tried for 1.5 s)`,
  );
  expect(await refusal(trusting(`tls://${address}`))).toContain('refuses the login');
});

test('a server without JetStream is named as such', async () => {
  const address = await start({ jetstream: false });
  expect(await refusal({ servers: `nats://${address}` })).toBe(
    'stream ALINK cannot be made on NATS: JetStream is not enabled there (nats-server -js)',
  );
});

test.each(['ws', 'wss', 'http', 'rediss'])('%s:// is refused in words', async (scheme) => {
  said = '';
  expect(await refusal({ servers: `${scheme}://${LOGIN}localhost:1` })).toBe(
    `NATS is not spoken over ${scheme}://, only over nats:// and tls://`,
  );
});

describe('settings', () => {
  const url = { NATS_URL: 'tls://localhost' };

  test('a certificate without its key is refused', () => {
    expect(() => natsSettings({ ...url, NATS_CERT_FILE: certificate.certFile })).toThrow(
      'NATS_CERT_FILE and NATS_KEY_FILE must be set together',
    );
  });

  test('a file that is not there, or is no certificate, is named', () => {
    expect(() => natsSettings({ ...url, NATS_CA_FILE: '/nowhere.crt' })).toThrow(
      /^the certificates for NATS cannot be used \(\/nowhere\.crt\): ENOENT/,
    );
    expect(() => natsSettings({ ...url, NATS_CA_FILE: certificate.keyFile })).toThrow(/cannot be used/);
  });
});
