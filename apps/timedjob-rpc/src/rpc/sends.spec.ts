import { connectNats } from '@alink/bus';
import { decodeEnvelope } from '@alink/contract';
import { soon, fresh, makeGroup, makeTask, startBed, type Bed, type Instance } from '../../test/bed';

let bed: Bed;
let timed: Instance['timed'];
let a: Instance;
let b: Instance;
beforeAll(async () => {
  bed = await startBed();
  [a, b] = [await bed.instance(), await bed.instance()];
  ({ timed } = a);
});
afterAll(() => bed.stop());

/** What the queue has of the task, in the order of sending. */
const queuedOf = ({ code }: { code: string }) =>
  bed.db.prisma.$queryRaw<{ priority: number; retries: number }[]>`
    SELECT priority, retry_count AS retries FROM pgboss_timedjob.job WHERE data->'task'->>'code' = ${code} ORDER BY created_on`;
/** What the queue has of the task is due. */
const runNow = ({ code }: { code: string }) =>
  bed.db.prisma.$executeRaw`
    UPDATE pgboss_timedjob.job SET start_after = now() WHERE data->'task'->>'code' = ${code}`;
const nowS = () => Math.floor(Date.now() / 1000);

describe('TaskSend', () => {
  test('without options it runs within the call, and there is no id', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    expect(await timed.TaskSend(task)).toEqual({ taskID: '' });
    expect((await timed.TaskLogIndex(logOf(task))).total).toBe('1');
    expect(await queuedOf(task)).toEqual([]);
    await soon(() => expect(heard).toMatchObject([{ data: 'tick' }]));
    await soon(async () => {
      const { list, total } = await timed.TaskLogIndex(logOf(task));
      expect(total).toBe('1');
      expect(list[0]).toMatchObject({
        groupCode: task.groupCode,
        taskCode: task.code,
        params: JSON.stringify({ topic, payload: 'tick' }),
        resultCode: '200',
        sql: null,
        script: null,
      });
      expect(Math.abs(Number(list[0]!.createdTime) - nowS())).toBeLessThan(60);
    });
  });

  test('with options that say nothing it runs at once too, and has an id', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    expect((await timed.TaskSend({ ...task, option: {} })).taskID).not.toBe('');
    await soon(() => expect(heard).toMatchObject([{ data: 'tick' }]));
  });

  test('a message of its own goes before that of the task', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const other = fresh('test.topic');
    const [heard, otherHeard] = [await bed.listen(topic), await bed.listen(other)];
    await timed.TaskSend({ ...task, paramQueue: { topic: other, payload: '{"n":1}' } });
    await soon(() => expect(otherHeard).toMatchObject([{ data: '{"n":1}' }]));
    expect(heard).toHaveLength(0);
  });

  test.each([
    ['processIn', () => ({ processIn: 2 })],
    ['processAt', () => ({ processAt: nowS() + 3 })],
    ['processIn beside processAt', () => ({ processIn: 2, processAt: nowS() + 3600 })],
  ])('%s: not before its time', async (_name, option) => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    const sentAt = Date.now();
    await timed.TaskSend({ ...task, option: option() });
    await soon(() => expect(heard).toHaveLength(1));
    expect(heard[0]!.at - sentAt).toBeGreaterThanOrEqual(1900);
  });

  test('a time that has passed is now', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    await timed.TaskSend({ ...task, option: { processAt: 1_700_000_000 } });
    await soon(() => expect(heard).toHaveLength(1));
  });

  test('an id is taken once while its run waits, also through another instance, and is free after the run', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    const option = { taskID: `order 42 / ${fresh('任务')}` };
    const later = { ...option, processIn: 3600 };
    const answers = await Promise.allSettled([
      timed.TaskSend({ ...task, option: later }),
      b.timed.TaskSend({ ...task, option: later }),
      timed.TaskSend({ ...task, option: later }),
    ]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(b.timed.TaskSend({ ...task, option })).rejects.toMatchObject({ code: 100010 });
    await runNow(task);
    await soon(() => expect(heard).toHaveLength(1));
    // The message is heard a moment before the run counts as ended.
    expect(await b.timed.TaskSend({ ...task, option })).toEqual({ taskID: option.taskID });
    await soon(() => expect(heard).toHaveLength(2));
  });

  test('cancel: what waits does not run; what does not is no error; afterwards the id is free', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    const option = { taskID: fresh('cancel me ') };
    await timed.TaskSend({ ...task, option: { ...option, processIn: 3600 } });
    expect(await b.timed.TaskCancel({ taskID: option.taskID })).toEqual({});
    expect(await queuedOf(task)).toEqual([]);
    expect(await timed.TaskCancel({ taskID: option.taskID })).toEqual({});
    expect(await timed.TaskCancel({ taskID: 'nobody knows' })).toEqual({});
    await expect(timed.TaskCancel({})).rejects.toMatchObject({ code: 100006, message: 'taskID: is missing' });
    await timed.TaskSend({ ...task, option });
    await soon(() => expect(heard).toHaveLength(1));
    expect(await timed.TaskCancel({ taskID: option.taskID })).toEqual({});
  });

  test('the priority goes with the run', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    const processAt = nowS() + 3;
    const priorities = [1, 9, 3, 6];
    for (const priority of priorities) {
      const paramQueue = { topic, payload: String(priority) };
      await timed.TaskSend({ ...task, paramQueue, option: { processAt, priority } });
    }
    expect((await queuedOf(task)).map(({ priority }) => priority)).toEqual(priorities);
    await soon(() => expect(heard).toHaveLength(4));
  });

  test('a run whose deadline has passed is dropped and logged', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    const { taskID } = await timed.TaskSend({ ...task, option: { processIn: 3600, deadline: nowS() + 7200 } });
    // As if everything had been down until after the deadline.
    await bed.db.prisma.$executeRaw`
      UPDATE pgboss_timedjob.job SET start_after = now(),
        data = jsonb_set(data, '{deadlineMs}', to_jsonb(${Date.now() - 1000}::bigint))
      WHERE data->>'taskID' = ${taskID}`;
    await soon(async () => {
      const { list } = await timed.TaskLogIndex(logOf(task));
      expect(list).toMatchObject([{ resultCode: '100016' }]);
    });
    expect(heard).toHaveLength(0);
  });

  test('a deadline that has passed is taken: the run is dropped', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    expect((await timed.TaskSend({ ...task, option: { deadline: 1_700_000_000 } })).taskID).not.toBe('');
    await timed.TaskSend({ ...task, option: { processIn: 2, deadline: nowS() + 1 } });
    await soon(async () => {
      const { list } = await timed.TaskLogIndex(logOf(task));
      expect(list.map(({ resultCode }) => resultCode)).toEqual(['100016', '100016']);
    });
    expect(heard).toHaveLength(0);
  });

  test('a timeout may be longer than any run is let take', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    await timed.TaskSend({ ...task, option: { timeout: 1_000_000 } });
    await soon(() => expect(heard).toHaveLength(1));
  });

  test.each([
    [{ option: { processIn: -1 } }, 'option.processIn'],
    [{ option: { processAt: 4_000_000_000_000 } }, 'option.processAt'],
    [{ option: { timeout: -1 } }, 'option.timeout'],
    [{ option: { deadline: -1 } }, 'option.deadline'],
    [{ option: { taskID: 'x'.repeat(256) } }, 'option.taskID'],
    [{ option: { priority: -3 } }, 'option.priority'],
    [{ paramQueue: { topic: '' } }, 'paramQueue.topic'],
    [{ paramQueue: { topic: 'a.>' } }, 'paramQueue.topic'],
  ])('refuses %j with 100006, naming the field', async (request, field) => {
    const { groupCode, code } = await makeTask(timed, { type: 2 });
    await expect(timed.TaskSend({ groupCode, code, ...request })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  test('an unknown task comes into being as a delayed one, with the message that is sent', async () => {
    const groupCode = await makeGroup(timed);
    const code = fresh('task');
    const topic = fresh('test.topic');
    const heard = await bed.listen(topic);
    const send = (n: number) => ({ groupCode, code, paramQueue: { topic, payload: String(n) } });
    await Promise.all([timed.TaskSend(send(0)), b.timed.TaskSend(send(1)), timed.TaskSend({ ...send(2), option: {} })]);
    await soon(() => expect(heard.map(({ data }) => data).sort()).toEqual(['0', '1', '2']));
    const made = await b.timed.TaskInfoRead({ groupCode, code });
    expect(made).toMatchObject({ type: '2', status: '1', priority: '3', cronExpr: '', topics: [] });
    expect(JSON.parse(made.params)).toEqual({ topic, payload: expect.stringMatching(/^[012]$/) });
    await timed.TaskSend({ groupCode, code });
    await soon(() => expect(heard).toHaveLength(4));
    await timed.TaskInfoDelete({ groupCode, code });
    await timed.TaskSend({ ...send(4), option: { priority: 6, processIn: 3600 } });
    expect(await timed.TaskInfoRead({ groupCode, code })).toMatchObject({ priority: '6' });
  });

  test('a task without message, a stopped one, params of other groups, and what no task can be made of', async () => {
    const groupCode = await makeGroup(timed);
    await timed.TaskInfoCreate({ groupCode, code: 'bare', type: 2 });
    const send = (request: object) => timed.TaskSend({ groupCode, code: 'bare', ...request });
    await expect(send({})).rejects.toMatchObject({ code: 100006, message: expect.stringMatching(/^paramQueue: /) });
    await expect(send({ paramSql: { sql: 'SELECT 1' } })).rejects.toMatchObject({ code: 100018 });
    await expect(send({ paramScript: { execContent: '1' } })).rejects.toMatchObject({ code: 100018 });
    const missing = { code: 100006, message: expect.stringMatching(/^paramQueue: is missing, and task "nowhere"/) };
    await expect(send({ code: 'nowhere' })).rejects.toMatchObject(missing);
    const nobodys = { groupCode: 'nowhere', paramQueue: { topic: 'a' } };
    const noGroup = { code: 100006, message: 'groupCode: group "nowhere" does not exist' };
    await expect(send(nobodys)).rejects.toMatchObject(noGroup);
    await expect(send({ code: '' })).rejects.toMatchObject({ code: 100006, message: 'code: is missing' });
    await timed.TaskInfoUpdate({ groupCode, code: 'bare', status: 4 });
    await expect(send({ paramQueue: { topic: 'a' } })).rejects.toMatchObject({ code: 100021 });
  });

  test('deleting the task cancels what it has waiting', async () => {
    const { groupCode, code } = await makeTask(timed, { type: 2 });
    const option = { taskID: fresh('lost '), processIn: 3600 };
    await timed.TaskSend({ groupCode, code, option });
    expect(await queuedOf({ code })).toHaveLength(1);
    await b.timed.TaskInfoDelete({ groupCode, code });
    expect(await queuedOf({ code })).toEqual([]);
  });

  test('stopping the task before its time drops the run, and the log says why', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    await timed.TaskSend({ ...task, option: { processIn: 3600 } });
    await timed.TaskInfoUpdate({ ...task, status: 4 });
    await runNow(task);
    await soon(async () => {
      const { list } = await timed.TaskLogIndex(logOf(task));
      expect(list).toMatchObject([{ resultCode: '100021', resultMsg: 'the task is stopped' }]);
    });
    expect(heard).toHaveLength(0);
  });
});

describe('groups of subType natsJs', () => {
  test('the stream keeps what they publish', async () => {
    const topic = `alink.hub.${fresh('job')}`;
    const { groupCode, code } = await makeTask(timed, { type: 2 }, { subType: 'natsJs' });
    await timed.TaskSend({ groupCode, code, paramQueue: { topic, payload: 'kept' } });
    const kept: string[] = [];
    const bus = await connectNats({ servers: bed.nats.url, name: 'reader' });
    const consumer = await bus.consume({ durable: fresh('reader'), maxBatch: 10, maxWaitMs: 10 }, async (batch) => {
      kept.push(...batch.filter(({ subject }) => subject === topic).map(({ data }) => data.toString()));
    });
    await soon(() => expect(kept.map((body) => decodeEnvelope(body).data)).toEqual(['kept']));
    await consumer.stop();
    await bus.close();
  });

  test('no stream is needed, and a subscriber that acknowledges what it hears repeats nothing', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 1, cronExpr: '@every 1s' }, { subType: 'natsJs' });
    // unitedrhino's bus library sends +ACK to the reply subject of whatever it gets.
    bed.bus.subscribe(topic, ({ respond }) => respond?.('+ACK'));
    const heard = await bed.listen(topic);
    await soon(() => expect(heard.length).toBeGreaterThanOrEqual(4));
    await timed.TaskInfoDelete(task);
    await soon(async () => {
      const runs = await queuedOf(task);
      // One that had begun when the task was deleted ended without a message.
      expect(runs.length).toBeGreaterThanOrEqual(heard.length);
      for (const { retries } of runs) expect(retries).toBe(0);
      const { list } = await timed.TaskLogIndex(logOf(task));
      expect(list.map(({ resultCode }) => resultCode)).toEqual(heard.map(() => '200'));
    });
  });
});

describe('retries', () => {
  test('what could not be published while NATS was away goes out afterwards, once', async () => {
    const { topic, ...task } = await makeTask(timed, { type: 2 });
    const heard = await bed.listen(topic);
    await bed.nats.kill();
    await soon(() => expect([bed, a, b].map(({ bus }) => bus.connected)).toEqual([false, false, false]));
    const within = timed.TaskSend({ ...task, paramQueue: { topic, payload: 'within the call' } });
    await expect(within).rejects.toMatchObject({ code: 100007, message: 'NATS is not connected' });
    await timed.TaskSend({ ...task, option: {} });
    await soon(async () => {
      const { list } = await timed.TaskLogIndex(logOf(task));
      expect(list.length).toBeGreaterThanOrEqual(2);
      for (const line of list) expect(line).toMatchObject({ resultCode: '100007', resultMsg: 'NATS is not connected' });
    });
    // The next try waits until this test listens again.
    await soon(async () => {
      const held = await bed.db.prisma.$executeRaw`
        UPDATE pgboss_timedjob.job SET start_after = now() + interval '1 hour'
        WHERE state = 'retry' AND data->'task'->>'code' = ${task.code}`;
      expect(held).toBe(1);
    });
    await bed.nats.restart();
    await soon(() => bed.sync());
    await runNow(task);
    await soon(() => expect(heard).toMatchObject([{ data: 'tick' }]));
    await soon(async () => {
      const { list } = await timed.TaskLogIndex(logOf(task));
      // Newest first.
      expect(list[0]).toMatchObject({ resultCode: '200', resultMsg: 'ok' });
      expect(list.length).toBeGreaterThanOrEqual(2);
    });
  });
});

const logOf = ({ groupCode, code }: { groupCode: string; code: string }) => ({ groupCode, taskCode: code });
