import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(async () => {
  platform.products.clear();
  platform.devices.clear();
  for (const deviceName of ['dev001', 'dev002']) {
    platform.devices.set(`p1/${deviceName}`, { productID: 'p1', deviceName, secret: '', isOnline: 1 });
  }
});
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('count by type, of an area, of a group', async () => {
  const count = async (...args: string[]) =>
    JSON.parse((await dmctl('device', 'count', ...args, '--json')).stdout) as object;
  expect(await count('--by', 'type')).toEqual({ devices: 7, gateways: 2, subDevices: 0 });
  const range = { total: 5, online: 2, devices: 4, gateways: 1, subDevices: 0 };
  expect(await count('--area', '77')).toEqual(range);
  expect(platform.requests.deviceCount).toMatchObject({ rangeType: '1', rangeIDs: ['77'] });
  expect(await count()).toEqual({ total: 9, activated: 5, online: 2 });
  expect((await dmctl('device', 'count', 'p1', '--by', 'type')).stderr).toContain('one of them');
  expect((await dmctl('device', 'count', '--area', '0')).stderr).toContain('It must be an id');
});

test('place says of many devices where they stand', async () => {
  const { stdout } = await dmctl('device', 'place', 'p1', '--all', '--area', '77', '--rated-power', '60', '--yes');
  expect(stdout).toBe('placed 2 devices; those that do not exist were passed over\n');
  expect(platform.requests.DeviceInfoMultiUpdate).toMatchObject({
    devices: [
      { productID: 'p1', deviceName: 'dev001' },
      { productID: 'p1', deviceName: 'dev002' },
    ],
    areaID: '77',
    ratedPower: '60',
    distributor: null,
  });
  await dmctl('device', 'place', 'p1', 'dev001', '--distributor', '5');
  expect(platform.requests.DeviceInfoMultiUpdate).toMatchObject({ areaID: '0', distributor: { id: '5' } });
  expect((await dmctl('device', 'place', 'p1', 'dev001')).stderr).toContain('--area, --distributor, --rated-power');
  expect((await dmctl('device', 'place', 'p1', '--all', '--area', '77')).stderr).toContain(
    'would place 2 devices of p1',
  );
});

test('move has a device take the place of another', async () => {
  const move = (...args: string[]) => dmctl('device', 'move', 'p1', 'dev001', 'p1', ...args);
  expect((await move('dev002')).stdout).toBe('p1/dev002 is now what p1/dev001 was\n');
  expect(platform.requests.deviceMove).toMatchObject({
    old: { productID: 'p1', deviceName: 'dev001' },
    new: { productID: 'p1', deviceName: 'dev002' },
    withTarget: [],
  });
  expect(JSON.parse((await move('dev002', '--with-profile', '--json')).stdout)).toEqual({
    moved: 'p1/dev001',
    to: 'p1/dev002',
  });
  expect(platform.requests.deviceMove).toMatchObject({ withTarget: ['profile'] });
  expect((await move('nobody')).code).toBe(1);
});

test('versions shows what devices have told of their firmware', async () => {
  const { stdout, stderr } = await dmctl('device', 'versions', 'p1', 'dev001', '--module', 'default', '--limit', '1');
  expect(stdout).toMatch(/^p1 +dev001 +default +1\.1$/m);
  expect(stderr).toContain('1 to 1 of 3; --page 2 shows more');
  expect(platform.requests.deviceModuleVersionIndex).toMatchObject({
    productID: 'p1',
    deviceName: 'dev001',
    moduleCode: 'default',
    page: { page: '1', size: '1' },
  });
});
