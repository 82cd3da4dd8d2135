/** Jobs and tasks of devices in the database. */
import type { TaskStatus, ToldStatus } from '@alink/alink';
import { Prisma, type PrismaClient } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { deviceKey } from '../../device-core';
import { SESSION_MARK } from '../../presence/session-mark';
import type { Transaction } from '../../transaction';

/** Of a task that is not finished. */
export const OPEN: readonly TaskStatus[] = ['QUEUED', 'SENT', 'IN_PROGRESS'];
/** Of one that is not finished, and of which the device has been told. */
const KNOWN: readonly TaskStatus[] = ['SENT', 'IN_PROGRESS'];
/** Tasks of a device that it reads, or is told, at once: as many as the Link SDK for C 4.x takes (`aiot_task_api.c`). */
export const MAX_TASKS_AT_ONCE = 10;

export type JobRow = Prisma.DeviceJobGetPayload<object>;
/** What devices read of a job. */
export type JobContent = Pick<JobRow, 'id' | 'document' | 'fileUrl' | 'fileSign' | 'fileSignMethod'>;

/** A device's task, with what it is to do. */
export interface DeviceTask extends DeviceCore {
  readonly id: bigint;
  readonly status: TaskStatus;
  readonly job: JobContent;
}

interface TaskRow {
  readonly id: bigint;
  readonly status: TaskStatus;
  readonly product_id: string;
  readonly device_name: string;
  readonly job_id: bigint;
}

const COLUMNS = Prisma.sql`t.id, t.status, d.product_id, d.device_name, t.job_id`;

const CONTENT = { id: true, document: true, fileUrl: true, fileSign: true, fileSignMethod: true } as const;

/**
 * With what each is to do, which is read once for each job: of one job there may be as many tasks as devices, and 64 KB of
 * document. Tasks of a job that is gone meanwhile are gone too.
 */
const deviceTasks = async (
  client: Pick<PrismaClient, 'deviceJob'>,
  rows: readonly TaskRow[],
): Promise<DeviceTask[]> => {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map((row) => row.job_id))];
  const jobs = await client.deviceJob.findMany({ where: { id: { in: ids } }, select: CONTENT });
  const byID = new Map(jobs.map((job) => [job.id, job]));
  return rows.flatMap((row) => {
    const job = byID.get(row.job_id);
    const { id, status, product_id: productID, device_name: deviceName } = row;
    return job ? [{ id, status, productID, deviceName, job }] : [];
  });
};

/** What there is of these devices, oldest first; at most ten of each. */
export const openTasks = async (prisma: PrismaClient, deviceIDs: readonly bigint[]): Promise<DeviceTask[]> => {
  const rows = await prisma.$queryRaw<TaskRow[]>`
    SELECT ${COLUMNS} FROM unnest(${[...deviceIDs]}::bigint[]) AS u (device_id)
    JOIN device d ON d.id = u.device_id
    CROSS JOIN LATERAL (
      SELECT * FROM device_task WHERE device_id = u.device_id AND status = ANY(${[...OPEN]}::text[])
      ORDER BY id LIMIT ${MAX_TASKS_AT_ONCE}) AS t
    ORDER BY t.id`;
  return deviceTasks(prisma, rows);
};

/** Tasks of a job whose devices are online. */
export const tasksOfOnline = async (prisma: PrismaClient, jobID: bigint): Promise<DeviceTask[]> => {
  const rows = await prisma.$queryRaw<TaskRow[]>`
    SELECT ${COLUMNS} FROM device_task t JOIN device d ON d.id = t.device_id
    WHERE t.job_id = ${jobID} AND t.status = 'QUEUED' AND d.is_online ORDER BY t.id`;
  return deviceTasks(prisma, rows);
};

/**
 * Ends the tasks of a job that are not finished.
 * @returns how many they are, and those whose devices know of them and are online
 */
export const endTasks = async (
  tx: Transaction,
  jobID: bigint,
  status: TaskStatus,
  now: number,
): Promise<{ ended: number; known: DeviceTask[] }> => {
  const rows = await tx.$queryRaw<(TaskRow & { readonly before: TaskStatus; readonly is_online: boolean })[]>`
    WITH open AS (
      SELECT id, status AS before FROM device_task
      WHERE job_id = ${jobID} AND status = ANY(${[...OPEN]}::text[]) ORDER BY id FOR UPDATE),
    ended AS (
      UPDATE device_task AS t SET status = ${status}, updated_at = ${now}::bigint FROM open WHERE t.id = open.id
      RETURNING t.id, t.status, t.device_id, t.job_id, open.before)
    SELECT ${COLUMNS}, t.before, d.is_online FROM ended t JOIN device d ON d.id = t.device_id ORDER BY t.id`;
  const known = rows.filter(({ before, is_online }) => is_online && KNOWN.includes(before));
  return { ended: rows.length, known: await deviceTasks(tx, known) };
};

/**
 * Claims that its device is told of a task in its present session, which is once, whichever instances want to. The claim of a
 * process that died counts no more in the next session.
 * @returns the claim; undefined where it has been told already, or is being told, or the task has begun or ended
 */
export const claimTask = async (prisma: PrismaClient, taskID: bigint): Promise<string | undefined> => {
  const rows = await prisma.$queryRaw<{ readonly told_in: string }[]>`
    UPDATE device_task t SET told_in = ${SESSION_MARK} FROM device d
    WHERE t.id = ${taskID} AND d.id = t.device_id AND t.status IN ('QUEUED', 'SENT') AND t.told_in <> ${SESSION_MARK}
    RETURNING t.told_in`;
  return rows[0]?.told_in;
};

/** Whether there is still something to be told by that claim: the task has neither begun nor ended, and is not gone. */
export const isStillClaimed = async (prisma: PrismaClient, taskID: bigint, claim: string): Promise<boolean> =>
  (await prisma.deviceTask.count({
    where: { id: taskID, toldIn: claim, status: { in: ['QUEUED', 'SENT'] } },
  })) > 0;

/** The device has not been told after all. */
export const releaseTask = async (prisma: PrismaClient, taskID: bigint, claim: string): Promise<void> => {
  await prisma.deviceTask.updateMany({ where: { id: taskID, toldIn: claim }, data: { toldIn: '' } });
};

/** Devices have been told of these tasks. One that has begun meanwhile stays begun. */
export const markSent = async (prisma: PrismaClient, taskID: bigint, now: number): Promise<void> => {
  await prisma.deviceTask.updateMany({
    where: { id: taskID, status: 'QUEUED' },
    data: { status: 'SENT', updatedAt: BigInt(now) },
  });
};

/** Tasks that have taken too long since they began. @returns how many */
export const timeOut = (prisma: PrismaClient, now: number): Promise<number> => prisma.$executeRaw`
  UPDATE device_task AS t SET status = 'TIMED_OUT', updated_at = ${now}::bigint FROM device_job j
  WHERE j.id = t.job_id AND t.status = 'IN_PROGRESS' AND j.timeout_minutes > 0
    AND t.started_at + j.timeout_minutes::bigint * 60000 <= ${now}::bigint`;

export interface TaskUpdate {
  readonly device: DeviceCore;
  /** As the device knows it. */
  readonly taskId: string;
  readonly status: ToldStatus;
  readonly progress?: number;
  readonly statusDetails?: object;
}

/** What came of an update: `changed`, or the status that the task has and keeps; undefined where there is none. */
export type UpdateOutcome = 'changed' | TaskStatus | undefined;

const idOf = (taskId: string): bigint => (/^\d{1,18}$/.test(taskId) ? BigInt(taskId) : -1n);

/** Updates tasks of different devices. @returns what came of each, in their order */
export const updateTasks = async (
  prisma: PrismaClient,
  updates: readonly TaskUpdate[],
  now: number,
): Promise<UpdateOutcome[]> => {
  const rows = await prisma.$queryRaw<{ product_id: string; device_name: string; outcome: UpdateOutcome }[]>`
    WITH given AS (SELECT * FROM unnest(
      ${updates.map(({ device }) => device.productID)}::text[], ${updates.map(({ device }) => device.deviceName)}::text[],
      ${updates.map(({ taskId }) => idOf(taskId))}::bigint[], ${updates.map(({ status }) => status)}::text[],
      ${updates.map(({ progress }) => progress ?? null)}::int[],
      ${updates.map(({ statusDetails }) => (statusDetails ? JSON.stringify(statusDetails) : null))}::text[])
      AS u (product_id, device_name, task_id, status, progress, details)),
    locked AS (
      SELECT t.id, t.status AS before, g.* FROM given g JOIN device d USING (product_id, device_name)
      JOIN device_task t ON t.id = g.task_id AND t.device_id = d.id ORDER BY t.id FOR UPDATE OF t),
    written AS (
      UPDATE device_task AS t SET status = l.status, progress = COALESCE(l.progress, t.progress),
        status_details = COALESCE(l.details, t.status_details), updated_at = ${now}::bigint,
        started_at = CASE WHEN t.started_at = 0 THEN ${now}::bigint ELSE t.started_at END
      FROM locked l WHERE t.id = l.id AND l.before = ANY(${[...OPEN]}::text[]))
    SELECT product_id, device_name,
      CASE WHEN before = ANY(${[...OPEN]}::text[]) THEN 'changed' ELSE before END AS outcome FROM locked`;
  const outcomes = new Map(
    rows.map((row) => [deviceKey({ productID: row.product_id, deviceName: row.device_name }), row.outcome]),
  );
  return updates.map(({ device }) => outcomes.get(deviceKey(device)));
};

/** What a device asks for. */
export interface TaskRequest {
  readonly device: DeviceCore;
  /** Absent for the tasks that are not finished. */
  readonly taskId?: string;
}

/** @returns the tasks of each device in their order, oldest first: that one, or at most ten that are not finished */
export const readTasks = async (prisma: PrismaClient, requests: readonly TaskRequest[]): Promise<DeviceTask[][]> => {
  const rows = await prisma.$queryRaw<TaskRow[]>`
    SELECT ${COLUMNS} FROM unnest(
      ${requests.map(({ device }) => device.productID)}::text[], ${requests.map(({ device }) => device.deviceName)}::text[],
      ${requests.map(({ taskId }) => (taskId === undefined ? null : idOf(taskId)))}::bigint[])
      AS g (product_id, device_name, task_id)
    JOIN device d USING (product_id, device_name)
    CROSS JOIN LATERAL (
      SELECT * FROM device_task WHERE device_id = d.id
        AND CASE WHEN g.task_id IS NULL THEN status = ANY(${[...OPEN]}::text[]) ELSE id = g.task_id END
      ORDER BY id LIMIT ${MAX_TASKS_AT_ONCE}) AS t
    ORDER BY t.id`;
  const byDevice = new Map<string, DeviceTask[]>();
  for (const task of await deviceTasks(prisma, rows))
    byDevice.set(deviceKey(task), [...(byDevice.get(deviceKey(task)) ?? []), task]);
  return requests.map(({ device }) => byDevice.get(deviceKey(device)) ?? []);
};
