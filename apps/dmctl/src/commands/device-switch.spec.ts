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
const dmctl = (args: string, file = '') =>
  runCli([...args.split(' '), '--endpoint', platform.endpoint], { readFile: async () => Buffer.from(file) });
const createMore = (...names: string[]) => Promise.all(names.map((name) => dmctl(`device create p1 ${name}`)));
const states = () =>
  Object.fromEntries([...platform.devices.values()].map((device) => [device.deviceName, device.isEnable]));

test('enable and disable', async () => {
  expect((await dmctl('device disable p1 dev001')).stdout).toBe('disabled device dev001 of p1\n');
  expect(platform.requests.deviceInfoUpdate).toMatchObject({ isEnable: '2', tags: {}, deviceAlias: null });
  expect((await dmctl('device show p1 dev001')).stdout).toMatch(/state: +disabled/);
  const { stdout } = await dmctl('device enable p1 dev001 --json');
  expect(JSON.parse(stdout)).toEqual({ enabled: 'p1/dev001' });
  expect(platform.requests.deviceInfoUpdate).toMatchObject({ isEnable: '1' });
  expect((await dmctl('device enable p1 nobody')).code).toBe(1);
});

test('delete', async () => {
  expect((await dmctl('device delete p1 dev001')).stdout).toBe('deleted device dev001 of p1\n');
  expect((await dmctl('device delete p1 dev001')).code).toBe(1);
});

describe('many', () => {
  test('by name: each has its result, and a refusal does not stop the others', async () => {
    await createMore('dev002', 'dev003');
    const { code, stdout, stderr } = await dmctl('device disable p1 dev001 nobody dev003 dev001');
    expect(states()).toEqual({ dev001: '2', dev002: 1, dev003: '2' });
    expect(stdout).toMatch(/^dev001 +disabled$/m);
    expect(stdout).toMatch(/^nobody +.*nobody of p1 does not exist$/m);
    expect(stdout).toMatch(/^disabled 2 of 3 devices$/m);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'dmctl: 1 of 3 devices refused\n' });
    expect(JSON.parse((await dmctl('device enable p1 nobody dev001 --json')).stdout)).toEqual({
      enabled: 1,
      failed: 1,
      devices: [
        { deviceName: 'nobody', result: 'device nobody of p1 does not exist', code: 100009 },
        { deviceName: 'dev001', result: 'enabled' },
      ],
    });
  });

  test('by a file, counted first and done with --yes', async () => {
    await createMore('dev002', 'dev003');
    const file = 'productKey,deviceName\np1,dev002\n,dev003\np1,dev002\n';
    const { code, stdout, stderr } = await dmctl('device delete p1 --from names.csv', file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('dmctl: this would delete 2 devices of p1\n       --yes does it.\n');
    expect(platform.devices.size).toBe(3);
    expect((await dmctl('device delete p1 --from names.csv --yes', file)).stdout).toContain('deleted 2 of 2 devices');
    expect(Object.keys(states())).toEqual(['dev001']);
  });

  test('by a file of another product: none', async () => {
    const file = 'productKey,deviceName\np1,dev001\np2,dev001\n';
    const { code, stderr } = await dmctl('device delete p1 --from names.csv --yes', file);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot use names.csv: line 3 is of another product, p2');
    expect(platform.devices.size).toBe(1);
  });

  test('by the filters of the list, only of this product, counted first', async () => {
    await dmctl('product create p2');
    await dmctl('device create p2 dev001');
    await createMore('on');
    platform.devices.get('p1/on')!.isOnline = 1;
    expect((await dmctl('device disable p1 --online')).stderr).toContain('this would disable 1 devices of p1');
    await dmctl('device disable p1 --online --status online --tag k=v --name o --yes');
    expect(platform.requests.deviceInfoIndex).toMatchObject({
      productID: 'p1',
      status: '2',
      tags: { k: 'v' },
      deviceNameOrAlias: 'o',
      page: { page: '1', orders: [{ field: 'id', sort: '1' }] },
    });
    expect(platform.devices.get('p1/on')!.isEnable).toBe('2');
    expect((await dmctl('device delete p1 --all --yes')).stdout).toContain('deleted 2 of 2 devices');
    expect([...platform.devices.keys()]).toEqual(['p2/dev001']);
    expect((await dmctl('device delete p1 --all --yes')).code).toBe(0);
  });

  test('more than a page, all of them', async () => {
    for (let i = 0; i < 2001; i++) {
      platform.devices.set(`p1/n${i}`, { productID: 'p1', deviceName: `n${i}`, secret: '', isOnline: 2 });
    }
    expect((await dmctl('device delete p1 --all')).stderr).toContain('this would delete 2002 devices of p1');
  });
});
