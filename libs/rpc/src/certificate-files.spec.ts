import { createMemoryRegistry } from '@alink/discovery';
import {
  PATIENCE_MS,
  removeFolder,
  temporaryFolder,
  testAuthority,
  type CertificateFilesOfTest,
  type TestAuthority,
} from '@alink/testing';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { checkHealth, connectRpc, expectService, type ClientSecurity, type ServerSecurity } from './index';
import { askOver, closeAll, startAsking, type Asking } from '../test/asking';
import { eventually } from '../test/timed-server';

let folder: string;
let ours: TestAuthority;
let foreign: TestAuthority;
let server: CertificateFilesOfTest;
let gateway: CertificateFilesOfTest;
beforeAll(async () => {
  folder = temporaryFolder('certificates');
  ours = await testAuthority(folder, 'ours');
  foreign = await testAuthority(folder, 'foreign');
  server = await ours.issue('server', { commonName: 'services', names: ['localhost', 'timedjob.rpc'] });
  gateway = await ours.issue('gateway', { commonName: 'gateway' });
});
afterEach(closeAll);
afterAll(() => removeFolder(folder));

const mutual = (): ServerSecurity => ({ tls: { ...server, clientCaFile: ours.caFile } });
const trusting = (shown?: CertificateFilesOfTest, caFile = ours.caFile) => ({ tls: { caFile, ...shown } });
const health = (address: string, security: ClientSecurity) =>
  checkHealth(address, { security, deadlineMs: PATIENCE_MS });
const refused = { unavailable: true, code: 100007 };

describe('a server with a certificate', () => {
  test('speaks TLS with whoever trusts it, and asks nothing', async () => {
    const { actor } = await startAsking({ tls: server });
    expect(await actor(trusting())).toBe('nobody');
  });

  test('is not trusted under another authority, another name, or without TLS', async () => {
    const { actor, channel, address } = await startAsking({ tls: server });
    await expect(actor(trusting(undefined, foreign.caFile))).rejects.toMatchObject(refused);
    await expect(actor()).rejects.toMatchObject(refused);
    await expect(askOver(channel(trusting(), address))).rejects.toMatchObject(refused);
    const named = { tls: { caFile: ours.caFile, serverName: 'localhost' } };
    expect(await askOver(channel(named, address))).toBe('nobody');
  });

  test('is expected to bear the name of its service where it stands in a registry', async () => {
    const { address } = await startAsking({ tls: server });
    const registry = createMemoryRegistry();
    await registry.register('timedjob.rpc', address);
    await registry.register('dm.rpc', address);
    const found = async (service: string, deadlineMs?: number) => {
      const channel = connectRpc(`etcd:///${service}`, { registry, security: trusting() });
      return askOver(channel, deadlineMs).finally(() => channel.close());
    };
    expect(await found('timedjob.rpc')).toBe('nobody');
    // A call that begins before the registry has been heard waits for an instance that can be trusted.
    await expect(found('dm.rpc', 500)).rejects.toMatchObject({ name: 'RpcError' });
    expect(await health(address, expectService(trusting(), 'timedjob.rpc'))).toBe('serving');
    expect(await health(address, expectService(trusting(), 'dm.rpc'))).toBe('unreachable');
  });
});

describe('a server that asks for client certificates', () => {
  test('knows the caller by the common name', async () => {
    const { actor } = await startAsking(mutual());
    expect(await actor(trusting(gateway))).toBe('gateway');
  });

  test('refuses a caller without one, a foreign one and one that has ended', async () => {
    const { actor, address } = await startAsking(mutual());
    const stranger = await foreign.issue('stranger', { commonName: 'gateway' });
    const ended = await ours.issue('ended', { commonName: 'gateway', days: -1 });
    await expect(actor(trusting())).rejects.toMatchObject(refused);
    await expect(actor(trusting(stranger))).rejects.toMatchObject(refused);
    await expect(actor(trusting(ended))).rejects.toMatchObject(refused);
    expect(await health(address, expectService(trusting(), 'localhost'))).toBe('unreachable');
    expect(await health(address, expectService(trusting(gateway), 'localhost'))).toBe('serving');
  });

  test('asks for a token beside it where it has tokens; then the token names the caller', async () => {
    const token = 't'.repeat(32);
    const tokensFile = join(folder, 'tokens');
    writeFileSync(tokensFile, `operator:${token}`, { mode: 0o600 });
    const { actor } = await startAsking({ ...mutual(), tokensFile });
    await expect(actor(trusting(gateway))).rejects.toMatchObject({ code: 100012 });
    await expect(actor({ ...trusting(), token })).rejects.toMatchObject(refused);
    expect(await actor({ ...trusting(gateway), token })).toBe('operator');
  });
});

describe('files that change', () => {
  /** Common name of the certificate that the server shows now. */
  const shownBy = ({ server: { port } }: Asking): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: readFileSync(ours.caFile), servername: 'localhost' });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const { CN } = socket.getPeerCertificate().subject;
        socket.destroy();
        resolve(String(CN));
      });
    });
  const copies = (name: string, { certFile, keyFile }: CertificateFilesOfTest): CertificateFilesOfTest => {
    const copied = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
    copyFileSync(certFile, copied.certFile);
    copyFileSync(keyFile, copied.keyFile);
    return copied;
  };

  test('the server shows its new certificate, and keeps the old one when the new one cannot be used', async () => {
    const files = copies('changing', server);
    const asking = await startAsking({ tls: files });
    expect(await shownBy(asking)).toBe('services');

    const next = await ours.issue('next', { commonName: 'next', names: ['localhost'] });
    copyFileSync(next.certFile, files.certFile);
    await eventually(() => asking.lines.join().includes('the key is not that of the certificate'));
    expect(await shownBy(asking)).toBe('services');

    copyFileSync(next.keyFile, files.keyFile);
    await eventually(async () => (await shownBy(asking)) === 'next');
    expect(await asking.actor(trusting())).toBe('nobody');
  });

  test('the server asks for certificates of the new authority', async () => {
    const clientCaFile = join(folder, 'clients.crt');
    copyFileSync(ours.caFile, clientCaFile);
    const { actor } = await startAsking({ tls: { ...server, clientCaFile } });
    expect(await actor(trusting(gateway))).toBe('gateway');
    copyFileSync(foreign.caFile, clientCaFile);
    const visitor = await foreign.issue('visitor', { commonName: 'visitor' });
    await eventually(async () => (await actor(trusting(visitor)).catch(() => '')) === 'visitor');
    await expect(actor(trusting(gateway))).rejects.toMatchObject(refused);
  });

  test('a channel shows its new certificate when it connects again', async () => {
    const shown = copies('shown', await ours.issue('early', { commonName: 'early', days: -1 }));
    const { channel } = await startAsking(mutual());
    const way = channel(trusting(shown));
    await expect(askOver(way)).rejects.toMatchObject(refused);
    copyFileSync(gateway.keyFile, shown.keyFile);
    copyFileSync(gateway.certFile, shown.certFile);
    await eventually(async () => (await askOver(way).catch(() => '')) === 'gateway');
  });

  test('what does not fit together ends the start in a line without what is in the files', async () => {
    const crossed = { certFile: server.certFile, keyFile: gateway.keyFile };
    await expect(startAsking({ tls: crossed })).rejects.toThrow(
      `the gRPC certificates cannot be used (${crossed.certFile}, ${crossed.keyFile}): the key is not that of the certificate`,
    );
    await expect(startAsking({ tls: { ...server, keyFile: server.certFile } })).rejects.not.toThrow(/BEGIN|MII/);
    expect(() => connectRpc('localhost:1', { security: trusting(undefined, join(folder, 'none')) })).toThrow(/ENOENT/);
  });
});

test('a handshake that is not gone through with ends after ten seconds', async () => {
  const { address } = await startAsking(mutual());
  const begunAt = performance.now();
  const silent = connectTcp(Number(address.split(':')[1]), '127.0.0.1');
  await once(silent, 'close');
  const seconds = (performance.now() - begunAt) / 1000;
  // On a busy machine it may be seen late; without a bound of ours it would take two minutes.
  expect(seconds).toBeGreaterThan(9.5);
  expect(seconds).toBeLessThan(60);
}, 70_000); // the ten seconds are waited for, and a busy machine may take longer
