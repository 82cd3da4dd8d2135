import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('asks for the product, the device and the time', async () => {
  expect((await dmctl('audit p1 dev001 --since 1m')).stdout).toBe('nothing was changed\n');
  expect(platform.requests.auditLogIndex).toMatchObject({
    productID: 'p1',
    deviceName: 'dev001',
    timeStart: String(NOW - 60_000),
    page: '1',
    size: '50',
  });
});

test('shows who changed what, page by page', async () => {
  const line = { timestamp: 1_778_593_628_940, actor: 'alice', peer: '10.0.0.1:5', action: 'device.reset' };
  const detail = '{"tokensRevoked":2}';
  platform.admin.audit.push(...[1, 2, 3].map((n) => ({ ...line, productID: 'p1', deviceName: `dev${n}`, detail })));
  const { stdout, stderr } = await dmctl('audit --limit 2');
  expect(stdout).toMatch(
    /^2026-05-12T13:47:08.940Z +alice +device.reset +p1 +dev1 +\{"tokensRevoked":2\} +10.0.0.1:5$/m,
  );
  expect(stderr).toBe('1 to 2 of 3; --page 2 shows more\n');
  const last = await dmctl('audit --limit 2 --page 2 --json');
  expect(JSON.parse(last.stdout)).toMatchObject([{ deviceName: 'dev3', detail: { tokensRevoked: 2 } }]);
  expect(last.stderr).toBe('');
});
