/** Devices that show certificates which openssl has made, over real TLS. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { generate } from 'mqtt-packet';
import { systemClock } from '@alink/runtime';
import { eventually, removeFolder, spawnProgram, temporaryFolder } from '@alink/testing';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';
import { ListedDm } from './listed-dm';

const DEVICE_NAME = 'dev-x509';
const folder = temporaryFolder('weak-certificates');
const running: DeviceNode[] = [];
afterAll(async () => {
  await Promise.all(running.map((node) => node.stop()));
  removeFolder(folder);
});

const start = async (allowed: boolean): Promise<DeviceNode> => {
  const dm = new ListedDm();
  // Whatever is shown was registered for this device.
  dm.resolveCertificate = async () => ({ productKey: PRODUCT_KEY, deviceName: DEVICE_NAME });
  const node = await startDeviceNode({}, systemClock, { dm, config: { ALLOW_WEAK_CERTIFICATES: allowed } });
  running.push(node);
  return node;
};

const make = (name: string, bits: number, hash: string): { cert: string; key: string } => {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const options = ['-subj', `/CN=${DEVICE_NAME}`, '-days', '9', '-newkey', `rsa:${bits}`, hash];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...options, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
};

/** CONNACK code of a device without a triple. */
const login = async ({ ports }: DeviceNode, { cert, key }: { cert: string; key: string }): Promise<number> => {
  const shown = { cert: readFileSync(cert), key: readFileSync(key), ciphers: 'DEFAULT:@SECLEVEL=0' };
  const to = { port: ports.tls, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const;
  const socket = connectTls({ ...to, ...shown });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
  socket.write(
    generate({ cmd: 'connect', ...fields, clientId: 'x|securemode=2|', username: '', password: Buffer.of() }),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(answer.subarray(0, 2)).toEqual(Buffer.from([0x20, 2]));
  return answer[3]!;
};

test.each([
  ['an RSA key of 1024 bits', 1024, '-sha256'],
  ['a signature over SHA-1', 2048, '-sha1'],
])('%s proves nothing, unless it is allowed', async (name, bits, hash) => {
  const weak = make(hash.slice(1) + bits, bits, hash);
  const strict = await start(false);
  expect(await login(strict, weak)).toBe(4);
  const words = name.startsWith('an') ? /has an RSA key of 1024 bits/ : /is signed with SHA-1/;
  await eventually(() => expect(strict.activities.map(({ text }) => text).join()).toMatch(words));
  expect(strict.activities.at(-1)!.text).toMatch(/could be forged; .*ALLOW_WEAK_CERTIFICATES=on/);
  expect(await login(await start(true), weak)).toBe(0);
});

test('mosquitto gets in with a certificate of today', async () => {
  const node = await start(false);
  const { cert, key } = make('good', 2048, '-sha256');
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, node.ca());
  const to = ['-h', 'localhost', '-p', String(node.ports.tls), '--cafile', caFile, '--cert', cert, '--key', key];
  const topic = `/${PRODUCT_KEY}/${DEVICE_NAME}/user/update`;
  const program = spawnProgram(
    'mosquitto_pub',
    [...to, '-i', 'x|securemode=2|', '-q', '1', '-t', topic, '-m', 'm'],
    {},
  );
  await program.exited;
  expect(program.output).toBe('');
  await eventually(() =>
    expect(node.activities).toContainEqual(expect.objectContaining({ kind: 'connect', deviceName: DEVICE_NAME })),
  );
});
