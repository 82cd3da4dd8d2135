import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('tokens lists ids and times', async () => {
  expect((await dmctl('device tokens p1 dev001')).stdout).toBe('dev001 has no tokens\n');
  platform.admin.tokens.push({ id: 'KzLK', kind: 'device', issuedAt: 1_778_593_628, expiresAt: 0 });
  const { stdout } = await dmctl('device tokens p1 dev001 --json');
  expect(JSON.parse(stdout)).toEqual([{ id: 'KzLK', kind: 'device', issued: '2026-05-12T13:47:08.000Z' }]);
});

test('revoke takes one, or all when told so', async () => {
  expect((await dmctl('device revoke p1 dev001 KzLK')).stdout).toBe('revoked token KzLK of dev001\n');
  expect(platform.requests.revokeToken).toEqual({ productID: 'p1', deviceName: 'dev001', id: 'KzLK' });
  expect((await dmctl('device revoke p1 dev001 --all')).stdout).toBe('revoked all tokens of dev001\n');
  expect(platform.requests.revokeToken).toEqual({ productID: 'p1', deviceName: 'dev001', id: '' });
});
