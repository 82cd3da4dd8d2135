import { NoListenerError } from '@alink/bus';
import { fresh, makeGroup, makeTask, quiet, soon, startBed, type Bed, type Instance } from '../../test/bed';

let bed: Bed;
let timed: Instance['timed'];
beforeAll(async () => {
  bed = await startBed();
  ({ timed } = await bed.instance());
});
afterAll(() => bed.stop());

describe('TaskGroup', () => {
  test('create, read, update what is set, list, delete', async () => {
    const code = fresh('group');
    const created = { code, name: 'jobs', type: 'queue', subType: 'nats', priority: 6, env: { A: '1' }, config: '{}' };
    expect(await timed.TaskGroupCreate(created)).toEqual({});
    expect(await timed.TaskGroupRead({ code })).toEqual({ ...created, priority: '6' });

    await timed.TaskGroupUpdate({ code, name: 'other', subType: 'natsJs' });
    expect(await timed.TaskGroupRead({ code })).toEqual({
      ...created,
      name: 'other',
      subType: 'natsJs',
      priority: '6',
    });

    const { list, total } = await timed.TaskGroupIndex({});
    expect(list.map((group) => group.code)).toContain(code);
    expect(Number(total)).toBe(list.length);

    await timed.TaskGroupDelete({ code });
    await expect(timed.TaskGroupRead({ code })).rejects.toMatchObject({ code: 100009 });
  });

  test('pages and orders', async () => {
    const codes = [await makeGroup(timed), await makeGroup(timed), await makeGroup(timed)];
    const page = { page: 1, size: 2, orders: [{ filed: 'createdTime', sort: 2 }] };
    const first = await timed.TaskGroupIndex({ page });
    const second = await timed.TaskGroupIndex({ page: { ...page, page: 2 } });
    expect(first.list.map(({ code }) => code)).toEqual([codes[2], codes[1]]);
    expect(second.list[0]!.code).toBe(codes[0]);
    await expect(timed.TaskGroupIndex({ page: { orders: [{ filed: 'secret' }] } })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringContaining('page.orders'),
    });
  });

  test.each([
    [{}, 100006, 'code'],
    [{ code: 'x' }, 100006, 'type'],
    [{ code: 'x', type: 'sql', subType: 'mysql' }, 100018, 'type'],
    [{ code: 'x', type: 'script', subType: 'js' }, 100018, 'type'],
    [{ code: 'x', type: 'queue', subType: 'jetstream' }, 100006, 'subType'],
    [{ code: 'x', type: 'qeueu', subType: 'nats' }, 100006, 'type'],
    [{ code: 'x', type: 'queue', subType: 'nats', priority: -1 }, 100006, 'priority'],
    [{ code: 'x'.repeat(129), type: 'queue', subType: 'nats' }, 100006, 'code'],
  ])('refuses %j with %i, naming the field', async (group, code, field) => {
    await expect(timed.TaskGroupCreate(group)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  test.each(['nats', 'natsJs', 'js', ''])('takes subType "%s": a message goes out all the same', async (subType) => {
    const { topic, ...task } = await makeTask(timed, { type: 2 }, { subType });
    const heard = await bed.listen(topic);
    await timed.TaskSend(task);
    await soon(() => expect(heard).toMatchObject([{ data: 'tick' }]));
    expect(await timed.TaskGroupRead({ code: task.groupCode })).toMatchObject({ subType });
  });

  test('a duplicate and an unknown one; deleting what is not there is fine', async () => {
    const code = await makeGroup(timed);
    const again = { code, name: 'n', type: 'queue', subType: 'nats' };
    await expect(timed.TaskGroupCreate(again)).rejects.toMatchObject({ code: 100010 });
    await expect(timed.TaskGroupUpdate({ code: 'nowhere', name: 'n' })).rejects.toMatchObject({ code: 100009 });
    expect(await timed.TaskGroupDelete({ code: 'nowhere' })).toEqual({});
  });

  test('its tasks are deleted with it, and with them what they have queued and listen on', async () => {
    const { groupCode, code, topic } = await makeTask(timed, { type: 1, cronExpr: '@every 1s' });
    const heard = await bed.listen(topic);
    const trigger = fresh('trigger');
    const params = JSON.stringify({ topic });
    await timed.TaskInfoCreate({ groupCode, code: 'triggered', type: 3, topics: [trigger], params });
    await timed.TaskInfoCreate({ groupCode, code: 'later', type: 2, params });
    await timed.TaskSend({ groupCode, code: 'later', option: { processIn: 3600 } });
    const { groupCode: other, code: bystander } = await makeTask(timed, { type: 1, cronExpr: '@every 1h' });

    expect(await timed.TaskGroupDelete({ code: groupCode })).toEqual({});
    expect(await timed.TaskInfoIndex({ groupCode })).toEqual({ list: [], total: '0' });
    for (const task of [code, 'triggered', 'later']) {
      await expect(timed.TaskInfoRead({ groupCode, code: task })).rejects.toMatchObject({ code: 100009 });
    }
    await soon(() => expect(bed.bus.request(trigger, '', 1000)).rejects.toThrow(NoListenerError));
    await quiet(heard);
    const waiting = await bed.db.prisma.$queryRaw<{ code: string }[]>`
      SELECT data->'task'->>'code' AS code FROM pgboss_timedjob.job
      WHERE state < 'active' AND data->'task'->>'groupCode' IN (${groupCode}, ${other})`;
    expect(waiting).toEqual([{ code: bystander }]);
  });
});

describe('the group of unitedrhino services', () => {
  const code = 'unitedRhino-queue';

  test('is there from the start, stays as people changed it, and is back at the next start when it was deleted', async () => {
    expect(await timed.TaskGroupRead({ code })).toMatchObject({ type: 'queue', subType: 'natsJs', priority: '9' });
    await timed.TaskGroupUpdate({ code, name: 'ours' });
    await (await bed.instance()).stop();
    expect(await timed.TaskGroupRead({ code })).toMatchObject({ name: 'ours' });

    await timed.TaskGroupDelete({ code });
    await expect(timed.TaskGroupRead({ code })).rejects.toMatchObject({ code: 100009 });
    await (await bed.instance()).stop();
    expect(await timed.TaskGroupRead({ code })).toMatchObject({ subType: 'natsJs' });
  });
});
