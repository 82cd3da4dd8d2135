import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
beforeEach(() => {
  platform.deviceAnswer = { code: 200, msg: '' };
});
const call = (...rest: string[]) =>
  runCli(['service', 'call', 'p', 'd', 'echo', ...rest, '--endpoint', platform.endpoint]);

test('waits for the output', async () => {
  const { code, stdout } = await call('{"text":"hello"}', '--timeout', '4');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '200 success {"text":"hello"}\n' });
  expect(platform.requests.actionSend).toMatchObject({
    actionID: 'echo',
    inputParams: '{"text":"hello"}',
    isAsync: false,
    option: { requestTimeout: '4' },
  });
  expect(JSON.parse((await call('--json')).stdout)).toEqual({
    code: 200,
    message: 'success',
    id: '78',
    output: { text: 'hello' },
  });
});

test('need not wait', async () => {
  expect((await call('--async')).stdout).toBe('sent, message id 78\n');
  expect(platform.requests.actionSend).toMatchObject({ inputParams: '{}', isAsync: true });
});

test('a device that refuses ends with 1', async () => {
  platform.deviceAnswer = { code: 100001, msg: 'cannot reboot now' };
  const { code, stderr } = await call();
  expect(code).toBe(1);
  expect(stderr).toContain('cannot reboot now (100001)');
});
