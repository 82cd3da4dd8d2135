/** The device ports with real TLS and WebSocket clients; what is spoken on them is echoed. */
import { execFileSync } from 'node:child_process';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { jest } from '@jest/globals';
import { eventually, spawnProgram } from '@alink/testing';
import { createLogger, systemClock } from '@alink/runtime';
import WebSocket from 'ws';
import { AcceptQueue, type AcceptQueueOptions } from '../guard/accept-queue';
import { limits } from '../limits';
import { peerOf, type Peer } from '../link/peer';
import { developmentCertificates } from './development-ca';
import type { DevicePortsConfig } from './config';
import { openDevicePorts, type DevicePorts, type DeviceQueues } from './device-ports';

const dataDir = mkdtempSync(join(tmpdir(), 'alink-ports-'));
const log = createLogger({ name: 'test', level: 'error' });
const base: DevicePortsConfig = {
  HOST: '127.0.0.1',
  DATA_DIR: dataDir,
  MQTT_PORT: 0,
  MQTT_TLS_PORT: 0,
  MQTT_WS_PORT: 0,
  GATEWAY_HTTP_PORT: 0,
  TLS_C_SDK_SUITES: true,
  TLS_OLD_VERSIONS: false,
};

/** Peers of the connections that came through, oldest first. */
const peers: Peer[] = [];
const accept = (conn: Duplex): void => {
  peers.push(peerOf(conn));
  conn.on('error', () => undefined);
  conn.on('data', (chunk: Buffer) => (chunk.toString() === 'bye' ? conn.destroy() : conn.write(chunk)));
};
/** Nothing waits in a usual one longer than it must. */
const queueOf = (options: Partial<AcceptQueueOptions> = {}): AcceptQueue =>
  new AcceptQueue({ ...limits.acceptQueue, perAddress: 0, inTotal: 0, ...options }, systemClock, {
    onDrop: () => undefined,
    onTurn: () => undefined,
  });
const line = queueOf();
const open: DevicePorts[] = [];
const openPorts = async (
  config: Partial<DevicePortsConfig> = {},
  queues: DeviceQueues = { mqtt: line, http: line },
): Promise<DevicePorts> => {
  const ports = await openDevicePorts({ ...base, ...config }, { mqtt: accept, http: accept }, queues, log);
  open.push(ports);
  return ports;
};
afterAll(async () => {
  await Promise.all(open.map((ports) => ports.stop(async () => undefined)));
  rmSync(dataDir, { recursive: true });
});

const dialTls = async (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const ca = readFileSync(join(dataDir, 'tls/ca.crt'));
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca, ...options });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
  return socket;
};
const dialTcp = async (port: number): Promise<Socket> => {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket;
};
const echoes = async (socket: Socket): Promise<boolean> => {
  socket.write('hello');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString() === 'hello';
};

describe('one port for TCP and TLS', () => {
  let ports: DevicePorts;
  beforeAll(async () => {
    ports = await openPorts();
  });

  test('plain TCP', async () => {
    expect(await echoes(await dialTcp(ports.mqtt))).toBe(true);
    expect(peers.at(-1)).toMatchObject({ address: '127.0.0.1', secure: false });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s, with a certificate that the development CA signed',
    async (version) => {
      const socket = await dialTls(ports.mqtt, { minVersion: version, maxVersion: version });
      expect(socket.authorized).toBe(true);
      expect(await echoes(socket)).toBe(true);
      expect(peers.at(-1)).toMatchObject({ address: '127.0.0.1', secure: true });
    },
  );

  test.each(['AES128-SHA', 'AES256-SHA', 'AES128-SHA256', 'AES256-SHA256'])(
    'what the C SDKs offer: TLS 1.2 with RSA key exchange and %s',
    async (ciphers) => {
      const socket = await dialTls(ports.mqtt, { ciphers, maxVersion: 'TLSv1.2' });
      expect(socket.getCipher().name).toBe(ciphers);
      expect(await echoes(socket)).toBe(true);
    },
  );

  test('the RSA certificate is signed with SHA-256', () => {
    const text = execFileSync('openssl', [
      'x509',
      '-in',
      join(dataDir, 'tls/server-rsa.crt'),
      '-noout',
      '-text',
    ]).toString();
    expect(text).toMatch(/Signature Algorithm: sha256WithRSAEncryption/);
  });

  test('an ECDSA key stands beside it', async () => {
    const socket = await dialTls(ports.mqtt, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' });
    expect(socket.getCipher().name).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
    socket.destroy();
  });

  test('TLS 1.1 is refused', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(dialTls(ports.mqtt, old)).rejects.toThrow();
  });

  test('sessions resume by ticket', async () => {
    const first = await dialTls(ports.mqtt, { maxVersion: 'TLSv1.2' });
    const session = first.getSession();
    first.destroy();
    const second = await dialTls(ports.mqtt, { maxVersion: 'TLSv1.2', session });
    expect(second.isSessionReused()).toBe(true);
    second.destroy();
  });

  test('the end of a TLS connection is told with close_notify', async () => {
    const dial = `openssl s_client -connect 127.0.0.1:${ports.mqtt} -tls1_2 -msg -quiet -ign_eof`;
    const client = spawnProgram('sh', ['-c', `printf bye | ${dial}`], {});
    await client.exited;
    expect(client.output).toMatch(/<<< TLS 1.2, Alert.*close_notify/);
  });
});

test('TLS alone on its own port', async () => {
  const ports = await openPorts();
  expect(await echoes(await dialTls(ports.tls))).toBe(true);
  const plain = await dialTcp(ports.tls);
  plain.write('hello');
  await once(plain, 'close');
});

test('TLS 1.0 and 1.1 behind their switch, the C SDK suites behind theirs', async () => {
  const old = await openPorts({ TLS_OLD_VERSIONS: true });
  const socket = await dialTls(old.mqtt, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  expect(socket.getProtocol()).toBe('TLSv1');
  socket.destroy();
  const modern = await openPorts({ TLS_C_SDK_SUITES: false });
  await expect(dialTls(modern.mqtt, { ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' })).rejects.toThrow();
});

describe('WebSocket', () => {
  let ports: DevicePorts;
  beforeAll(async () => {
    ports = await openPorts();
  });
  const dial = async (url: string, protocols?: string[]): Promise<WebSocket> => {
    const socket = new WebSocket(url, protocols, { rejectUnauthorized: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socket;
  };

  test.each(['ws', 'wss'])('%s on one port, any path, both sub-protocols', async (scheme) => {
    for (const [path, protocol] of [
      ['/mqtt', 'mqtt'],
      ['/', 'mqttv3.1'],
      ['/any/path?x=1', 'mqtt'],
    ] as const) {
      const socket = await dial(`${scheme}://127.0.0.1:${ports.ws}${path}`, [protocol]);
      expect(socket.protocol).toBe(protocol);
      socket.send(Buffer.from('hello'));
      const [data] = (await once(socket, 'message')) as [Buffer];
      expect(data.toString()).toBe('hello');
      socket.terminate();
    }
    expect(peers.at(-1)).toMatchObject({ address: '127.0.0.1', secure: scheme === 'wss' });
  });

  test('without a sub-protocol', async () => {
    const socket = await dial(`ws://127.0.0.1:${ports.ws}/mqtt`);
    expect(socket.protocol).toBe('');
    socket.terminate();
  });

  test('a plain HTTP request is told what this port is for', async () => {
    expect((await fetch(`http://127.0.0.1:${ports.ws}/`)).status).toBe(426);
  });
});

describe('PROXY protocol', () => {
  const v1 = 'PROXY TCP4 203.0.113.7 192.0.2.1 4711 1883\r\n';

  test('a trusted proxy tells the true address, in both versions and in pieces', async () => {
    const ports = await openPorts({ PROXY_PROTOCOL_FROM: '10.0.0.0/8, 127.0.0.1' });
    const socket = await dialTcp(ports.mqtt);
    for (const character of v1) socket.write(character);
    expect(await echoes(socket)).toBe(true);
    expect(peers.at(-1)).toMatchObject({ address: '203.0.113.7', port: 4711, secure: false });

    const v2 = Buffer.from(
      '0d0a0d0a000d0a515549540a2121002420010db8000000000000000000000001' +
        '20010db8000000000000000000000002' +
        '1a2b075b',
      'hex',
    );
    const second = await dialTcp(ports.mqtt);
    second.write(v2);
    expect(await echoes(second)).toBe(true);
    expect(peers.at(-1)).toMatchObject({ address: '2001:db8::1', port: 0x1a2b, secure: false });
  });

  test('TLS may follow the header', async () => {
    const ports = await openPorts({ PROXY_PROTOCOL_FROM: '127.0.0.1' });
    const socket = await dialTcp(ports.mqtt);
    socket.write(v1);
    const encrypted = connectTls({ socket, rejectUnauthorized: false });
    await once(encrypted, 'secureConnect');
    expect(await echoes(encrypted)).toBe(true);
    expect(peers.at(-1)).toMatchObject({ address: '203.0.113.7', port: 4711, secure: true });
  });

  test('a proxy that sends no header is closed, and nobody else is believed', async () => {
    const trusting = await openPorts({ PROXY_PROTOCOL_FROM: '127.0.0.1' });
    const silent = await dialTcp(trusting.mqtt);
    silent.write('hello there, no header');
    await once(silent, 'close');
    const distrusting = await openPorts();
    const liar = await dialTcp(distrusting.mqtt);
    liar.write(v1);
    const [echo] = (await once(liar, 'data')) as [Buffer];
    expect(echo.toString()).toBe(v1);
    liar.destroy();
  });

  test('whoever holds up others does so among those of its own address, not among all behind the proxy', async () => {
    // Slots are given back when the connection ends, and one address has at most half of them.
    const line = queueOf({ slots: 2, patienceMs: 60_000 });
    const ports = await openPorts({ PROXY_PROTOCOL_FROM: '127.0.0.1' }, { mqtt: line, http: line });
    const floods = await Promise.all([1, 2, 3].map(() => dialTcp(ports.mqtt)));
    for (const flood of floods) flood.write(`${v1}hello`);
    await eventually(() => expect(line.waiting).toBe(2));
    const other = await dialTcp(ports.mqtt);
    other.write('PROXY TCP4 203.0.113.8 192.0.2.1 4711 1883\r\n');
    expect(await echoes(other)).toBe(true);
    expect(peers.at(-1)).toMatchObject({ address: '203.0.113.8' });
    for (const socket of [...floods, other]) socket.destroy();
  });

  test('an address that is none stops the start, and names the variable', async () => {
    await expect(openPorts({ PROXY_PROTOCOL_FROM: 'proxy.local' })).rejects.toThrow(
      /PROXY_PROTOCOL_FROM.*proxy\.local/,
    );
  });
});

describe('certificates from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alink-cert-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = async (from: string): Promise<{ certFile: string; keyFile: string }> => {
    const { rsa } = await developmentCertificates(join(folder, from), Date.now());
    const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
    writeFileSync(keyFile, rsa.key);
    writeFileSync(certFile, rsa.cert);
    return { certFile, keyFile };
  };
  const fingerprintAt = async (port: number): Promise<string> => {
    const socket = await dialTls(port, { rejectUnauthorized: false });
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };

  test('are reloaded when they change and fit, and live connections stay', async () => {
    const { certFile, keyFile } = await write('first');
    const ports = await openPorts({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile });
    const before = await dialTls(ports.mqtt, { rejectUnauthorized: false });
    const fingerprint = await fingerprintAt(ports.mqtt);
    const error = jest.spyOn(log, 'error');
    writeFileSync(keyFile, (await developmentCertificates(join(folder, 'second'), Date.now())).rsa.key);
    await eventually(() => expect(error.mock.calls.flat().join()).toMatch(/server\.key.*what was read before stays/));
    error.mockRestore();
    expect(await fingerprintAt(ports.mqtt)).toBe(fingerprint);
    await write('second');
    await eventually(async () => expect(await fingerprintAt(ports.mqtt)).not.toBe(fingerprint));
    expect(await echoes(before)).toBe(true);
  });

  test('that cannot be read or do not belong together stop the start, and name the file', async () => {
    const missing = { TLS_CERT_FILE: '/nowhere/a.crt', TLS_KEY_FILE: '/nowhere/a.key' };
    await expect(openPorts(missing)).rejects.toThrow(/\/nowhere\/a\.crt/);
    await expect(openPorts({ TLS_CERT_FILE: '/nowhere/a.crt' })).rejects.toThrow(/set together/);
    const { certFile } = await write('first');
    const { rsa, ecdsa } = await developmentCertificates(join(folder, 'second'), Date.now());
    const otherKey = join(folder, 'other.key');
    writeFileSync(otherKey, rsa.key);
    await expect(openPorts({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: otherKey })).rejects.toThrow(/mismatch/);
    const ecdsaPair = { TLS_ECDSA_CERT_FILE: join(folder, 'ec.crt'), TLS_ECDSA_KEY_FILE: join(folder, 'ec.key') };
    writeFileSync(ecdsaPair.TLS_ECDSA_CERT_FILE, ecdsa.cert);
    writeFileSync(ecdsaPair.TLS_ECDSA_KEY_FILE, ecdsa.key);
    await expect(openPorts(ecdsaPair)).rejects.toThrow(/set TLS_CERT_FILE and TLS_KEY_FILE too/);
  });
});
