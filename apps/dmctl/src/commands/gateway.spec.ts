import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(() => {
  platform.products.clear();
  platform.devices.clear();
  platform.topology.gateways.clear();
  platform.deviceAnswer = { code: 200, msg: '' };
  const names = ['gws/gate1', 'gws/gate2', 'subs/lamp1', 'subs/lamp2', 'subs/lamp3'];
  for (const productID of ['gws', 'subs']) {
    platform.products.set(productID, { productID, productName: productID, secret: 's', protocolConf: {} });
  }
  for (const name of names) {
    const [productID = '', deviceName = ''] = name.split('/');
    platform.devices.set(name, { productID, deviceName, secret: `secret of ${deviceName}`, isOnline: 2 });
  }
});

const file = (text: string) => ({ readFile: async () => Buffer.from(text) });
const dmctl = (args: string, over: object = {}) => runCli([...args.split(' '), '--endpoint', platform.endpoint], over);
const json = async (args: string): Promise<unknown> => JSON.parse((await dmctl(`${args} --json`)).stdout);
const sensors = (...deviceNames: string[]) => deviceNames.map((deviceName) => ({ productID: 'subs', deviceName }));
const attached = (deviceName: string) =>
  platform.topology.subDevicesOf({ productID: 'gws', deviceName }).map((device) => device.deviceName);

describe('add', () => {
  test('attaches those that are named, each once', async () => {
    expect(await dmctl('gateway add gws gate1 subs lamp1 lamp2 lamp1')).toEqual({
      code: 0,
      stdout: 'attached 2 sub-devices to gws/gate1\n',
      stderr: '',
    });
    expect(platform.requests.deviceGatewayMultiCreate).toMatchObject({
      gateway: { productID: 'gws', deviceName: 'gate1' },
      isNotNotify: false,
      isAuthSign: false,
      list: sensors('lamp1', 'lamp2'),
    });
    expect((await dmctl('gateway add gws gate1 subs lamp2 lamp3')).stdout).toBe(
      'attached 1 sub-devices to gws/gate1; 1 were so before\n',
    );
    expect(attached('gate1')).toEqual(['lamp1', 'lamp2', 'lamp3']);
  });

  test('says which stay with another gateway device, and what to do', async () => {
    await dmctl('gateway add gws gate2 subs lamp1');
    const { code, stdout, stderr } = await dmctl('gateway add gws gate1 subs lamp1 lamp2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/subs +lamp1 +stays with gws\/gate2\n/);
    expect(stderr).toContain('1 of 2 stay with another gateway device');
    expect(stderr).toContain('dmctl gateway remove');
    expect(await json('gateway add gws gate1 subs lamp1 lamp2')).toMatchObject({
      attached: 0,
      attachedBefore: 1,
      elsewhere: 1,
      devices: [{ result: 'stays with gws/gate2' }, { result: 'attached before' }],
    });
  });

  test('reads a file, in which products stand under the keys that devices know', async () => {
    platform.products.get('subs')!.protocolConf = { productID: 'a1Sub' };
    const given = file('productKey,deviceName\na1Sub,lamp1\na1Sub,lamp3\n');
    expect((await dmctl('gateway add gws gate1 --from subs.csv', given)).code).toBe(0);
    expect(attached('gate1')).toEqual(['lamp1', 'lamp3']);
    const bad = await dmctl('gateway add gws gate1 --from subs.csv', file('productKey,deviceName\na1Sub,\n'));
    expect(bad).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 2 lacks a productKey or a deviceName'),
    });
  });

  test.each(['', ' subs', ' subs lamp1 --from x.csv', ' subs --from x.csv'])(
    'wants to know which: "%s"',
    async (which) => {
      const { code, stderr } = await dmctl(`gateway add gws gate1${which}`);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('which sub-devices: their product and names, or --from'),
      ]);
    },
  );
});

test('set leaves exactly these; what it would take away, also from others, it asks about', async () => {
  await dmctl('gateway add gws gate1 subs lamp1 lamp2');
  const asked = await dmctl('gateway set gws gate1 subs lamp2 lamp3');
  expect(asked).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('attach 1 sub-devices to gws/gate1 and detach 1'),
  });
  expect(asked.stderr).toContain('subs/lamp1');
  expect(attached('gate1')).toEqual(['lamp1', 'lamp2']);
  expect((await dmctl('gateway set gws gate1 subs lamp2 lamp3 --yes')).stdout).toBe(
    'gws/gate1 has 2 sub-devices: 1 attached, 1 detached\n',
  );
  expect(attached('gate1')).toEqual(['lamp2', 'lamp3']);
  expect(await json('gateway set gws gate1 subs lamp2 lamp3')).toEqual({
    gateway: 'gws/gate1',
    subDevices: 2,
    attached: 0,
    detached: 0,
  });
  await dmctl('gateway add gws gate2 subs lamp1');
  const others = await dmctl('gateway set gws gate1 subs lamp1 lamp2 lamp3');
  expect(others).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'attach 1 sub-devices to gws/gate1; 1 would leave another gateway device: subs/lamp1 (gws/gate2)',
    ),
  });
  expect((await dmctl('gateway set gws gate1 subs lamp1')).stderr).toContain(
    'and detach 2: subs/lamp2, subs/lamp3; 1 would leave another gateway device',
  );
  expect(attached('gate2')).toEqual(['lamp1']);
  expect((await dmctl('gateway set gws gate1 subs lamp1 lamp2 lamp3 --yes')).code).toBe(0);
  expect([attached('gate1').length, attached('gate2').length]).toEqual([3, 0]);
});

test('set does at once what takes nothing from anybody', async () => {
  expect((await dmctl('gateway set gws gate1 subs lamp1 lamp2')).code).toBe(0);
  expect(attached('gate1')).toEqual(['lamp1', 'lamp2']);
});

test('remove detaches those that are named, or all', async () => {
  await dmctl('gateway add gws gate1 subs lamp1 lamp2 lamp3');
  expect((await dmctl('gateway remove gws gate1 subs lamp1')).stdout).toBe('detached 1 sub-devices from gws/gate1\n');
  expect(await dmctl('gateway remove gws gate1 subs lamp1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('lamp1 is not attached'),
  });
  expect((await dmctl('gateway remove gws gate1 subs lamp2 --all --yes')).code).toBe(2);
  expect(await dmctl('gateway remove gws gate1 --all')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('would detach 2 sub-devices from gws/gate1'),
  });
  expect(attached('gate1')).toEqual(['lamp2', 'lamp3']);
  expect(await json('gateway remove gws gate1 --all --yes')).toEqual({ gateway: 'gws/gate1', detached: 2 });
  expect(attached('gate1')).toEqual([]);
  expect((await dmctl('gateway remove gws gate1 --all')).code).toBe(0);
});

describe('list', () => {
  beforeEach(() => dmctl('gateway add gws gate1 subs lamp1 lamp2'));

  test('shows the sub-devices of a gateway device, with their state', async () => {
    platform.devices.get('subs/lamp1')!.isOnline = 1;
    expect(await json('gateway list gws gate1')).toMatchObject([
      { productKey: 'subs', deviceName: 'lamp1', state: 'online' },
      { deviceName: 'lamp2', state: 'never connected' },
    ]);
    expect((await dmctl('gateway list gws gate1 --limit 1')).stderr).toBe('1 to 1 of 2; --page 2 shows more\n');
    expect((await dmctl('gateway list gws gate2')).stdout).toBe('gws/gate2 has no sub-devices\n');
    expect((await dmctl('gateway list gws none')).code).toBe(1);
  });

  test('shows the gateway device of a sub-device', async () => {
    expect(await json('gateway list subs lamp1 --of-device')).toMatchObject({ productKey: 'gws', deviceName: 'gate1' });
    expect(await dmctl('gateway list subs lamp3 --of-device')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('subs/lamp3 is attached to no gateway device'),
    });
  });

  test('device show and device list know of them too', async () => {
    expect((await dmctl('device show subs lamp1')).stdout).toMatch(/^gateway: +gws\/gate1$/m);
    expect((await dmctl('device show gws gate1')).stdout).toMatch(/^sub devices: +2$/m);
    expect((await dmctl('device show subs lamp3')).stdout).not.toMatch(/gateway:|sub devices:/);
    expect(await json('device list --gateway gws/gate1')).toMatchObject([
      { deviceName: 'lamp1' },
      { deviceName: 'lamp2' },
    ]);
    expect((await dmctl('device list --gateway gate1')).stderr).toContain('It must be productKey/deviceName.');
  });
});

test('permit and notify tell the gateway device, which must obey', async () => {
  expect((await dmctl('gateway permit gws gate1')).stdout).toBe('gws/gate1 lets sub-devices join for 60 seconds\n');
  await dmctl('gateway permit gws gate1 --product subs --seconds 300');
  expect(platform.requests.permitJoin).toMatchObject({
    productID: 'gws',
    deviceName: 'gate1',
    subProductID: 'subs',
    seconds: '300',
  });
  expect((await dmctl('gateway permit gws gate1 --seconds 4000')).stderr).toContain('from 1 to 3600');
  expect((await dmctl('gateway notify gws gate1 subs lamp1 lamp2')).stdout).toContain('has heard of 2 sub-devices');
  expect(platform.requests.gatewayNotifyBindSend).toMatchObject({ subDevices: sensors('lamp1', 'lamp2') });
  platform.deviceAnswer = { code: 2000003, msg: 'the device is offline' };
  expect(await dmctl('gateway permit gws gate1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('offline'),
  });
});

test('found lists what may be attached', async () => {
  platform.topology.found = { subDevices: sensors('lamp9'), updatedTime: 1_778_593_628 };
  expect(await json('gateway found gws gate1')).toEqual([
    { productKey: 'subs', deviceName: 'lamp9', found: '2026-05-12T13:47:08.000Z' },
  ]);
  platform.topology.found = { subDevices: [], updatedTime: 1_778_593_628 };
  expect((await dmctl('gateway found gws gate1')).stdout).toContain('is attached already');
  platform.topology.found = { subDevices: [], updatedTime: 0 };
  expect((await dmctl('gateway found gws gate1')).stdout).toContain('has told of nothing within a day');
});

describe('login-params', () => {
  test('prints signed messages, and commands to paste', async () => {
    const { code, stdout } = await dmctl('gateway login-params gws gate1 subs lamp1 --host gw.example --port 2883');
    expect(code).toBe(0);
    expect(stdout).toContain('  topic:    /add\n  payload:  {"id":"1"}\n');
    expect(stdout).toContain(
      "mosquitto_rr -h gw.example -p 2883 -i 'gws.gate1|securemode=3|' -u 'gate1&gws' -P 0123 -V mqttv311 -W 10 " +
        `-t /login -e /login_reply -m '{"id":"2"}'\n`,
    );
    expect(platform.requests.subDeviceParamsRead).toMatchObject({
      productID: 'gws',
      deviceName: 'gate1',
      subDevice: sensors('lamp1')[0],
      signMethod: 'hmacsha256',
    });
    expect(platform.requests.connectParamsRead).toMatchObject({ productID: 'gws', encrypted: false });
  });

  test('over TLS trusts the authority that is named', async () => {
    const { login } = (await json(
      'gateway login-params gws gate1 subs lamp1 --transport tls --gateway-ca ca.crt --sign-method hmacsha1',
    )) as { login: { command: string; topic: string } };
    expect(login).toMatchObject({ topic: '/login', command: expect.stringContaining('-p 8883 ') });
    expect(login.command).toContain('--cafile ca.crt -V mqttv311');
    expect(platform.requests.connectParamsRead).toMatchObject({ encrypted: true, signMethod: 'hmacsha1' });
  });
});
