import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('log shows time, action, topic, code and cause, oldest first', async () => {
  expect((await dmctl('log', 'p', 'd')).stdout).toBe('the gateway has seen nothing of d\n');
  platform.hubLog = [
    { timestamp: 1778593628940, action: 'refuse', topic: '', content: 'wrong sign: check the secret', resultCode: 4 },
    { timestamp: 1778593629000, action: 'connect', topic: '', content: 'from 10.0.0.7', resultCode: 200 },
    { timestamp: 1778593629001, action: 'publish', topic: '/sys/p/d/x', content: 'kept', resultCode: 200 },
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
