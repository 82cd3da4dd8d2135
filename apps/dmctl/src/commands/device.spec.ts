import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(async () => {
  platform.products.clear();
  platform.devices.clear();
  platform.schemas.clear();
  await dmctl('product create p1 --secret pr0duct');
});
const dmctl = (args: string, env = {}) => runCli([...args.split(' '), '--endpoint', platform.endpoint], { env });

test('create makes a secret and shows it', async () => {
  const { code, stdout } = await dmctl('device create p1 dev001 --alias kitchen');
  expect(code).toBe(0);
  expect(platform.requests.deviceInfoCreate).toMatchObject({ deviceName: 'dev001', deviceAlias: { value: 'kitchen' } });
  expect(stdout).toMatch(/device secret: +madeUpDeviceSecret/);
});

test('list and show tell the state, and no secret', async () => {
  for (const name of ['never', 'on', 'off', 'disabled']) await dmctl(`device create p1 ${name}`);
  Object.assign(platform.devices.get('p1/on')!, { isOnline: 1, firstLogin: 1, lastLogin: 1_778_593_628 });
  Object.assign(platform.devices.get('p1/off')!, { firstLogin: 1 });
  Object.assign(platform.devices.get('p1/disabled')!, { isEnable: 2, isOnline: 1 });
  const { stdout } = await dmctl('device list p1 --json');
  expect(JSON.parse(stdout)).toMatchObject([
    { deviceName: 'never', state: 'never connected' },
    { deviceName: 'on', state: 'online', lastLogin: '2026-05-12T13:47:08.000Z' },
    { deviceName: 'off', state: 'offline' },
    { deviceName: 'disabled', state: 'disabled' },
  ]);
  expect(stdout).not.toContain('Secret');
  expect((await dmctl('device list --online')).stdout.split('\n')).toHaveLength(4);
  expect((await dmctl('device show p1 on')).stdout).not.toContain('madeUpDeviceSecret');
  expect((await dmctl('device show p1 on --show-secret')).stdout).toContain('madeUpDeviceSecret');
});

test('list sends its filters and tells of further pages', async () => {
  for (const name of ['a', 'b', 'c']) await dmctl(`device create p1 ${name}`);
  await dmctl('device list p1 --product p2 --status disabled --tag k=v --tag l= --name kit --limit 2 --page 2');
  expect(platform.requests.deviceInfoIndex).toMatchObject({
    productIDs: ['p1', 'p2'],
    status: '100',
    tags: { k: 'v', l: '' },
    deviceNameOrAlias: 'kit',
    page: { page: '2', size: '2' },
  });
  expect((await dmctl('device list p1 --limit 2')).stderr).toBe('1 to 2 of 3; --page 2 shows more\n');
  expect((await dmctl('device list p1 --limit 2 --page 2')).stderr).toBe('');
});
