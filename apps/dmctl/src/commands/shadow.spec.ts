import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const shadow = (command: string, ...rest: string[]) =>
  runCli(['shadow', command, 'p', 'd', ...rest, '--endpoint', platform.endpoint]);

const SECONDS = 1778593628;
const TIME = '2026-05-12T13:47:08.000Z';
const at = { timestamp: SECONDS };

test('get shows what is and what shall be, a row for each attribute', async () => {
  expect((await shadow('get')).stdout).toBe('the shadow of d is empty\n');
  Object.assign(platform.shadow, {
    reported: '{"color":"red","lamp":{"on":1,"rgb":[1,2]},"group":{}}',
    desired: '{"color":"green","lamp":{"hue":3}}',
    metadata: JSON.stringify({
      reported: { color: at, lamp: { on: at, rgb: at }, group: at },
      desired: { color: { timestamp: SECONDS + 1 }, lamp: { hue: at } },
    }),
    version: 1778593628940,
    updatedAt: SECONDS * 1000,
  });
  expect((await shadow('get')).stdout).toBe(
    `version 1778593628940, ${TIME}\n` +
      'ATTRIBUTE  REPORTED  DESIRED  TIME\n' +
      'color      red       green    2026-05-12T13:47:09.000Z\n' +
      `lamp.on    1                  ${TIME}\n` +
      `lamp.rgb   [1,2]              ${TIME}\n` +
      `group      {}                 ${TIME}\n` +
      `lamp.hue             3        ${TIME}\n`,
  );
  expect(JSON.parse((await shadow('get', '--json')).stdout)).toMatchObject({
    version: 1778593628940,
    time: TIME,
    reported: { color: 'red' },
    desired: { lamp: { hue: 3 } },
    metadata: { desired: { lamp: { hue: at } } },
  });
});

test('set tells the version, and whether the device hears of it', async () => {
  Object.assign(platform.shadow, { set: { version: 6, isSent: true } });
  const { code, stdout } = await shadow('set', '{"color":"blue"}', '--delta', '--as-version', '6');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'version 6; d was told\n' });
  expect(platform.requests.update).toMatchObject({ desired: '{"color":"blue"}', version: '6', isDelta: true });
  Object.assign(platform.shadow, { set: { version: 0, isSent: false } });
  expect((await shadow('set', '{}', '--as-version', '-1')).stdout).toBe(
    'version 0; d was not told: it fetches it when it comes online\n',
  );
  expect(platform.requests.update).toMatchObject({ version: '-1', isDelta: false });
  expect(JSON.parse((await shadow('set', '{}', '--json')).stdout)).toEqual({ version: 0, isSent: false });
});

test('delete deletes', async () => {
  expect((await shadow('delete')).stdout).toBe('deleted the shadow of d\n');
  expect(platform.requests.delete).toMatchObject({ productID: 'p', deviceName: 'd' });
});

test.each<[string, string, RegExp]>([
  ['red', '1', /JSON/],
  ['{}', '1.5', /a version, 0, or -1/],
  ['{}', '-2', /a version, 0, or -1/],
])('set %s with version %s says what is wrong', async (desired, version, expected) => {
  const { code, stderr } = await shadow('set', desired, '--as-version', version);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(expected);
});
