import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('sdk-log shows lines with their parts', async () => {
  platform.logLines.push({
    timestamp: NOW,
    level: 2,
    module: 'net',
    code: '4103',
    traceContext: '123',
    content: 'no route',
  });
  const { code, stdout } = await dmctl('device sdk-log p d --level warn --module net --since 1d --limit 10');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'TIME                      LEVEL  MODULE  CODE  TRACE CONTEXT  CONTENT\n' +
      `${new Date(NOW).toISOString()}  error  net     4103  123            no route\n`,
  );
  expect(platform.requests.listLogLines).toEqual({
    productID: 'p',
    deviceName: 'd',
    timeStart: String(NOW - 86_400_000),
    timeEnd: '0',
    level: '3',
    module: 'net',
    page: '1',
    size: '10',
  });
  expect(JSON.parse((await dmctl('device sdk-log p d --json')).stdout)).toMatchObject([
    { level: 'error', timestamp: NOW },
  ]);
  expect((await dmctl('device sdk-log p d --level loud')).code).toBe(2);
});

test('network shows how it was, and whether that was told at once', async () => {
  platform.networkStatus.push({ timestamp: NOW, metrics: '{"wifi":{"rssi":75}}', history: true });
  expect((await dmctl('device network p d')).stdout).toBe(
    'TIME                      NETWORK               TOLD\n' +
      `${new Date(NOW).toISOString()}  {"wifi":{"rssi":75}}  later\n`,
  );
  expect(JSON.parse((await dmctl('device network p d --json')).stdout)).toMatchObject([
    { network: { wifi: { rssi: 75 } }, told: 'later' },
  ]);
});
