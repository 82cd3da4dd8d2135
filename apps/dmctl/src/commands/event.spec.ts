import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('list shows events with type and parameters', async () => {
  const { code, stdout } = await dmctl('event', 'list', 'p', 'd', '--event', 'highTemperature', '--since', '1d');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'TIME                      EVENT            TYPE   PARAMS\n' +
      '2026-05-12T13:47:08.940Z  highTemperature  alert  {"value":80}\n',
  );
  expect(platform.requests.eventLogIndex).toMatchObject({
    productID: 'p',
    deviceName: 'd',
    dataID: 'highTemperature',
    timeStart: String(NOW - 86_400_000),
    page: { page: '1', size: '100' },
  });
  expect(JSON.parse((await dmctl('event', 'list', 'p', 'd', '--json')).stdout)).toMatchObject([
    { params: { value: 80 } },
  ]);
});
