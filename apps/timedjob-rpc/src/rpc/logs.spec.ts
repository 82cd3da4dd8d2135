import { createLogger } from '@alink/runtime';
import { soon, makeTask, startBed, type Bed, type Instance } from '../../test/bed';
import { TaskLog } from '../task-log';

let bed: Bed;
let timed: Instance['timed'];
beforeAll(async () => {
  bed = await startBed();
  ({ timed } = await bed.instance());
});
afterAll(() => bed.stop());

describe('TaskLogIndex', () => {
  test('pages newest first, by group and by task, and outlives the task', async () => {
    const task = await makeTask(timed, { type: 2 });
    const { groupCode, code } = task;
    const other = await makeTask(timed, { type: 2 });
    for (let n = 0; n < 5; n++) {
      await timed.TaskSend({ groupCode, code, paramQueue: { topic: task.topic, payload: String(n) } });
      await soon(async () => {
        expect(Number((await timed.TaskLogIndex({ groupCode })).total)).toBe(n + 1);
      });
    }
    await timed.TaskSend({ groupCode: other.groupCode, code: other.code });
    await soon(async () => expect((await timed.TaskLogIndex({})).total).toBe('6'));
    await timed.TaskInfoDelete({ groupCode, code });

    const payloads = async (page: number, size: number) => {
      const { list, total } = await timed.TaskLogIndex({ groupCode, taskCode: code, page: { page, size } });
      expect(total).toBe('5');
      return list.map(({ params }) => (JSON.parse(params) as { payload: string }).payload);
    };
    expect(await payloads(1, 2)).toEqual(['4', '3']);
    expect(await payloads(2, 2)).toEqual(['2', '1']);
    expect(await payloads(3, 2)).toEqual(['0']);
    expect(await timed.TaskLogIndex({ groupCode, taskCode: 'other' })).toEqual({ list: [], total: '0' });
  });

  test.each([
    [{ size: 5000 }, 'page.size'],
    [{ page: -1, size: 10 }, 'page.page'],
    [{ orders: [{ filed: 'params', sort: '1' }] }, 'page.orders'],
  ])('refuses the page %j', async (page, field) => {
    await expect(timed.TaskLogIndex({ page })).rejects.toMatchObject({
      code: 100006,
      message: expect.stringMatching(new RegExp(`^${field}: `)),
    });
  });
});

describe('TaskLog', () => {
  test('forgets what is older than 30 days', async () => {
    const taskLog = new TaskLog(bed.db.prisma, createLogger({ name: 'test', level: 'silent' }));
    const ref = { groupCode: 'old', code: 'lines', uid: '' };
    await taskLog.append(ref, { topic: 'a', payload: '' }, { code: 200, message: 'ok' });
    const now = Date.now();
    await taskLog.trim(now + 29 * 86_400_000);
    expect((await timed.TaskLogIndex({ groupCode: 'old' })).total).toBe('1');
    expect(await taskLog.trim(now + 31 * 86_400_000)).toBeGreaterThanOrEqual(1);
    expect((await timed.TaskLogIndex({ groupCode: 'old' })).total).toBe('0');
  });
});
