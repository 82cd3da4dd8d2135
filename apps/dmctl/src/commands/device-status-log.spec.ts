import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('shows when a device went online and offline, and why, page by page', async () => {
  expect((await dmctl('device status-log p1 dev001 --since 1m')).stdout).toBe('dev001 was never online\n');
  expect(platform.requests.statusLogIndex).toEqual({
    productID: 'p1',
    deviceName: 'dev001',
    timeStart: String(NOW - 60_000),
    timeEnd: '0',
    page: '1',
    size: '50',
  });
  platform.admin.statusLog.push(
    { timestamp: 1_778_593_629_000, status: 2, reason: 'node gone' },
    { timestamp: 1_778_593_628_940, status: 1, reason: '' },
  );
  const { stdout, stderr } = await dmctl('device status-log p1 dev001 --limit 1');
  expect(stdout).toMatch(/^2026-05-12T13:47:09.000Z +offline +node gone$/m);
  expect(stderr).toBe('1 to 1 of 2; --page 2 shows more\n');
  const last = await dmctl('device status-log p1 dev001 --limit 1 --page 2 --json');
  expect(JSON.parse(last.stdout)).toEqual([
    { time: '2026-05-12T13:47:08.940Z', state: 'online', reason: '', timestamp: 1_778_593_628_940, via: '' },
  ]);

  // A sub-device.
  const via = { productID: 'p2', deviceName: 'gate' };
  const reason = 'with its gateway device gate: keepalive';
  platform.admin.statusLog.unshift({ timestamp: 1_778_593_700_000, status: 2, reason, via });
  const through = await dmctl('device status-log p1 dev001');
  expect(through.stdout).toMatch(/^TIME +STATE +VIA +REASON$/im);
  expect(through.stdout).toMatch(/offline +p2\/gate +with its gateway device gate: keepalive$/m);
});
