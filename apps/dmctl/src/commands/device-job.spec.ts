import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

const job = {
  jobID: 12,
  productID: 'p1',
  name: 'blink',
  document: '{"led":1}',
  status: 'running',
  counts: { SENT: 1, SUCCEEDED: 2 },
  createdTime: 1_778_593_628,
};
beforeEach(() => {
  platform.deviceJobs.jobs.splice(0, 1, job);
  platform.deviceJobs.tasks.splice(0, 1, {
    taskID: '7',
    deviceName: 'dev001',
    status: 'FAILED',
    progress: 40,
    statusDetails: '{"why":"no room"}',
    updatedAt: 1_778_593_628_940,
  });
});

test('create says for how many devices it is', async () => {
  const created = await dmctl(
    ...['device-job', 'create', 'p1', 'blink', '--document', '{"led":1}', '--device', 'dev001', '--device', 'dev002'],
    ...['--url', 'https://files.example/a', '--sign', 'ab', '--timeout', '5'],
  );
  expect(created).toMatchObject({ code: 0, stdout: 'created job 12 for 3 devices\n' });
  expect(platform.requests.jobCreate).toMatchObject({
    productID: 'p1',
    name: 'blink',
    document: '{"led":1}',
    deviceNames: ['dev001', 'dev002'],
    file: { url: 'https://files.example/a', sign: 'ab' },
    timeoutMinutes: '5',
  });
  expect((await dmctl('device-job', 'create', 'p1', 'blink', '--document', 'led')).code).toBe(2);
  const readFile = async (): Promise<Buffer> => Buffer.from([0, 255]);
  const args = ['device-job', 'create', 'p1', 'fonts', '--file', 'f.bin', '--endpoint', platform.endpoint];
  expect((await runCli(args, { readFile })).code).toBe(0);
  const { file } = platform.requests.jobCreate as { file: { url: string; content: Uint8Array } };
  expect([file.url, ...file.content]).toEqual(['', 0, 255]);
});

test('list and show count what is done', async () => {
  expect((await dmctl('device-job', 'list', 'p1')).stdout).toMatch(/12 +p1 +blink +running +3 +2 +2026-/);
  expect((await dmctl('device-job', 'show', '12')).stdout).toMatch(/document: +\{"led":1\}\n(.*\n)*.*succeeded: +2/);
});

test('tasks show how far each device has come', async () => {
  const { stdout } = await dmctl('device-job', 'tasks', '12', '--status', 'FAILED');
  expect(stdout).toMatch(/7 +dev001 +FAILED +40 % +\{"why":"no room"\} +2026-05-12T/);
  expect(platform.requests.taskIndex).toMatchObject({ jobID: '12', status: 'FAILED', page: '1', size: '100' });
});

test('cancel and remove', async () => {
  expect((await dmctl('device-job', 'cancel', '12')).stdout).toBe('cancelled job 12: 2 tasks were not finished\n');
  expect((await dmctl('device-job', 'remove', '12')).stdout).toBe('removed job 12\n');
});
