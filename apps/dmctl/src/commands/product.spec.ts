import { exportTsl, importThingModel } from '@alink/thing-model';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(() => {
  platform.products.clear();
  platform.schemas.clear();
});
const dmctl = (args: string, file?: unknown) =>
  runCli([...args.split(' '), '--endpoint', platform.endpoint], {
    readFile: async () => Buffer.from(typeof file === 'string' ? file : JSON.stringify(file)),
  });

const tsl = {
  schema: '',
  properties: [{ identifier: 'temperature', accessMode: 'rw', dataType: { type: 'double', specs: { max: '100' } } }],
};

test('create sends what the options say and shows the secret', async () => {
  const args = 'product create p1 --name thermometer --device-type gateway --auto-register create --validation strong';
  const { code, stdout } = await dmctl(`${args} --tsl model.json`, tsl);
  expect(code).toBe(0);
  expect(platform.requests.productInfoCreate).toMatchObject({
    productID: 'p1',
    productName: 'thermometer',
    deviceType: '2',
    autoRegister: '3',
    protocolCode: 'aliyunMqtt',
    protocolConf: { validation: 'strong' },
  });
  expect(platform.schemas.get('p1')).toBe(JSON.stringify(tsl));
  expect(stdout).toMatch(/product secret: +madeUpProductSecret/);
  expect(stdout).toMatch(/created: +2023-11-14T22:13:20.000Z/);
});

test('create without a key gets one', async () => {
  const { stdout } = await dmctl('product create --json');
  expect(JSON.parse(stdout)).toMatchObject({
    productKey: 'generated1',
    name: 'generated1',
    productSecret: 'madeUpProductSecret',
  });
});

test('a bad thing model leaves no product behind', async () => {
  const bad = { schema: '', properties: [{ identifier: 'set', accessMode: 'r', dataType: { type: 'int' } }] };
  const { code, stderr } = await dmctl('product create p1 --tsl model.json', bad);
  expect(code).toBe(2);
  expect(stderr).toContain('thing model: properties[0].identifier: set is reserved by the protocol');
  expect(platform.products.size).toBe(0);
});

test('a duplicate is refused', async () => {
  await dmctl('product create p1');
  const { code, stderr } = await dmctl('product create p1');
  expect(code).toBe(1);
  expect(stderr).toContain('productID p1 exists (100010)');
});

test('list shows rows, and says when there are more', async () => {
  expect((await dmctl('product list')).stdout).toBe('no products\n');
  for (const key of ['p1', 'p2', 'p3']) await dmctl(`product create ${key}`);
  const { stdout, stderr } = await dmctl('product list --limit 2');
  expect(stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual(['PRODUCT', 'p1', 'p2', '']);
  expect(stderr).toBe('1 to 2 of 3; --page 2 shows more\n');
  const second = await dmctl('product list --limit 2 --page 2 --name p --tag line=2');
  expect(second.stdout).toMatch(/^p3 /m);
  expect(second.stderr).toBe('');
  expect(platform.requests.productInfoIndex).toMatchObject({ productName: 'p', tags: { line: '2' } });
  const { stdout: json } = await dmctl('product list --json');
  expect(JSON.parse(json)).toMatchObject([{ productKey: 'p1', autoRegister: 'off', validation: 'weak' }, {}, {}]);
});

test('show tells what a console tells, and how many devices there are', async () => {
  const options = '--device-type gateway --net-type cellular --description smart --tag line=2 --auto-register existing';
  await dmctl(`product create p1 --name SmartKit ${options}`);
  platform.devices.set('p1/d', { productID: 'p1', deviceName: 'd', secret: '', isOnline: 1 });
  platform.devices.set('p1/e', { productID: 'p1', deviceName: 'e', secret: '', isOnline: 2 });
  const shown = JSON.parse((await dmctl('product show p1 --json')).stdout) as object;
  const listed = JSON.parse((await dmctl('product list --json')).stdout) as object[];
  const { code } = await dmctl('device count nope');
  const counts = [await dmctl('device count p1 --json'), await dmctl('device count --json')];
  platform.devices.clear();
  const facts = {
    productKey: 'p1',
    name: 'SmartKit',
    deviceType: 'gateway',
    netType: 'cellular',
    authentication: 'device secret',
    category: 'custom',
    autoRegister: 'existing',
    validation: 'weak',
    description: 'smart',
    tags: { line: '2' },
    devices: 2,
    activatedDevices: 1,
    onlineDevices: 1,
    created: '2023-11-14T22:13:20.000Z',
  };
  expect(shown).toMatchObject(facts);
  expect(listed).toMatchObject([facts]);
  expect(code).toBe(1);
  expect(counts.map(({ stdout }) => JSON.parse(stdout) as object)).toEqual([
    { total: 2, activated: 1, online: 1, disabled: 0 },
    { total: 9, activated: 5, online: 2 },
  ]);
});

test('show keeps the secret to itself unless asked', async () => {
  await dmctl('product create p1 --secret s3cr3t');
  expect((await dmctl('product show p1')).stdout).not.toContain('s3cr3t');
  expect((await dmctl('product show p1 --json')).stdout).not.toContain('s3cr3t');
  expect((await dmctl('product show p1 --show-secret')).stdout).toContain('s3cr3t');
});

test('delete', async () => {
  await dmctl('product create p1');
  expect((await dmctl('product delete p1')).stdout).toBe('deleted product p1\n');
  const { code, stderr } = await dmctl('product delete p1');
  expect(code).toBe(1);
  expect(stderr).toContain('does not exist');
});

test('a product with devices is not deleted', async () => {
  await dmctl('product create p1');
  platform.devices.set('p1/d', { productID: 'p1', deviceName: 'd', secret: '', isOnline: 2 });
  const { code, stderr } = await dmctl('product delete p1');
  platform.devices.clear();
  expect(code).toBe(1);
  expect(stderr).toMatch(/has devices \(100019\)\n +Delete what it still holds/);
});

test('import-tsl and export-tsl', async () => {
  await dmctl('product create p1');
  const { stdout } = await dmctl('product import-tsl p1 -', tsl);
  expect(stdout).toBe('p1 has 1 properties, 0 events and 0 services\n');
  const { model } = importThingModel(tsl);
  expect(JSON.parse((await dmctl('product export-tsl p1')).stdout)).toEqual(exportTsl(model, 'p1'));
  const { stdout: inOurs } = await dmctl('product export-tsl p1 --format model');
  expect(JSON.parse(inOurs)).toMatchObject({ profile: { productID: 'p1' }, properties: [{ mode: 'rw' }] });
});

test('export-tsl writes the key that devices know', async () => {
  await dmctl('product create p1');
  platform.products.get('p1')!.protocolConf = { productID: 'a1External' };
  const { stdout } = await dmctl('product export-tsl p1');
  expect(JSON.parse(stdout)).toMatchObject({ profile: { productKey: 'a1External' }, properties: [] });
  expect((await dmctl('product show p1')).stdout).toMatch(/external key: +a1External/);
});
