/**
 * Whatever ends a device's TLS connection, it is told with close_notify: the Link SDK for C 3.x takes silence for a slow
 * network otherwise. Shown by openssl, which prints each alert.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@alink/runtime';
import { eventually, removeFolder, spawnProgram, temporaryFolder, type SpawnedApp } from '@alink/testing';
import { generate } from 'mqtt-packet';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';

let node: DeviceNode;
const folder = temporaryFolder('close-notify');
beforeAll(async () => {
  node = await startDeviceNode({}, systemClock);
});
afterAll(async () => {
  await node?.stop();
  removeFolder(folder);
});

/** Sends a CONNECT, and then nothing more. */
const dial = (deviceName: string, deviceSecret?: string): SpawnedApp => {
  const { clientId, username, password } = node.credentials(deviceName, deviceSecret);
  const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
  const file = join(folder, deviceName);
  writeFileSync(file, generate({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) }));
  const client = `openssl s_client -connect 127.0.0.1:${node.ports.mqtt} -tls1_2 -msg -quiet -ign_eof`;
  return spawnProgram('sh', ['-c', `exec ${client} < ${file}`], {});
};
const CLOSE_NOTIFY = /<<< TLS 1\.2, Alert.*close_notify/;

test('a login that is refused', async () => {
  const client = dial('dev-refused', 'a wrong secret');
  await client.exited;
  expect(client.output).toMatch(CLOSE_NOTIFY);
});

test('a session that is taken over', async () => {
  const client = dial('dev-taken');
  await eventually(() => expect(node.sessions.get(PRODUCT_KEY, 'dev-taken')?.state).toBe('online'));
  expect(client.output).not.toMatch(CLOSE_NOTIFY);
  const { raw, code } = await node.connect('dev-taken');
  expect(code).toBe(0);
  await client.exited;
  expect(client.output).toMatch(CLOSE_NOTIFY);
  await raw.close();
});
