/** Jobs of devices: made, told to devices, asked for by them, and ended. */
import { createHash } from 'node:crypto';
import { eventually } from '@alink/testing';
import { CommandBed, type Got } from './command-bed';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startBeside, startDm, type DmFixture } from './dm-fixture';
import { beginSession, contextOf } from './dm-context';
import { JobNotices } from '../src/domains/jobs/notices';
import { claimTask, isStillClaimed, openTasks } from '../src/domains/jobs/store';
import { startTaskTimeouts } from '../src/domains/jobs/timeouts';
import { createLogger } from '@alink/runtime';

let fixture: DmFixture;
let bed: CommandBed;
let nowMs = 1_778_593_628_940;
beforeAll(async () => void (fixture = await startDm({ now: () => nowMs })));
afterAll(() => fixture?.stop());
beforeEach(async () => void (bed = await CommandBed.prepare(fixture)));
afterEach(() => bed.clear());

const productID = PRODUCT;
const JOB = { productID, name: 'blink', document: '{"led":1}' };
const online = () =>
  fixture.db.prisma.device.updateMany({ where: { deviceName: DEVICE }, data: { isOnline: true, node: 'node-1' } });
/** The tasks that the device was told of. */
const toldOf = (got: readonly Got[]) =>
  got.map(({ message }) => (message.params as { task: { taskId: string; status: string } }).task);
const statuses = async (jobID: string) =>
  (await fixture.jobs.taskIndex({ jobID })).list.map(({ deviceName, status }) => `${deviceName} ${status}`);
/** What the device asks. */
const ask = async (kind: string, body: object = {}, deviceName = DEVICE) => {
  const question = { productID, deviceName, kind, body: JSON.stringify(body) };
  const { replies } = await fixture.requests.ask({ questions: [question] });
  const { code, message, data } = replies[0]!;
  return { code: Number(code), message, data: data === '' ? undefined : (JSON.parse(data) as unknown) };
};
const firstTask = async (jobID: string) => (await fixture.jobs.taskIndex({ jobID })).list[0]!.taskID;

describe('a job', () => {
  test('for a device that is online: it is told, and the task is SENT', async () => {
    await online();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const file = { url: 'https://files.example/a.bin', sign: 'a'.repeat(64), signMethod: 'Sha256' };
    const { jobID } = await fixture.jobs.jobCreate({ ...JOB, file, deviceNames: [DEVICE] });
    await eventually(async () => expect(await statuses(jobID)).toEqual([`${DEVICE} SENT`]));
    expect(got[0]!.message).toMatchObject({
      method: 'request',
      path: 'thing/job/notify',
      params: {
        task: {
          taskId: await firstTask(jobID),
          status: 'SENT',
          jobDocument: { led: 1 },
          jobFile: { signMethod: 'Sha256', sign: file.sign, fileUrl: file.url },
        },
      },
    });
  });

  test('with a file whose bytes the platform has: the device is told where to fetch it', async () => {
    const content = Buffer.from([0, 255, 1]);
    const { jobID } = await fixture.jobs.jobCreate({ ...JOB, file: { content, signMethod: 'Sha256' } });
    const { data } = await ask('jobs.next');
    const { jobFile } = data as { jobFile: { fileUrl: string } };
    expect(jobFile).toEqual({
      signMethod: 'Sha256',
      sign: createHash('sha256').update(content).digest('hex'),
      fileUrl: expect.stringMatching(/^https?:\/\/[^/]+\/files\/[\w.-]+$/),
    });
    const token = jobFile.fileUrl.split('/').at(-1)!;
    expect(await fixture.files.readFile({ token })).toMatchObject({ type: 'application/octet-stream', content });
    await fixture.jobs.jobRemove({ jobID });
    await expect(fixture.files.readFile({ token })).rejects.toEqual(rpcError(100009, 'file'));
  });

  test('a file can only be served where somebody has said where', async () => {
    const beside = await startBeside(fixture, { filesBaseUrl: null });
    try {
      await expect(beside.jobs.jobCreate({ ...JOB, file: { content: Buffer.from('x') } })).rejects.toEqual(
        rpcError(100006, 'FILES_BASE_URL is not set'),
      );
    } finally {
      await beside.stop();
    }
  });

  test('for devices that are offline waits, and is told when one comes online', async () => {
    await fixture.devices.deviceInfoCreate({ productID, deviceName: 'dev002' });
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    expect((await statuses(jobID)).sort()).toEqual([`${DEVICE} QUEUED`, 'dev002 QUEUED']);
    const got = bed.nodeAnswers(() => undefined);
    await bed.login();
    await eventually(async () => expect((await statuses(jobID)).sort()).toEqual([`${DEVICE} SENT`, 'dev002 QUEUED']));
    expect(toldOf(got)).toMatchObject([{ status: 'SENT' }]);
  });

  test('a device that a node cannot write to is not told', async () => {
    await online();
    bed.nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    expect(await statuses(jobID)).toEqual([`${DEVICE} QUEUED`]);
  });

  test('is read and listed, with what has become of its tasks', async () => {
    const { jobID } = await fixture.jobs.jobCreate({ ...JOB, desc: 'why', timeoutMinutes: 5 });
    const { jobID: later } = await fixture.jobs.jobCreate({ ...JOB, name: 'later' });
    expect(await fixture.jobs.jobRead({ jobID })).toMatchObject({
      jobID,
      productID,
      name: 'blink',
      desc: 'why',
      document: '{"led":1}',
      timeoutMinutes: '5',
      status: 'running',
      counts: { QUEUED: '1' },
    });
    const { list, total } = await fixture.jobs.jobIndex({ productID, page: 1, size: 1 });
    expect([total, list.map((each) => [each.jobID, each.document])]).toEqual(['2', [[later, '']]]);
    await ask('jobs.update', { taskId: await firstTask(jobID), status: 'SUCCEEDED' });
    expect(await fixture.jobs.jobRead({ jobID })).toMatchObject({ status: 'finished', counts: { SUCCEEDED: '1' } });
  });

  test.each<[string, object, number, string]>([
    ['no product', { productID: 'nobody' }, 100009, 'nobody'],
    ['a device that there is not', { deviceNames: [DEVICE, 'dev999'] }, 100006, 'deviceNames[1] names no device'],
    ['no name', { name: '' }, 100006, 'name must not be empty'],
    ['no JSON', { document: 'led' }, 100006, 'document is not valid JSON'],
    ['no object', { document: '[1]' }, 100006, 'document must be a JSON object'],
    ['a huge document', { document: `{"a":"${'x'.repeat(65_536)}"}` }, 100006, 'document must have at most 65536'],
    ['endless nesting', { document: `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}` }, 100006, 'nested too deep'],
    ['a file without a sign', { file: { url: 'http://a/b' } }, 100006, 'file.sign must be 32 hex digits'],
    ['a file elsewhere', { file: { url: 'ftp://a/b', sign: 'a'.repeat(32) } }, 100006, 'file.url must be a URL'],
    [
      'bytes beside a URL',
      { file: { url: 'http://a/b', content: Buffer.from('x') } },
      100006,
      'file.content must be empty',
    ],
    ['a huge file', { file: { content: Buffer.alloc(1024 * 1024 + 1) } }, 100006, 'file.content must have at most'],
    ['another sign', { file: { url: 'http://a/b', signMethod: 'MD5' } }, 100006, 'file.signMethod must be one of'],
  ])('%s is refused, and nothing of it is kept', async (_what, change, code, text) => {
    await expect(fixture.jobs.jobCreate({ ...JOB, ...change })).rejects.toEqual(rpcError(code, text));
    expect((await fixture.jobs.jobIndex({})).total).toBe('0');
  });

  test('that there is not', async () => {
    for (const method of ['jobRead', 'jobCancel', 'jobRemove'] as const) {
      await expect(fixture.jobs[method]({ jobID: '999999' })).rejects.toEqual(rpcError(100009, 'job 999999'));
    }
    await expect(fixture.jobs.taskIndex({})).rejects.toEqual(rpcError(100006, 'jobID must be set'));
  });

  test('goes with its product, a task with its device', async () => {
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    await fixture.devices.deviceInfoDelete(NAMES);
    expect(await statuses(jobID)).toEqual([]);
    await fixture.products.productInfoDelete({ productID });
    await expect(fixture.jobs.jobRead({ jobID })).rejects.toEqual(rpcError(100009, 'job'));
    await createDevices(fixture, DEVICE);
  });
});

describe('a device', () => {
  test('asks for its tasks: all, the next, and one', async () => {
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    const { jobID: second } = await fixture.jobs.jobCreate({ ...JOB, document: '' });
    const [a, b] = [await firstTask(jobID), await firstTask(second)];
    expect((await ask('jobs.list')).data).toEqual([
      { taskId: a, status: 'QUEUED' },
      { taskId: b, status: 'QUEUED' },
    ]);
    expect((await ask('jobs.next')).data).toEqual({ taskId: a, status: 'QUEUED', jobDocument: { led: 1 } });
    expect((await ask('jobs.get', { taskId: b })).data).toEqual({ taskId: b, status: 'QUEUED', jobDocument: {} });
    expect(await ask('jobs.get', { taskId: '99999' })).toEqual({ code: 200, message: '', data: undefined });
    expect(await ask('jobs.get', { taskId: 'x' })).toEqual({ code: 200, message: '', data: undefined });
  });

  test('has at most ten tasks at once, and none of another one', async () => {
    await fixture.devices.deviceInfoCreate({ productID, deviceName: 'dev002' });
    for (let n = 0; n < 11; n++) await fixture.jobs.jobCreate({ ...JOB, deviceNames: [DEVICE] });
    expect((await ask('jobs.list')).data).toHaveLength(10);
    expect((await ask('jobs.list', {}, 'dev002')).data).toEqual([]);
    const { data } = await ask('jobs.next');
    const { taskId } = data as { taskId: string };
    expect((await ask('jobs.get', { taskId }, 'dev002')).data).toBeUndefined();
    expect(await ask('jobs.update', { taskId, status: 'FAILED' }, 'dev002')).toMatchObject({ code: 460 });
  });

  test('says how a task goes; what is finished stays so', async () => {
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    const taskId = await firstTask(jobID);
    const update = (status: string, more: object = {}) => ask('jobs.update', { taskId, status, ...more });
    expect(await update('IN_PROGRESS', { progress: 30, statusDetails: { step: 'erase' } })).toMatchObject({
      code: 200,
    });
    expect(await update('IN_PROGRESS', { progress: 60 })).toMatchObject({ code: 200 });
    const [task] = (await fixture.jobs.taskIndex({ ...NAMES, status: 'IN_PROGRESS' })).list;
    expect(task).toMatchObject({ progress: '60', statusDetails: '{"step":"erase"}', updatedAt: String(nowMs) });
    expect(await update('SUCCEEDED', { progress: 100 })).toMatchObject({ code: 200 });
    expect(await update('SUCCEEDED', { progress: 100 })).toMatchObject({ code: 200 });
    expect(await update('FAILED')).toMatchObject({ code: 460, message: expect.stringContaining('SUCCEEDED already') });
    expect(await ask('jobs.update', { taskId: '999999', status: 'FAILED' })).toMatchObject({
      code: 460,
      message: expect.stringContaining('no such task'),
    });
    expect((await ask('jobs.list')).data).toEqual([]);
    expect((await ask('jobs.get', { taskId })).data).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('that takes too long is timed out, counted from the moment that it began', async () => {
    const { jobID } = await fixture.jobs.jobCreate({ ...JOB, timeoutMinutes: 5 });
    await ask('jobs.update', { taskId: await firstTask(jobID), status: 'IN_PROGRESS' });
    const look = async () => {
      const log = createLogger({ name: 'test', level: 'fatal' });
      await startTaskTimeouts({ prisma: fixture.db.prisma, now: () => nowMs, log }).stop();
      return statuses(jobID);
    };
    nowMs += 299_999;
    expect(await look()).toEqual([`${DEVICE} IN_PROGRESS`]);
    nowMs += 1;
    expect(await look()).toEqual([`${DEVICE} TIMED_OUT`]);
  });
});

describe('a device that has just come online, whoever hears of it', () => {
  const newNotices = () => new JobNotices(contextOf(fixture));
  const tasks = (deviceID: bigint) => openTasks(fixture.db.prisma, [deviceID]);

  test('is told once of a task, while whoever made the job tells it too; in its next session once more', async () => {
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const change = await beginSession(fixture);
    const all = Array.from({ length: 4 }, newNotices);
    const waiting = await tasks(change.deviceID);
    for (const notices of all) {
      notices.devicesOnline([change]);
      notices.tell(waiting);
    }
    await eventually(async () => expect(await statuses(jobID)).toEqual([`${DEVICE} SENT`]));
    await Promise.all(all.map((notices) => notices.stop()));
    expect(toldOf(got)).toMatchObject([{ status: 'SENT' }]);
    const next = newNotices();
    next.devicesOnline([await beginSession(fixture)]);
    await eventually(() => expect(toldOf(got)).toMatchObject([{ status: 'SENT' }, { status: 'SENT' }]));
    await next.stop();
  });

  test('is told by the next who wants to, where it could not be written', async () => {
    await fixture.jobs.jobCreate(JOB);
    const change = await beginSession(fixture);
    const claims = async () => (await fixture.db.prisma.deviceTask.findMany()).map(({ toldIn }) => toldIn !== '');
    const first = newNotices();
    first.tell(await tasks(change.deviceID));
    await eventually(async () => expect(await claims()).toEqual([true]));
    await first.stop();
    expect(await claims()).toEqual([false]);
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const second = newNotices();
    second.tell(await tasks(change.deviceID));
    await eventually(() => expect(toldOf(got)).toMatchObject([{ status: 'SENT' }]));
    await second.stop();
  });

  test('is told nothing of a task that has ended while it was to be tried again', async () => {
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    const { deviceID } = await beginSession(fixture);
    const [task] = await tasks(deviceID);
    const claim = await claimTask(fixture.db.prisma, task!.id);
    expect(await isStillClaimed(fixture.db.prisma, task!.id, claim!)).toBe(true);
    await fixture.jobs.jobCancel({ jobID });
    expect(await isStillClaimed(fixture.db.prisma, task!.id, claim!)).toBe(false);
  });

  test('is told in its next session of what a process had claimed that died', async () => {
    await fixture.jobs.jobCreate(JOB);
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const { deviceID } = await beginSession(fixture);
    const [task] = await tasks(deviceID);
    expect(await claimTask(fixture.db.prisma, task!.id)).toEqual(expect.any(String));
    expect(await claimTask(fixture.db.prisma, task!.id)).toBeUndefined();
    const notices = newNotices();
    notices.devicesOnline([await beginSession(fixture)]);
    await eventually(() => expect(toldOf(got)).toMatchObject([{ status: 'SENT' }]));
    await notices.stop();
  });
});

describe('an end', () => {
  test('a job that is cancelled: tasks that are not finished are, and who knows of one is told', async () => {
    await online();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    await eventually(async () => expect(await statuses(jobID)).toEqual([`${DEVICE} SENT`]));
    expect(await fixture.jobs.jobCancel({ jobID })).toEqual({ cancelled: '1' });
    await eventually(() => expect(toldOf(got)).toMatchObject([{ status: 'SENT' }, { status: 'CANCELLED' }]));
    expect(await fixture.jobs.jobRead({ jobID })).toMatchObject({ status: 'cancelled', counts: { CANCELLED: '1' } });
    expect(await fixture.jobs.jobCancel({ jobID })).toEqual({ cancelled: '0' });
  });

  test('a job that is removed is gone with its tasks, and who knows of one is told', async () => {
    await online();
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    await eventually(async () => expect(await statuses(jobID)).toEqual([`${DEVICE} SENT`]));
    await fixture.jobs.jobRemove({ jobID });
    await eventually(() => expect(toldOf(got)).toMatchObject([{ status: 'SENT' }, { status: 'REMOVED' }]));
    await expect(fixture.jobs.jobRead({ jobID })).rejects.toEqual(rpcError(100009, 'job'));
  });

  test('of what a device was never told it hears nothing', async () => {
    const got = bed.nodeAnswers(() => ({ code: 200 }));
    const { jobID } = await fixture.jobs.jobCreate(JOB);
    const task = await firstTask(jobID);
    await online();
    await fixture.jobs.jobCancel({ jobID });
    await new Promise(setImmediate);
    // Of a job of before it may be told again.
    expect(toldOf(got).filter(({ taskId }) => taskId === task)).toEqual([]);
  });
});
