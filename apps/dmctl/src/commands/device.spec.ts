import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start(), 30_000);
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
  Object.assign(platform.devices.get('p1/on')!, { isOnline: 2, firstLogin: 1, lastLogin: 1_778_593_628 });
  Object.assign(platform.devices.get('p1/off')!, { firstLogin: 1 });
  Object.assign(platform.devices.get('p1/disabled')!, { isEnable: 2, isOnline: 2 });
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

test('delete', async () => {
  await dmctl('device create p1 dev001');
  expect((await dmctl('device delete p1 dev001')).stdout).toBe('deleted device dev001 of p1\n');
  expect((await dmctl('device delete p1 dev001')).code).toBe(1);
});

describe('connect-params', () => {
  test('prints the three, and commands to paste', async () => {
    await dmctl('device create p1 dev001');
    platform.schemas.set('p1', '{"properties":[{"identifier":"t","mode":"r","define":{"type":"int"}}]}');
    const { code, stdout } = await dmctl('device connect-params p1 dev001 --host gw.example', { MQTT_PORT: '2883' });
    expect(code).toBe(0);
    expect(stdout).toContain(`p1.dev001|securemode=3,signmethod=hmacsha256,timestamp=${NOW}|`);
    expect(stdout).toMatch(/username: +dev001&p1\n/);
    expect(stdout).toMatch(/password: +[0-9a-f]{64}\n/);
    expect(stdout).toMatch(/^mosquitto_sub -h gw.example -p 2883 -i 'p1\.dev001\|/m);
    expect(stdout).toMatch(/^mosquitto_pub .*"params":\{"t":0\}/m);
    expect(stdout).not.toContain('madeUpDeviceSecret');
  });

  test('is one object with --json', async () => {
    await dmctl('device create p1 dev001');
    const { stdout } = await dmctl('device connect-params p1 dev001 --json --sign-method hmacmd5 --port 1884');
    expect(JSON.parse(stdout)).toMatchObject({ host: '127.0.0.1', port: 1884, username: 'dev001&p1' });
    expect((JSON.parse(stdout) as { password: string }).password).toHaveLength(32);
  });

  test('with mode auto signs with the ProductSecret, for a device that need not exist', async () => {
    const { code, stdout } = await dmctl('device connect-params p1 newcomer --mode auto');
    expect(code).toBe(0);
    expect(stdout).toContain('p1.newcomer|securemode=-2,');
    expect((await dmctl('device connect-params p1 newcomer')).code).toBe(1);
  });

  test('uses the key that devices know', async () => {
    await dmctl('device create p1 dev001');
    platform.products.get('p1')!.protocolConf = { productID: 'a1External' };
    const { stdout } = await dmctl('device connect-params p1 dev001');
    expect(stdout).toContain('/sys/a1External/dev001/');
    expect(stdout).toMatch(/username: +dev001&a1External\n/);
  });
});
