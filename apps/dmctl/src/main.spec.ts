import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, freePort } from '@alink/testing';
import { FakePlatform } from '../test/fake-platform';

const script = fileURLToPath(new URL('../../../tools/dmctl.mjs', import.meta.url));
const platform = new FakePlatform();
const env = { ...process.env, ETCD_HOSTS: '' };

beforeAll(async () => {
  await platform.start();
  await promisify(execFile)(process.execPath, [script, '--help']);
}, 90_000); // the first run builds the bundle
afterAll(() => platform.stop());

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: 'pipe' });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (written.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (written.stderr += String(chunk)));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  return { child, written, ended };
};

test('the process ends with the exit code of the command', async () => {
  expect(await start('product', 'list', '--endpoint', platform.endpoint).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await start('product', 'show', 'x', '--endpoint', platform.endpoint).ended).toMatchObject({ code: 1 });
  expect(await start('product', 'nonsense').ended).toMatchObject({ code: 2 });
  const nowhere = `127.0.0.1:${await freePort()}`;
  expect(await start('product', 'list', '--endpoint', nowhere).ended).toMatchObject({ code: 3, stdout: '' });
});

test('a thing model is read from standard input', async () => {
  const { child, ended } = start('product', 'import-tsl', 'p', '-', '--endpoint', platform.endpoint);
  child.stdin.end('{"properties":[{"identifier":"温度","mode":"r","define":{"type":"int"}}]}');
  expect(await ended).toMatchObject({ code: 2, stderr: expect.stringContaining('properties[0].identifier') as string });
  const good = start('product', 'import-tsl', 'p', '-', '--endpoint', platform.endpoint);
  good.child.stdin.end('{"properties":[]}');
  expect(await good.ended).toMatchObject({ code: 0 });
});

test('watch ends well at Ctrl-C', async () => {
  const { child, written, ended } = start('watch', '--endpoint', platform.endpoint);
  await eventually(() => expect(written.stderr).toContain('watching'));
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0 });
});

test('a reader that has seen enough is no failure', async () => {
  platform.hubLog = Array.from({ length: 2000 }, (_, i) => ({
    timestamp: 1_778_593_628_940 + i,
    action: 'publish',
    topic: '/t',
    content: 'x'.repeat(200),
    resultCode: 200,
  }));
  const { child, ended } = start('log', 'p', 'd', '--limit', '2000', '--endpoint', platform.endpoint);
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
