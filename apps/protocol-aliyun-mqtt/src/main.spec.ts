/** The node as a process whose NATS is away when it starts; without dm.rpc and timedjob.rpc it is in platform-e2e. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnApp } from '@alink/testing';

const NOWHERE = '127.0.0.1:1';
const away = { HOST: '127.0.0.1', NATS_URL: `nats://user:hunter2@${NOWHERE}`, ETCD_HOSTS: NOWHERE };

beforeAll(async () => {
  const root = join(import.meta.dirname, '../../..');
  await promisify(execFile)(process.execPath, ['tools/build.mjs', 'protocol-aliyun-mqtt'], { cwd: root });
});

test('gives up after STARTUP_TIMEOUT_S, with one line', async () => {
  const app = spawnApp('protocol-aliyun-mqtt', { ...away, STARTUP_TIMEOUT_S: '1' });
  expect(await app.exited).toEqual({ code: 1, signal: null });
  const last = app.output.trimEnd().split('\n').at(-1);
  expect(last).toMatch(/^protocol-aliyun-mqtt: NATS was not available within 1 s: /);
  expect(app.output).not.toMatch(/did not start|hunter2/);
});

test('waits, and ends at once when it is told to', async () => {
  const app = spawnApp('protocol-aliyun-mqtt', { ...away, STARTUP_TIMEOUT_S: '3600' });
  await app.waitForLine(/NATS does not answer yet/);
  expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(app.output).not.toMatch(/no orderly end|hunter2/);
});
