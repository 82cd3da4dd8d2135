import { removeFolder, temporaryFolder } from '@alink/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakePlatform } from '../test/fake-platform';
import { runCli } from '../test/run-cli';

const TOKEN = 'o'.repeat(32);
const platform = new FakePlatform();
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder('dmctl');
  const tokensFile = join(folder, 'tokens');
  writeFileSync(tokensFile, `operator:${TOKEN}\n`, { mode: 0o600 });
  await platform.start(0, { tokensFile });
});
afterAll(async () => {
  await platform.stop();
  removeFolder(folder);
});

const list = (args: string[], env: Record<string, string> = {}) =>
  runCli(['product', 'list', '--endpoint', platform.endpoint, ...args], { env });

test('a token gets in, from the option or the environment; the option goes first', async () => {
  expect(await list(['--token', TOKEN])).toMatchObject({ code: 0, stderr: '' });
  expect(await list([], { GRPC_TOKEN: TOKEN })).toMatchObject({ code: 0, stderr: '' });
  expect(await list(['--token', TOKEN], { GRPC_TOKEN: 'wrong' })).toMatchObject({ code: 0, stderr: '' });
});

test('without one, or with a wrong one, dmctl says what to do, exit code 1', async () => {
  const without = await list([]);
  expect(without).toMatchObject({ code: 1, stdout: '' });
  expect(without.stderr).toMatch(/a token is needed.*\(100012\)\n +GRPC_TOKEN or --token/);
  const wrong = await list(['--token', 'wrong-token-of-mine']);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('the token is not valid');
  expect(wrong.stderr).not.toContain('wrong-token-of-mine');
});

test('files that cannot be used are told as a mistake of the command line, exit code 2', async () => {
  expect(await list(['--ca', join(folder, 'none')])).toMatchObject({ code: 2, stdout: '' });
  expect(await list(['--cert', 'a.crt'])).toMatchObject({ code: 2 });
});
