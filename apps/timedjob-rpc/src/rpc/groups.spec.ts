import { startBed, fresh, makeGroup, makeTask, type Bed, type Instance } from '../../test/bed';

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
    [{ code: 'x', type: 'queue' }, 100006, 'subType'],
    [{ code: 'x', type: 'sql', subType: 'mysql' }, 100018, 'type'],
    [{ code: 'x', type: 'script', subType: 'js' }, 100018, 'type'],
    [{ code: 'x', type: 'queue', subType: 'js' }, 100018, 'subType'],
    [{ code: 'x', type: 'qeueu', subType: 'nats' }, 100006, 'type'],
    [{ code: 'x', type: 'queue', subType: 'nats', priority: -1 }, 100006, 'priority'],
    [{ code: 'x'.repeat(129), type: 'queue', subType: 'nats' }, 100006, 'code'],
  ])('refuses %j with %i, naming the field', async (group, code, field) => {
    await expect(timed.TaskGroupCreate(group)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });

  test('a duplicate, an unknown one and one that is not empty', async () => {
    const { groupCode, code } = await makeTask(timed, { type: 2 });
    const again = { code: groupCode, name: 'n', type: 'queue', subType: 'nats' };
    await expect(timed.TaskGroupCreate(again)).rejects.toMatchObject({ code: 100010 });
    await expect(timed.TaskGroupUpdate({ code: 'nowhere', name: 'n' })).rejects.toMatchObject({ code: 100009 });
    await expect(timed.TaskGroupDelete({ code: 'nowhere' })).rejects.toMatchObject({ code: 100009 });
    await expect(timed.TaskGroupDelete({ code: groupCode })).rejects.toMatchObject({ code: 100019 });
    await timed.TaskInfoDelete({ groupCode, code });
    await timed.TaskGroupDelete({ code: groupCode });
  });
});
