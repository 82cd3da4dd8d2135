import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());

test('rotate-key tells how many secrets, and the key by its id', async () => {
  const { code, stdout } = await runCli(['secrets', 'rotate-key', '--endpoint', platform.endpoint]);
  expect([code, stdout]).toEqual([0, 'sealed 7 secrets anew with key k2\n']);
  const { stdout: json } = await runCli(['secrets', 'rotate-key', '--json', '--endpoint', platform.endpoint]);
  expect(JSON.parse(json)).toEqual({ rotated: 7, keyId: 'k2' });
});
