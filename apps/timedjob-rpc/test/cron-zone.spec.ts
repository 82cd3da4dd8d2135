/** Whose clock cron expressions are read by, and what becomes of runs that are planned when that changes. */
import { makeTask, startBed, type Bed } from './bed';

let bed: Bed;
beforeAll(async () => {
  bed = await startBed();
});
afterAll(() => bed.stop());

/** The next run of a task as the table has it, and the times for which the queue has runs of it. */
const planned = async (code: string): Promise<{ next: Date; queued: Date[] }> => {
  const task = await bed.db.prisma.timedTask.findFirstOrThrow({ where: { code } });
  const rows = await bed.db.prisma.$queryRaw<{ due: bigint }[]>`
    SELECT (data->>'dueMs')::bigint AS due FROM pgboss_timedjob.job
    WHERE state < 'active' AND data->'task'->>'code' = ${code}`;
  return { next: task.nextFireAt!, queued: rows.map(({ due }) => new Date(Number(due))) };
};

const hourOf = (date: Date): number => date.getUTCHours();

test('cron runs by the clock of CRON_TIMEZONE, also what was planned under another one; @every keeps its beat', async () => {
  const first = await bed.instance({ CRON_TIMEZONE: 'Asia/Shanghai' });
  const nightly = await makeTask(first.timed, { type: 1, cronExpr: '0 3 * * *' });
  const own = await makeTask(first.timed, { type: 1, cronExpr: 'CRON_TZ=Asia/Tokyo 0 3 * * *' });
  const hourly = await makeTask(first.timed, { type: 1, cronExpr: '@every 1h' });

  const inShanghai = await planned(nightly.code);
  expect(hourOf(inShanghai.next)).toBe(19);
  expect(inShanghai.queued).toEqual([inShanghai.next]);
  expect(hourOf((await planned(own.code)).next)).toBe(18);
  const beat = await planned(hourly.code);
  await first.stop();

  const second = await bed.instance({ CRON_TIMEZONE: 'UTC' });
  const inUtc = await planned(nightly.code);
  expect(hourOf(inUtc.next)).toBe(3);
  expect(inUtc.queued).toEqual([inUtc.next]);
  expect(hourOf((await planned(own.code)).next)).toBe(18);
  expect(await planned(hourly.code)).toEqual(beat);
  await second.stop();
});
