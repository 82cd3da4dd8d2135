import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const TSL = JSON.stringify({
  properties: [
    { identifier: 'level', name: 'level', accessMode: 'r', required: false, dataType: { type: 'int', specs: {} } },
  ],
});

const platform = new FakePlatform();
/** A node that lets nobody in. */
let node: Server;
beforeAll(async () => {
  await platform.start();
  node = createServer((socket) => socket.on('data', () => socket.end(Buffer.from([0x20, 2, 0, 5]))));
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  node.close();
  await platform.stop();
});
beforeEach(() => {
  platform.products.set('p', { productID: 'p', productName: 'p', secret: 'pr0duct', protocolConf: {} });
  platform.schemas.set('p', TSL);
  platform.devices.clear();
});

const simulate = (...args: string[]) => {
  const port = String((node.address() as AddressInfo).port);
  return runCli(['simulate', 'p', ...args, '--endpoint', platform.endpoint, '--port', port, '--attempts', '1']);
};

test.each([
  [[], 'which devices: one of --name, --from and --create'],
  [['--name', 'd*', '--create', '2'], 'which devices: one of --name, --from and --create'],
  [['--name', 'd*', '--mode', 'x509', '--transport', 'tcp'], 'x509 needs --transport tls or wss'],
  [['--name', 'd*', '--interval', '0', '--also', 'ntp'], '--interval 0 leaves no time'],
  [['--name', 'd*', '--interval', '5'], 'It must be a span of time: 500ms, 2s, 5m, 1h or 1d.'],
  [['--name', 'd*', '--also', 'ota'], 'It must be some of ntp,tags,'],
  [['--name', 'd*', '--window', '0'], 'It must be a whole number from 1 to 1000.'],
])('%j cannot be used', async (args, message) => {
  const { code, stderr } = await simulate(...args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
});

test('creates devices, and says why they could not connect', async () => {
  const { code, stdout, stderr } = await simulate('--create', '2');
  expect(platform.requests['createDevices']).toMatchObject({ productID: 'p', count: '2', prefix: 'sim-', start: '1' });
  expect(code).toBe(1);
  expect(stderr).toBe('dmctl: 2 of 2 devices could not connect\n');
  expect(stdout).toContain('devices:      0 of 2 were let in, 0 online at the end\n');
  expect(stdout).toContain(
    'connecting  CONNACK 5  2\nCONNACK 5: not authorized: the product or the device is disabled',
  );
});

test('finds devices by a pattern, and reads their secrets', async () => {
  for (const name of ['dev-1', 'dev-2', 'predev-3', 'dev']) {
    platform.devices.set(`p/${name}`, { productID: 'p', deviceName: name, secret: 's', isOnline: 2 });
  }
  const { stdout } = await simulate('--name', 'dev-*', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ devices: 2, connected: 0, failures: { 'CONNACK 5': 2 } });
  expect(platform.requests['deviceInfoIndex']).toMatchObject({ deviceNameOrAlias: 'dev-' });
});

test('no such device, and one of another product', async () => {
  expect(await simulate('--name', 'none*')).toMatchObject({
    code: 1,
    stderr: 'dmctl: no device of p has such a name\n',
  });
  const readFile = async () => Buffer.from('productKey,deviceName\nother,d1\n');
  const args = ['simulate', 'p', '--from', 'x.csv', '--endpoint', platform.endpoint];
  const { code, stderr } = await runCli(args, { readFile });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'dmctl: cannot use x.csv: line 2 is of another product, other\n',
  });
});

test('shows how it goes on a terminal, and takes that away in the end', async () => {
  let shown = '';
  const args = ['simulate', 'p', '--create', '1', '--endpoint', platform.endpoint, '--port', '1', '--attempts', '1'];
  await runCli(args, { terminalColumns: () => 120, stderr: (text) => (shown += text) });
  expect(shown).toMatch(/^\r\x1b\[K0 of 1 online; 0 reports \(0\/s\), 0 accepted/);
  expect(shown).toContain('\r\x1b[Kdmctl: 1 of 1 devices could not connect\n');
});
