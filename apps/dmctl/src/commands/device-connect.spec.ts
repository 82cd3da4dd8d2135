import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

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

  test('covers registration, tokens, HTTPS and certificates', async () => {
    await dmctl('device create p1 dev001');
    const json = async (args: string) =>
      JSON.parse((await dmctl(`device connect-params p1 dev001 --json ${args}`)).stdout) as Record<string, string>;
    expect(await json('--mode register')).toMatchObject({ transport: 'tls', port: 8883 });
    expect((await json('--mode regnwl --transport wss')).subscribe).toMatch(/^npx mqtt subscribe -l wss .*-p 1882 /);
    expect(await json('--mode connwl --client-id c --device-token t')).toMatchObject({ port: 1883, password: 't' });
    const { register, authenticate, port } = await json('--mode https --gateway-ca ca.crt');
    expect(port).toBe(9109);
    expect(register).toMatch(/^curl -sS --cacert ca.crt .*\/auth\/register\/device$/);
    expect(authenticate).toMatch(/^curl .*\/auth\/devicename$/);
    expect(await json('--mode https --iot-id i --iot-token t')).toMatchObject({ username: 'i', password: 't' });
    const x509 = await json('--mode x509 --device-cert d.crt --device-key d.key');
    expect(x509.subscribe).toMatch(/--cert d.crt --key d.key$|--cert d.crt --key d.key /);
    expect(x509).not.toHaveProperty('password');
    const { stdout } = await dmctl('device connect-params p1 dev001 --mode https');
    expect(stdout).toMatch(/^Fetch the DeviceSecret.*:\ncurl /);
    expect(stdout).not.toMatch(/pr0duct|madeUpDeviceSecret/);
  });
});
