import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(() => {
  platform.devices.clear();
  platform.calls = {};
  for (const deviceName of ['on1', 'on2', 'off1']) {
    platform.devices.set(`p1/${deviceName}`, { productID: 'p1', deviceName, secret: '', isOnline: 1 });
  }
});
const VALUES = '{"temperature":28}';
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);
const setMany = (...args: string[]) => dmctl('property', 'set-many', 'p1', VALUES, ...args);

test('set-many: each device has its result, and one that failed is the exit code', async () => {
  const { code, stdout, stderr } = await setMany('on1', 'off1', 'on2', '--timeout', '5');
  expect(stdout).toMatch(/^on1 +set\noff1 +the device is offline\non2 +set\nset 2 of 3 devices$/m);
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'dmctl: 1 of 3 devices failed\n' });
  expect(platform.requests.propertyControlMultiSend).toMatchObject({
    productID: 'p1',
    deviceNames: ['on1', 'off1', 'on2'],
    data: VALUES,
    shadowControl: '1',
    isAsync: false,
    syncTimeout: '5',
  });
  expect(JSON.parse((await setMany('on1', 'off1', '--json')).stdout)).toEqual({
    set: 1,
    failed: 1,
    devices: [
      { deviceName: 'on1', result: 'set', id: '79' },
      { deviceName: 'off1', result: 'the device is offline', code: 2000003, id: '79' },
    ],
  });
  expect((await setMany('on1', 'on2')).code).toBe(0);
});

test('set-many --async and --keep', async () => {
  expect((await setMany('on1', '--async')).stdout).toContain('sent 1 of 1 devices');
  expect(platform.requests.propertyControlMultiSend).toMatchObject({ isAsync: true });
  expect((await setMany('on1', '--keep')).stdout).toContain('kept 1 of 1 devices');
  expect(platform.requests.propertyControlMultiSend).toMatchObject({ isAsync: false, shadowControl: '2' });
  expect((await setMany('on1', '--keep', '--async')).code).toBe(2);
});

test('what a filter or a group chooses is counted first', async () => {
  const { code, stderr } = await setMany('--all');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'dmctl: this would set properties of 3 devices of p1\n       --yes does it.\n',
  });
  expect(platform.calls['propertyControlMultiSend']).toBeUndefined();
  expect((await setMany('--all', '--yes')).stdout).toContain('set 2 of 3 devices');
  expect((await setMany('--group', 'hall', 'on1')).stderr).toContain('--group stands alone');
  expect((await setMany()).code).toBe(2);
});

test('thousands go in parts, and only those that failed are shown', async () => {
  for (let i = 0; i < 2500; i++) {
    const deviceName = `on${String(i).padStart(4, '0')}`;
    platform.devices.set(`p1/${deviceName}`, { productID: 'p1', deviceName, secret: '', isOnline: 1 });
  }
  const { stdout, stderr } = await setMany('--all', '--yes');
  expect(platform.calls['propertyControlMultiSend']).toBe(3);
  expect(stdout).toContain('set 2502 of 2503 devices');
  expect(stderr).toContain('1000 of 2503 devices\n2000 of 2503 devices\n2503 of 2503 devices\n');
});

test('get-many shows the values of each', async () => {
  const get = (...args: string[]) => dmctl('property', 'get-many', 'p1', ...args);
  const { code, stdout } = await get('on1', 'off1', '--property', 'temperature');
  expect(stdout).toMatch(
    /^on1 +answered +\{"temperature":25.5\}\noff1 +the device is offline\nanswered 1 of 2 devices$/m,
  );
  expect(code).toBe(1);
  expect(platform.requests.propertyGetReportMultiSend).toMatchObject({ dataIDs: ['temperature'] });
  expect(JSON.parse((await get('on1', '--json')).stdout)).toMatchObject({
    answered: 1,
    devices: [{ deviceName: 'on1', values: { temperature: 25.5 } }],
  });
});

describe('history --every', () => {
  const history = (...args: string[]) => dmctl('property', 'history', 'p1', 'on1', 'temperature', ...args);

  test('shows what is made of each span, oldest first', async () => {
    const { stdout } = await history('--every', '1h', '--agg', 'avg,max', '--since', '2h');
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'TIME AVG MAX',
      '2026-05-12T13:40:00.000Z 26.5 30',
      '2026-05-12T14:40:00.000Z 25.5',
      '',
    ]);
    expect(platform.requests.propertyLogAggIndex).toMatchObject({
      productID: 'p1',
      deviceName: 'on1',
      interval: '1',
      intervalUnit: 'h',
      aggs: [{ dataID: 'temperature', argFuncs: ['avg', 'max'] }],
    });
    await history('--every', '3M');
    expect(platform.requests.propertyLogAggIndex).toMatchObject({
      interval: '3',
      intervalUnit: 'n',
      aggs: [{ argFuncs: ['avg'] }],
    });
    expect(JSON.parse((await history('--every', '1d', '--limit', '1', '--json')).stdout)).toEqual([
      { time: '2026-05-12T14:40:00.000Z', avg: 25.5, timestamp: 1778596800000 },
    ]);
  });

  test.each([
    [['--agg', 'max'], '--agg goes with --every'],
    [['--every', '0h'], 'It must be like 10s'],
    [['--every', '1x'], 'It must be like 10s'],
    [['--every', '1h', '--agg', 'avg,'], 'names separated by commas'],
  ])('%j is refused', async (args, text) => {
    const { code, stderr } = await history(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });
});
