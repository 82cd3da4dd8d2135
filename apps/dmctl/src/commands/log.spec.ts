import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('log shows time, action, topic, code and cause, oldest first', async () => {
  expect((await dmctl('log', 'p', 'd')).stdout).toBe('the node has seen nothing of d\n');
  platform.hubLog = [
    { timestamp: 1778593628940, action: 'refuse', topic: '', content: 'wrong sign: check the secret', resultCode: 4 },
    { timestamp: 1778593629000, action: 'connect', topic: '', content: 'from 10.0.0.7', resultCode: 200 },
    { timestamp: 1778593629001, action: 'property', topic: '/sys/p/d/x', content: 'kept', resultCode: 200 },
  ];
  expect((await dmctl('log', 'p', 'd')).stdout).toBe(
    'TIME                      ACTION   TOPIC       CODE  CONTENT\n' +
      '2026-05-12T13:47:08.940Z  refuse               4     wrong sign: check the secret\n' +
      '2026-05-12T13:47:09.000Z  connect              200   from 10.0.0.7\n' +
      '2026-05-12T13:47:09.001Z  publish  /sys/p/d/x  200   kept\n',
  );
  const { stdout } = await dmctl('log', 'p', 'd', '--limit', '1', '--json');
  expect(JSON.parse(stdout)).toMatchObject([{ action: 'publish', code: 200, timestamp: 1778593629001 }]);
  expect(platform.requests.hubLogIndex).toMatchObject({ productID: 'p', deviceName: 'd' });
});

describe('what a device reports', () => {
  const DAY_MS = 24 * 3_600_000;
  const step = 'dmctl device update p1 dev001 --log-level info has it written from now on\n';
  const note = async () => (await dmctl('log', 'p1', 'dev001')).stderr;

  beforeEach(async () => {
    platform.hubLog = [];
    platform.products.clear();
    platform.devices.clear();
    await dmctl('product', 'create', 'p1');
    await dmctl('device', 'create', 'p1', 'dev001');
    platform.devices.get('p1/dev001')!.createdTime = Math.floor((NOW - 2 * DAY_MS) / 1000);
  });

  test('is not in its log after a day, and how it comes there is told', async () => {
    expect(await note()).toBe(
      `what dev001 reports is not in its log: it is older than 24 hours, and nobody has asked for them; ${step}`,
    );
    platform.hubLog = [{ timestamp: 1, action: 'publish', topic: '', content: '', resultCode: 200 }];
    expect(await note()).toBe('');
  });

  test('is not in its log where its level or that of its product says so', async () => {
    await dmctl('product', 'update', 'p1', '--log-level', 'off');
    expect(await note()).toBe(`what dev001 reports is not in its log: the log level of product p1 is off; ${step}`);
    await dmctl('device', 'update', 'p1', 'dev001', '--log-level', 'error');
    expect(await note()).toBe(`what dev001 reports is not in its log: its log level is error; ${step}`);
  });

  test('is in its log where that is asked for, and of a newcomer', async () => {
    await dmctl('product', 'update', 'p1', '--log-level', 'info');
    expect(await note()).toBe('');
    await dmctl('device', 'update', 'p1', 'dev001', '--log-level', 'debug');
    await dmctl('product', 'update', 'p1', '--log-level', 'off');
    expect(await note()).toBe('');
    await dmctl('product', 'create', 'p2');
    await dmctl('device', 'create', 'p2', 'dev002');
    platform.devices.get('p2/dev002')!.createdTime = Math.floor(NOW / 1000);
    expect((await dmctl('log', 'p2', 'dev002')).stderr).toBe('');
    expect((await dmctl('log', 'p2', 'nobody')).stderr).toBe('');
  });
});
