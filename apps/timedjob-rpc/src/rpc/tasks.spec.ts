import { NoListenerError } from '@alink/bus';
import { timerJobId } from '../queue/job';
import { quiet, soon, fresh, makeGroup, makeTask, startBed, type Bed, type Instance } from '../../test/bed';

let bed: Bed;
let a: Instance;
let b: Instance;
beforeAll(async () => {
  bed = await startBed();
  [a, b] = [await bed.instance(), await bed.instance()];
});
afterAll(() => bed.stop());

/** For which times the task's runs took place, unix milliseconds. */
const endedRuns = async (code: string): Promise<number[]> => {
  const rows = await bed.db.prisma.$queryRaw<{ due: bigint }[]>`
    SELECT (data->>'dueMs')::bigint AS due FROM pgboss_timedjob.job
    WHERE state = 'completed' AND data->'task'->>'code' = ${code}`;
  return rows.map(({ due }) => Number(due));
};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('TaskInfo', () => {
  test('create, read, update what is set, list, delete', async () => {
    const groupCode = await makeGroup(a.timed, { priority: 6 });
    const code = fresh('task');
    const params = '{"topic":"a.b","payload":"x"}';
    await a.timed.TaskInfoCreate({ groupCode, code, name: 'n', type: 1, cronExpr: '0 3 * * *', params });
    const created = {
      groupCode,
      code,
      name: 'n',
      type: '1',
      topics: [],
      params,
      cronExpr: '0 3 * * *',
      status: '1',
      priority: '6',
    };
    expect(await b.timed.TaskInfoRead({ groupCode, code })).toEqual(created);

    await a.timed.TaskInfoUpdate({ groupCode, code, name: 'm', cronExpr: '@every 1h', priority: 1 });
    expect(await b.timed.TaskInfoRead({ groupCode, code })).toEqual({
      ...created,
      name: 'm',
      cronExpr: '@every 1h',
      priority: '1',
    });
    expect(await b.timed.TaskInfoIndex({ groupCode })).toMatchObject({ list: [{ code }], total: '1' });
    expect(await b.timed.TaskInfoIndex({ groupCode: 'nowhere' })).toEqual({ list: [], total: '0' });

    await b.timed.TaskInfoDelete({ groupCode, code });
    await expect(a.timed.TaskInfoRead({ groupCode, code })).rejects.toMatchObject({ code: 100009 });
  });

  const params = '{"topic":"a.b","payload":"x"}';
  test.each([
    [{ type: 1, params }, 'cronExpr'],
    [{ type: 1, params, cronExpr: '* * * *' }, 'cronExpr'],
    [{ type: 1, params, cronExpr: '@every soon' }, 'cronExpr'],
    [{ type: 1, params, cronExpr: '0 0 30 2 *' }, 'cronExpr'],
    [{ type: 1, cronExpr: '* * * * *' }, 'params'],
    [{ type: 1, cronExpr: '* * * * *', params: 'topic=a' }, 'params'],
    [{ type: 1, cronExpr: '* * * * *', params: '{"payload":"x"}' }, 'params'],
    [{ type: 1, cronExpr: '* * * * *', params: '{"topic":"a.*"}' }, 'params'],
    [{ params }, 'cronExpr'],
    [{ type: 4, params }, 'type'],
    [{ type: 2, status: 9 }, 'status'],
    [{ type: 2, status: 5 }, 'status'],
    [{ type: 3, params }, 'topics'],
    [{ type: 3, params, topics: ['a b'] }, 'topics'],
    [{ type: 3, params, topics: ['a.b'] }, 'params'],
  ])('refuses %j with 100006, naming %s, and keeps nothing', async (task, field) => {
    const groupCode = await makeGroup(a.timed);
    await expect(a.timed.TaskInfoCreate({ groupCode, code: 'c', ...task })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringMatching(new RegExp(`^${field}: `)),
    });
    expect(await a.timed.TaskInfoIndex({ groupCode })).toEqual({ list: [], total: '0' });
  });

  test('one that exists already stays as it is, and the caller goes on', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1h' });
    const heard = await bed.listen(topic);
    const before = await a.timed.TaskInfoRead({ groupCode, code });
    const again = { groupCode, code, name: 'other', type: 1, cronExpr: '@every 1s', params: before.params };
    expect(await b.timed.TaskInfoCreate(again)).toEqual({});
    expect(await a.timed.TaskInfoRead({ groupCode, code })).toEqual(before);
    await quiet(heard);
    expect(heard).toEqual([]);
  });

  test('a group that is missing comes into being with its first task, also when several are first', async () => {
    const groupCode = fresh('group');
    const topic = fresh('test.topic');
    const heard = await bed.listen(topic);
    const task = { groupCode, type: 1, cronExpr: '@every 1s', params: JSON.stringify({ topic }) };
    await Promise.all([a, b, a, b].map(({ timed }, n) => timed.TaskInfoCreate({ ...task, code: `task${n}` })));
    expect(await a.timed.TaskGroupRead({ code: groupCode })).toMatchObject({ type: 'queue', priority: '3' });
    expect(await a.timed.TaskInfoIndex({ groupCode })).toMatchObject({
      total: '4',
      list: [{ priority: '3' }, {}, {}, {}],
    });
    await soon(() => expect(heard.length).toBeGreaterThanOrEqual(4));
    await a.timed.TaskGroupDelete({ code: groupCode });
  });

  test('missing codes, an unknown task', async () => {
    const groupCode = await makeGroup(a.timed);
    const create = (task: object) => a.timed.TaskInfoCreate({ type: 2, ...task });
    await expect(create({ code: 'x' })).rejects.toMatchObject({ code: 100006, message: 'groupCode: is missing' });
    await expect(create({ groupCode })).rejects.toMatchObject({ code: 100006, message: 'code: is missing' });
    await expect(a.timed.TaskInfoUpdate({ groupCode, code: 'x' })).rejects.toMatchObject({ code: 100009 });
    await expect(a.timed.TaskInfoRead({ groupCode, code: 'x' })).rejects.toMatchObject({ code: 100009 });
    expect(await a.timed.TaskInfoDelete({ groupCode, code: 'x' })).toEqual({});
    for (const method of ['TaskInfoRead', 'TaskInfoUpdate', 'TaskInfoDelete'] as const) {
      await expect(a.timed[method]({ groupCode })).rejects.toMatchObject({ code: 100006, message: 'code: is missing' });
    }
  });

  test('its code alone means it: of several the oldest is read and changed, and all are deleted', async () => {
    const code = fresh('shared');
    const [older, younger] = [await makeGroup(a.timed), await makeGroup(a.timed)];
    for (const groupCode of [younger, older]) {
      await a.timed.TaskInfoCreate({ groupCode, code, type: 1, cronExpr: '@every 1h', params: '{"topic":"a.b"}' });
    }
    const where = { groupCode_code: { groupCode: older, code } };
    await bed.db.prisma.timedTask.update({ where, data: { createdTime: new Date(0) } });
    expect(await b.timed.TaskInfoRead({ code })).toMatchObject({ groupCode: older, name: '' });
    await b.timed.TaskInfoUpdate({ code, name: 'changed' });
    expect(await a.timed.TaskInfoRead({ groupCode: older, code })).toMatchObject({ name: 'changed' });
    expect(await a.timed.TaskInfoRead({ groupCode: younger, code })).toMatchObject({ name: '' });
    await b.timed.TaskInfoDelete({ code });
    await expect(a.timed.TaskInfoRead({ code })).rejects.toMatchObject({ code: 100009 });
  });

  test('without a type it is a timing task, and "{}" stands for no params', async () => {
    const groupCode = await makeGroup(a.timed);
    await a.timed.TaskInfoCreate({ groupCode, code: 't', cronExpr: '@every 1h', params });
    expect(await a.timed.TaskInfoRead({ groupCode, code: 't' })).toMatchObject({ type: '1' });
    await a.timed.TaskInfoUpdate({ groupCode, code: 't', params: '{}' });
    expect(await a.timed.TaskInfoRead({ groupCode, code: 't' })).toMatchObject({ params });
    await a.timed.TaskInfoCreate({ groupCode, code: 'd', type: 2, params: '{}' });
    expect(await a.timed.TaskInfoRead({ groupCode, code: 'd' })).toMatchObject({ params: '' });
  });

  test('status 2 asks it to run, 3 to stop, 5 to go', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1s', status: 2 });
    const heard = await bed.listen(topic);
    await soon(() => expect(heard.length).toBeGreaterThanOrEqual(1));
    await b.timed.TaskInfoUpdate({ groupCode, code, status: 3 });
    expect(await a.timed.TaskInfoRead({ groupCode, code })).toMatchObject({ status: '4' });
    await a.timed.TaskInfoUpdate({ groupCode, code, status: 2 });
    const count = heard.length;
    await soon(() => expect(heard.length).toBeGreaterThan(count));
    await b.timed.TaskInfoUpdate({ code, status: 5 });
    await expect(a.timed.TaskInfoRead({ groupCode, code })).rejects.toMatchObject({ code: 100009 });
    await quiet(heard);
    await expect(a.timed.TaskInfoUpdate({ groupCode, code, status: 5 })).rejects.toMatchObject({ code: 100009 });
  });

  test('a bad update leaves the task as it was', async () => {
    const { groupCode, code } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1h' });
    const before = await a.timed.TaskInfoRead({ groupCode, code });
    const update = a.timed.TaskInfoUpdate({ groupCode, code, name: 'new', cronExpr: 'never' });
    await expect(update).rejects.toMatchObject({ code: 100006 });
    expect(await a.timed.TaskInfoRead({ groupCode, code })).toEqual(before);
  });

  test('updates through both instances at once all count', async () => {
    // Which one is first is different from time to time.
    for (let round = 0; round < 20; round++) {
      const { groupCode, code } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1h' });
      await Promise.all([
        a.timed.TaskInfoUpdate({ groupCode, code, cronExpr: '@every 2h' }),
        b.timed.TaskInfoUpdate({ groupCode, code, status: 4 }),
        a.timed.TaskInfoUpdate({ groupCode, code, name: 'third' }),
      ]);
      expect(await a.timed.TaskInfoRead({ groupCode, code })).toMatchObject({
        cronExpr: '@every 2h',
        status: '4',
        name: 'third',
      });
    }
  });
});

describe('a timing task', () => {
  test('publishes the envelope, once for two instances, at each time', async () => {
    const heard = await bed.listen('test.>');
    const { topic, groupCode, code } = await makeTask(a.timed, { type: 1, cronExpr: '* * * * * *' });
    const own = () => heard.filter(({ subject }) => subject === topic);
    await soon(() => expect(own().length).toBeGreaterThanOrEqual(4));
    await a.timed.TaskInfoDelete({ groupCode, code });
    expect(own()[0]).toMatchObject({
      data: 'tick',
      trace: expect.stringContaining('TraceID') as unknown,
      timestamp: expect.any(Number),
    });
    await soon(async () => {
      expect((await b.timed.TaskLogIndex({ groupCode })).list).toHaveLength(own().length);
      const times = await endedRuns(code);
      expect(times.every((dueMs) => dueMs % 1000 === 0)).toBe(true);
      // One that had begun when the task was deleted ended without a message.
      expect(new Set(times).size).toBeGreaterThanOrEqual(own().length);
    });
  });

  test('stops with status 4 and runs again with status 2', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1s' });
    const heard = await bed.listen(topic);
    await soon(() => expect(heard.length).toBeGreaterThanOrEqual(1));
    await b.timed.TaskInfoUpdate({ groupCode, code, status: 4 });
    await quiet(heard);
    const count = heard.length;
    await a.timed.TaskInfoUpdate({ groupCode, code, status: 2 });
    expect((await a.timed.TaskInfoRead({ groupCode, code })).status).toBe('1');
    await soon(() => expect(heard.length).toBeGreaterThan(count));
    await a.timed.TaskInfoDelete({ groupCode, code });
  });

  test('changed, and deleted and made anew: what was queued before does not run', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1s' });
    await b.timed.TaskInfoUpdate({ groupCode, code, cronExpr: '@every 1h' });
    const heard = await bed.listen(topic);
    await quiet(heard);

    await a.timed.TaskInfoUpdate({ groupCode, code, cronExpr: '@every 1s' });
    await a.timed.TaskInfoDelete({ groupCode, code });
    const other = fresh('test.topic');
    const otherHeard = await bed.listen(other);
    const params = JSON.stringify({ topic: other });
    await b.timed.TaskInfoCreate({ groupCode, code, type: 1, cronExpr: '@every 1h', params });
    await quiet(heard);
    expect(otherHeard).toHaveLength(0);
  }, 60_000); // it is waited several times whether something still runs

  test('a stale run that slipped through is dropped when its time comes', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1s' });
    const heard = await bed.listen(topic);
    // As if an instance had died between its two steps: the table changes, the queue does not.
    await bed.db.prisma.timedTask.update({
      where: { groupCode_code: { groupCode, code } },
      data: { revision: { increment: 1 }, nextFireAt: new Date(Date.now() + 3_600_000) },
    });
    await quiet(heard);
  });

  test('what was due while everything was down runs once at the start', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 2s' });
    await Promise.all([a.stop(), b.stop()]);
    const { nextFireAt } = (await bed.db.prisma.timedTask.findUnique({
      where: { groupCode_code: { groupCode, code } },
    }))!;
    await sleep(6500); // three times pass
    const heard = await bed.listen(topic);
    const startedAt = Date.now();
    [a, b] = await Promise.all([bed.instance(), bed.instance()]);
    await soon(() => expect(heard.length).toBeGreaterThanOrEqual(3));
    await a.timed.TaskInfoUpdate({ groupCode, code, status: 4 });
    await quiet(heard);
    const times = await endedRuns(code);
    expect(new Set(times).size).toBe(times.length);
    const dueMs = nextFireAt!.getTime();
    expect(times.filter((time) => time >= dueMs && time < startedAt)).toEqual([dueMs]);
  }, 60_000); // three times pass, and two instances stop and start

  test('a run whose queue entry got lost is queued again', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1h' });
    const heard = await bed.listen(topic);
    const nextFireAt = new Date();
    const where = { groupCode_code: { groupCode, code } };
    await bed.db.prisma.timedTask.update({ where, data: { nextFireAt } });
    const third = await bed.instance();
    await soon(() => expect(heard).toHaveLength(1));
    await soon(async () => {
      const task = await bed.db.prisma.timedTask.findUnique({ where });
      expect(task!.nextFireAt!.getTime()).toBe(nextFireAt.getTime() + 3_600_000);
    });
    await third.stop();
    expect(heard).toHaveLength(1);
  });
});

describe('a timing task whose run failed to the last', () => {
  test('goes on with its next time', async () => {
    const { groupCode, code, topic } = await makeTask(a.timed, { type: 1, cronExpr: '@every 1h' });
    const where = { groupCode_code: { groupCode, code } };
    const heard = await bed.listen(topic);
    const { uid, revision } = (await bed.db.prisma.timedTask.findUnique({ where }))!;
    const dueMs = Date.now() - 120_000;
    const jobId = timerJobId(uid, revision, dueMs);
    await bed.db.prisma.$executeRaw`
      INSERT INTO pgboss_timedjob.job (id, name, state, completed_on) VALUES (${jobId}::uuid, 'run', 'failed', now())`;
    await bed.db.prisma.timedTask.update({ where, data: { nextFireAt: new Date(dueMs) } });
    const third = await bed.instance();
    const { nextFireAt } = (await bed.db.prisma.timedTask.findUnique({ where }))!;
    await third.stop();
    expect(nextFireAt!.getTime()).toBe(dueMs + 3_600_000);
    expect(heard).toHaveLength(0);
  });
});

describe('a triggered task', () => {
  /** Resolves once no instance listens; until then what is asked makes runs. */
  const unheard = async (subject: string) =>
    soon(() => expect(bed.bus.request(subject, '', 1000)).rejects.toThrow(NoListenerError));

  test('runs once for each message on its topics, whichever instance made it', async () => {
    let news = 0;
    const listening = bed.bus.subscribe('alink.timedjob.triggers', () => news++);
    await bed.sync();
    const base = fresh('trigger');
    const { topic, groupCode, code } = await makeTask(a.timed, { type: 3, topics: [`${base}.a`, `${base}.*.deep`] });
    await b.timed.TaskInfoUpdate({ groupCode, code, name: 'known to b' });
    // Each instance tells of a change after it has begun to listen itself.
    await soon(() => expect(news).toBe(2));
    listening.unsubscribe();
    const heard = await bed.listen(topic);
    for (const on of ['a', 'x.deep', 'unrelated']) bed.bus.publish(`${base}.${on}`, '{}');
    await soon(() => expect(heard).toHaveLength(2));

    await b.timed.TaskInfoUpdate({ groupCode, code, topics: [`${base}.b`] });
    await unheard(`${base}.a`);
    await quiet(heard);
    const before = heard.length;
    bed.bus.publish(`${base}.b`, '{}');
    await soon(() => expect(heard).toHaveLength(before + 1));

    await a.timed.TaskInfoDelete({ groupCode, code });
    await unheard(`${base}.b`);
    await quiet(heard);
    expect(heard).toHaveLength(before + 1);
  }, 60_000); // it is waited several times whether something still runs
});
