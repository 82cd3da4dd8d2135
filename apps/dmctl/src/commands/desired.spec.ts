import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const desired = (command: string, ...rest: string[]) =>
  runCli(['desired', command, 'p', 'd', ...rest, '--endpoint', platform.endpoint]);

const AT = 1778593628940;
const TIME = '2026-05-12T13:47:08.940Z';

test('get shows values, versions, and which of them wait', async () => {
  expect((await desired('get')).stdout).toBe('nothing is desired of d\n');
  platform.desired.list = [
    { identifier: 'label', value: '"a b"', version: 3, isWaiting: true, updatedAt: AT },
    { identifier: 'rpm', value: '5', version: 1, isWaiting: false, updatedAt: AT },
    { identifier: 'temperature', value: '', version: 2, isWaiting: false, updatedAt: AT },
  ];
  const { stdout } = await desired('get', 'rpm', 'label', 'temperature', '--all');
  expect(stdout).toBe(
    'PROPERTY     VALUE  VERSION  STATE      TIME\n' +
      `label        a b    3        waiting    ${TIME}\n` +
      `rpm          5      1        delivered  ${TIME}\n` +
      `temperature         2        deleted    ${TIME}\n`,
  );
  expect(platform.requests.read).toMatchObject({ identifiers: ['rpm', 'label', 'temperature'], withDeleted: true });
  const rows = JSON.parse((await desired('get', '--json')).stdout) as object[];
  expect(rows[1]).toEqual({ property: 'rpm', value: 5, version: 1, state: 'delivered', time: TIME, timestamp: AT });
});

test('set tells the versions, and whether the device hears of it now', async () => {
  Object.assign(platform.desired, { versions: { rpm: 4 }, isSent: true });
  const versions = ['--if-version', 'rpm=3', '--if-version', 'mod:temperature=0'];
  const { code, stdout } = await desired('set', '{"rpm":6}', ...versions);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'rpm version 4; d is sent it now\n' });
  expect(platform.requests.set).toMatchObject({
    productID: 'p',
    deviceName: 'd',
    data: '{"rpm":6}',
    versions: { rpm: '3', 'mod:temperature': '0' },
  });
  platform.desired.isSent = false;
  expect((await desired('set', '{"rpm":6}')).stdout).toMatch(/d is offline: it is sent it when it comes online\n$/);
  expect(JSON.parse((await desired('set', '{"rpm":6}', '--json')).stdout)).toEqual({
    versions: { rpm: 4 },
    isSent: false,
  });
});

test('delete names what was there', async () => {
  Object.assign(platform.desired, { versions: { rpm: 4 } });
  expect((await desired('delete', 'rpm', 'other')).stdout).toBe('deleted rpm\n');
  expect(platform.requests.delete).toMatchObject({ identifiers: ['rpm', 'other'] });
  Object.assign(platform.desired, { versions: {} });
  expect((await desired('delete', 'rpm')).stdout).toBe('nothing was there to delete\n');
});

test.each<[string, string, RegExp, ...string[]]>([
  ['set', '5', /JSON object/],
  ['set', '{"rpm":1}', /identifier=version/, '--if-version', 'rpm'],
  ['delete', '--json', /missing required argument 'identifiers'/],
])('%s %s says what is wrong', async (command, argument, expected, ...rest) => {
  const { code, stderr } = await desired(command, argument, ...rest);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(expected);
});
