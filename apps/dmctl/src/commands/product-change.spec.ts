import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(async () => {
  platform.products.clear();
  await dmctl('product create p1 --validation strong');
});
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('update changes what is named and keeps the rest', async () => {
  platform.products.get('p1')!.protocolConf = { productID: 'a1External', validation: 'strong' };
  await dmctl('product update p1 --validation none --tag line=2');
  await dmctl('product update p1 --log-level info');
  await dmctl('product update p1 --tag hall=north --auto-register existing --name Lamp');
  const product = platform.products.get('p1')!;
  expect(product.protocolConf).toEqual({ productID: 'a1External', validation: 'none', logLevel: 'info' });
  expect(product).toMatchObject({ tags: { line: '2', hall: 'north' }, autoRegister: '2', productName: 'Lamp' });
});

test('update removes tags, also the last one', async () => {
  await dmctl('product update p1 --tag line=2 --tag hall=north');
  await dmctl('product update p1 --untag line --tag floor=3');
  expect(platform.products.get('p1')!.tags).toEqual({ hall: 'north', floor: '3' });
  await dmctl('product update p1 --untag hall floor --name Lamp');
  expect(platform.products.get('p1')).toMatchObject({ tags: {}, productName: 'Lamp' });
  await dmctl('product update p1 --name Torch');
  expect(platform.requests.productInfoUpdate).toMatchObject({ productName: 'Torch', tags: {} });
});

test('show tells dynamic registration, validation and status in words', async () => {
  await dmctl('product update p1 --auto-register existing');
  await dmctl('product publish p1');
  const { stdout } = await dmctl('product show p1');
  expect(stdout).toMatch(/dynamic registration: +on: a device that exists may register until it is activated\n/);
  expect(stdout).toMatch(/validation: +strong\n/);
  expect(stdout).toMatch(/status: +published\n/);
});

test('update sets the network and the description, and removes the latter', async () => {
  await dmctl('product update p1 --net-type ble --description smart');
  expect(platform.requests.productInfoUpdate).toMatchObject({ netType: '5', desc: { value: 'smart' } });
  await runCli(['product', 'update', 'p1', '--description', '', '--endpoint', platform.endpoint]);
  expect(platform.requests.productInfoUpdate).toMatchObject({ netType: '0', desc: { value: '' } });
  await dmctl('product update p1 --name Lamp');
  expect(platform.requests.productInfoUpdate).toMatchObject({ desc: null });
});

test('disable and enable; enable leaves a published product published', async () => {
  expect((await dmctl('product disable p1')).stdout).toBe('disabled product p1\n');
  expect(platform.products.get('p1')!.status).toBe('2');
  expect((await dmctl('product enable p1')).stdout).toBe('enabled product p1\n');
  expect(platform.products.get('p1')!.status).toBe('3');
  await dmctl('product publish p1');
  expect((await dmctl('product enable p1')).stdout).toBe('product p1 is not disabled\n');
  expect(platform.products.get('p1')!.status).toBe('1');
});

test('publish and unpublish', async () => {
  expect((await dmctl('product publish p1')).stdout).toBe('published product p1\n');
  expect(platform.requests.productInfoUpdate).toMatchObject({ productID: 'p1', status: '1' });
  const { stdout } = await dmctl('product unpublish p1 --json');
  expect(JSON.parse(stdout)).toEqual({ unpublished: 'p1' });
  expect(platform.requests.productInfoUpdate).toMatchObject({ productID: 'p1', status: '3' });
});

test('rotate-secret prints the new one', async () => {
  expect((await dmctl('product rotate-secret p1')).stdout).toMatch(/product secret: +rotatedProductSecret/);
  const { stdout } = await dmctl('product rotate-secret p1 --secret given --json');
  expect(JSON.parse(stdout)).toEqual({ productKey: 'p1', productSecret: 'given' });
});
