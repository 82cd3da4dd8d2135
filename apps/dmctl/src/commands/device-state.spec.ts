import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(async () => {
  platform.products.clear();
  platform.devices.clear();
  await dmctl('product create p1');
  await dmctl('device create p1 dev001');
});
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('update sets and removes tags and keeps the others; an alias alone touches no tag', async () => {
  await dmctl('device update p1 dev001 --tag site=a=b --tag floor=1');
  await dmctl('device update p1 dev001 --tag floor=2 --tag empty=');
  expect(platform.devices.get('p1/dev001')!.tags).toEqual({ site: 'a=b', floor: '2', empty: '' });
  await dmctl('device update p1 dev001 --untag empty --untag site --tag floor=3');
  expect(platform.devices.get('p1/dev001')!.tags).toEqual({ floor: '3' });
  await dmctl('device update p1 dev001 --untag floor');
  expect(platform.devices.get('p1/dev001')!.tags).toEqual({});
  await dmctl('device update p1 dev001 --alias kitchen');
  expect(platform.requests.deviceInfoUpdate).toMatchObject({ deviceAlias: { value: 'kitchen' }, tags: {} });
  expect((await dmctl('device show p1 dev001')).stdout).toMatch(/alias: +kitchen/);
});

test('update sets the log level alone, and show tells it', async () => {
  await dmctl('device update p1 dev001 --tag floor=1');
  await dmctl('device update p1 dev001 --log-level info');
  expect(platform.requests.deviceInfoUpdate).toMatchObject({ logLevel: '4', deviceAlias: null, tags: {} });
  expect((await dmctl('device show p1 dev001')).stdout).toMatch(/log level: +info\n/);
  expect((await dmctl('device update p1 dev001 --log-level loud')).code).toBe(2);
});

test('reset says what else is deleted', async () => {
  const { stdout } = await dmctl('device reset p1 dev001');
  expect(stdout).toBe('reset device dev001 of p1: it may register again\n');
  const device = { productID: 'p1', deviceName: 'dev001' };
  expect(platform.requests.deviceReset).toMatchObject({ device, log: false, info: false });
  await dmctl('device reset p1 dev001 --logs --data');
  expect(platform.requests.deviceReset).toMatchObject({ device, log: true, info: true });
});

test('rotate-secret prints the new one', async () => {
  expect((await dmctl('device rotate-secret p1 dev001')).stdout).toMatch(/device secret: +rotatedDeviceSecret/);
  const { stdout } = await dmctl('device rotate-secret p1 dev001 --secret given --json');
  expect(JSON.parse(stdout)).toEqual({ productKey: 'p1', deviceName: 'dev001', deviceSecret: 'given' });
});
