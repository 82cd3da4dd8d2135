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
    ...['--cron', '0 3 * * *', '--jetstream'],
  );
  expect(created).toMatchObject({ code: 0, stdout: 'created job nightly of reports\n' });
  expect(platform.requests.TaskGroupCreate).toMatchObject({ code: 'reports', type: 'queue', subType: 'natsJs' });
  expect(platform.requests.TaskInfoCreate).toMatchObject({
    groupCode: 'reports',
    code: 'nightly',
    type: '1',
    cronExpr: '0 3 * * *',
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
  expect(await dmctl('job', 'delete', 'reports', 'nightly')).toMatchObject({ code: 1, stdout: '' });
});

test('a group that exists stays as it is, and a job without cron waits to be run', async () => {
  platform.groups.set('mine', { code: 'mine' });
  delete platform.requests.TaskGroupCreate;
  expect((await dmctl('job', 'create', 'mine', 'once', '--topic', 't')).code).toBe(0);
  expect(platform.requests.TaskGroupCreate).toBeUndefined();
  expect(platform.requests.TaskInfoCreate).toMatchObject({ type: '2', cronExpr: '' });
});

test('a job that is refused leaves no group behind', async () => {
  const { code, stderr } = await dmctl('job', 'create', 'fresh', 'nightly', '--topic', 't', '--cron', 'bad');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cronExpr') });
  expect(platform.groups.has('fresh')).toBe(false);
});

test('a job that does not exist: the hint shows the jobs', async () => {
  for (const command of ['run', 'delete']) {
    const { code, stderr } = await dmctl('job', command, 'mine', 'nosuch');
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not exist \(100009\)\n +dmctl job list/);
    expect(stderr).not.toContain('product');
  }
});
