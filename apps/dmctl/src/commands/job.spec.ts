import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--job-endpoint', platform.endpoint]);

test('a job from its creation to its end', async () => {
  expect((await dmctl('job', 'list')).stdout).toBe('no jobs\n');
  const created = await dmctl(
    ...['job', 'create', 'reports', 'nightly', '--topic', 'reports.build', '--payload', '{"a":1}'],
    ...['--cron', '0 3 * * *'],
  );
  expect(created).toMatchObject({ code: 0, stdout: 'created job nightly of reports\n' });
  expect(platform.requests.TaskInfoCreate).toMatchObject({
    groupCode: 'reports',
    code: 'nightly',
    type: '1',
    cronExpr: '0 3 * * *',
    status: '2',
    params: '{"topic":"reports.build","payload":"{\\"a\\":1}"}',
  });

  expect((await dmctl('job', 'list', 'reports')).stdout).toMatch(/\nreports +nightly +timed +0 3 \* \* \* +running /);
  expect((await dmctl('job', 'run', 'reports', 'nightly', '--delay', '30')).stdout).toBe(
    'nightly runs in 30 s, task task-1\n',
  );
  expect(platform.requests.TaskSend).toMatchObject({
    groupCode: 'reports',
    code: 'nightly',
    option: { processIn: '30' },
  });
  expect(JSON.parse((await dmctl('job', 'run', 'reports', 'nightly', '--json')).stdout)).toEqual({ taskId: 'task-1' });
  expect((await dmctl('job', 'delete', 'reports', 'nightly')).stdout).toBe('deleted job nightly of reports\n');
  expect(platform.tasks.size).toBe(0);
  expect(await dmctl('job', 'delete', 'reports', 'nightly')).toMatchObject({ code: 1, stdout: '' });
});

test('a job without cron waits to be run', async () => {
  expect((await dmctl('job', 'create', 'mine', 'once', '--topic', 't')).code).toBe(0);
  expect(platform.requests.TaskInfoCreate).toMatchObject({ type: '2', cronExpr: '' });
});

test('a job that exists is not created again: it would stay as it was', async () => {
  expect((await dmctl('job', 'create', 'mine', 'twice', '--topic', 't')).code).toBe(0);
  delete platform.requests.TaskInfoCreate;
  expect(await dmctl('job', 'create', 'mine', 'twice', '--topic', 'other')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/job twice of mine exists already \(100010\)/),
  });
  expect(platform.requests.TaskInfoCreate).toBeUndefined();
});

test('a job that is refused says why', async () => {
  const { code, stderr } = await dmctl('job', 'create', 'fresh', 'nightly', '--topic', 't', '--cron', 'bad');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cronExpr') });
});

test('a job that does not exist: the hint shows the jobs', async () => {
  for (const command of ['run', 'delete']) {
    delete platform.requests.TaskSend;
    const { code, stderr } = await dmctl('job', command, 'mine', 'nosuch');
    expect(platform.requests.TaskSend).toBeUndefined();
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not exist \(100009\)\n +dmctl job list/);
    expect(stderr).not.toContain('product');
  }
});
