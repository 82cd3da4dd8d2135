import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(() => {
  platform.deviceAnswer = { code: 200, msg: '' };
});
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('latest shows value and time, in words and in milliseconds', async () => {
  const { code, stdout } = await dmctl('property', 'latest', 'p', 'd', 'temperature', 'other');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'PROPERTY     NAME       VALUE  TIME                      TIMESTAMP\n' +
      'temperature  Room heat  25.5   2026-05-12T13:47:08.940Z  1778593628940\n',
  );
  expect(platform.requests.propertyLatestIndex).toMatchObject({ dataIDs: ['temperature', 'other'] });
  const { stdout: json } = await dmctl('property', 'latest', 'p', 'd', '--json');
  expect(JSON.parse(json)).toEqual([
    {
      property: 'temperature',
      name: 'Room heat',
      value: 25.5,
      time: '2026-05-12T13:47:08.940Z',
      timestamp: 1778593628940,
    },
  ]);
});

test('latest has what was never said without a value, and an array as one, unless its elements are asked for', async () => {
  const entry = (dataID: string, value: string, timestamp: number) => ({ dataID, dataName: dataID, value, timestamp });
  platform.latest = [
    entry('iccid', '89860012345678901234', 1000),
    entry('count', '0', 0),
    entry('levels.0', '5', 2000),
    entry('levels.1', '0', 0),
    entry('levels.2', 'x', 3000),
    entry('levels.3', '0', 0),
    entry('empty.0', '0', 0),
  ];
  const rows = async (...asked: string[]) =>
    (
      JSON.parse((await dmctl('property', 'latest', 'p', 'd', ...asked, '--json')).stdout) as {
        property: string;
        name: string;
        value?: unknown;
        timestamp: number;
      }[]
    ).map(({ property, name, value, timestamp }) => [property, name, value, timestamp]);
  expect(await rows()).toEqual([
    ['iccid', 'iccid', '89860012345678901234', 1000],
    ['count', 'count', undefined, 0],
    ['levels', 'levels', [5, null, 'x'], 3000],
    ['empty', 'empty', undefined, 0],
  ]);
  platform.latest = [entry('levels.2', '7', 3000)];
  expect(await rows('levels.2')).toEqual([['levels.2', 'levels.2', 7, 3000]]);
});

test('history is oldest first', async () => {
  const { stdout } = await dmctl(
    'property',
    'history',
    'p',
    'd',
    'temperature',
    '--since',
    '1h',
    '--limit',
    '9',
    '--json',
  );
  expect((JSON.parse(stdout) as { value: number }[]).map(({ value }) => value)).toEqual([25.5, 26]);
  expect(platform.requests.propertyLogIndex).toMatchObject({
    dataID: 'temperature',
    timeStart: String(NOW - 3_600_000),
    page: { page: '1', size: '9' },
  });
});

describe('set', () => {
  const set = (...rest: string[]) => dmctl('property', 'set', 'p', 'd', '{"temperature":28}', ...rest);

  test('sends, waits, and prints what the device answered', async () => {
    const { code, stdout } = await set('--timeout', '5');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '200 success\n' });
    expect(platform.requests.propertyControlSend).toMatchObject({
      productID: 'p',
      deviceName: 'd',
      data: '{"temperature":28}',
      shadowControl: '1',
      isAsync: false,
      syncTimeout: '5',
    });
    expect(JSON.parse((await set('--json')).stdout)).toEqual({ code: 200, message: 'success', id: '77' });
  });

  test.each([
    [2000003, 'device d is offline', /^dmctl: the device is offline: device d is offline \(2000003\)\n/],
    [2000002, '', /^dmctl: the device did not answer in time \(2000002\)\n/],
    [
      2000002,
      'the device did not answer in time; many devices never send set_reply',
      /^dmctl: the device did not answer in time; many devices never send set_reply \(2000002\)\n/,
    ],
    [2000004, 'the device answered 460: bad', /^dmctl: the device answered 460: bad \(2000004\)\n/],
    [100001, '', /^dmctl: refused \(100001\)\n/],
  ])('says plainly what %i means', async (deviceCode, msg, expected) => {
    platform.deviceAnswer = { code: deviceCode, msg };
    const { code, stdout, stderr } = await set();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(expected);
  });
});

test('set --async sends and does not wait', async () => {
  const set = (...rest: string[]) => dmctl('property', 'set', 'p', 'd', '{"temperature":28}', '--async', ...rest);
  expect((await set()).stdout).toBe('sent, message id 77\n');
  expect(platform.requests.propertyControlSend).toMatchObject({ isAsync: true, shadowControl: '1' });
  expect(JSON.parse((await set('--json')).stdout)).toEqual({ id: '77' });
  platform.deviceAnswer = { code: 2000003, msg: '' };
  expect((await set('--keep')).stdout).toBe('kept: d is set when it comes online\n');
});

test('set --keep has the values wait where the device is offline', async () => {
  const set = (...rest: string[]) => dmctl('property', 'set', 'p', 'd', '{"temperature":28}', '--keep', ...rest);
  expect((await set()).stdout).toBe('200 success\n');
  platform.deviceAnswer = { code: 2000003, msg: 'device d is offline' };
  expect((await set()).stdout).toBe('kept: d is set when it comes online\n');
  expect(platform.requests.propertyControlSend).toMatchObject({ data: '{"temperature":28}', shadowControl: '2' });
  expect(JSON.parse((await set('--json')).stdout)).toMatchObject({ code: 200, message: 'kept' });
  platform.deviceAnswer = { code: 2000002, msg: '' };
  expect((await set()).stderr).toContain('did not answer in time (2000002)');
});

test('get shows what the device answered', async () => {
  const { stdout } = await dmctl('property', 'get', 'p', 'd', 'temperature', '--json');
  expect(JSON.parse(stdout)).toMatchObject([{ property: 'temperature', value: 25.5, timestamp: 1778593628940 }]);
  platform.deviceAnswer = { code: 2000003, msg: '' };
  expect((await dmctl('property', 'get', 'p', 'd')).stderr).toContain('the device is offline (2000003)');
});
