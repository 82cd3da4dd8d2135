/** TaskInfo*: tasks, and what their making, changing and deleting does to what is queued. */
import { Code, TaskType, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { JobQueue } from '../queue/job-queue';
import type { TaskScheduler } from '../task-scheduler';
import type { Triggers } from '../triggers';
import { duplicate, notFound, refusedAs } from './database-errors';
import { pageArgs } from './page';
import { requiredName } from './request-fields';
import { isRescheduled, mergeTask, NEW_TASK, taskToWire } from './task-fields';

type TimedHandlers = Handlers<typeof services.timedManage>;
type TaskHandlers = Pick<
  TimedHandlers,
  'TaskInfoCreate' | 'TaskInfoUpdate' | 'TaskInfoDelete' | 'TaskInfoIndex' | 'TaskInfoRead'
>;
type TaskRow = Prisma.TimedTaskGetPayload<object>;

export interface TaskParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly scheduler: TaskScheduler;
  readonly triggers: Triggers;
}

/** Tries of an update when others change the same task meanwhile. */
const MAX_TRIES = 5;

export const taskHandlers = ({ prisma, queue, scheduler, triggers }: TaskParts): TaskHandlers => {
  /** Brings queue and topics to what the tables say. Where it fails half-way, the regular checks catch up. */
  const apply = async (before: TaskRow | undefined, after: TaskRow | undefined): Promise<void> => {
    if (before && after && before.revision !== after.revision) await scheduler.withdraw(before);
    if (before && !after) await queue.removeTask(before.uid);
    if (after && before?.revision !== after.revision) await scheduler.enqueue(after);
    if ([before?.type, after?.type].includes(TaskType.triggered)) await triggers.changed();
  };

  /** One try; undefined when somebody else was faster. */
  const update = async (
    request: Parameters<TimedHandlers['TaskInfoUpdate']>[0],
  ): Promise<[TaskRow, TaskRow] | undefined> => {
    const before = await findTask(prisma, request);
    const fields = mergeTask(before, request);
    const schedule = isRescheduled(before, fields)
      ? { revision: before.revision + 1, nextFireAt: scheduler.firstFire(fields) }
      : {};
    const { uid, revision, name, type, topics, params, cronExpr, status, priority } = before;
    const { count } = await prisma.timedTask.updateMany({
      // All that was merged must still be so: the revision grows only when times change.
      where: { uid, revision, name, type, topics: { equals: topics }, params, cronExpr, status, priority },
      data: { ...fields, ...schedule },
    });
    return count > 0 ? [before, { ...before, ...fields, ...schedule }] : undefined;
  };

  return {
    TaskInfoCreate: async (request) => {
      const groupCode = requiredName(request.groupCode, 'groupCode');
      const code = requiredName(request.code, 'code');
      // Before its group is looked for: who makes the group when it is missing shall not make one for a bad task.
      const given = mergeTask(NEW_TASK, request);
      const group = await prisma.timedGroup.findUnique({ where: { code: groupCode } });
      if (!group) throw new RpcError(...notFound(`group "${groupCode}"`));
      const fields = { ...given, priority: given.priority || group.priority };
      const data = { groupCode, code, ...fields, nextFireAt: scheduler.firstFire(fields) };
      const task = await refusedAs(prisma.timedTask.create({ data }), {
        P2002: duplicate(`task "${code}" of group "${groupCode}"`),
        P2003: notFound(`group "${groupCode}"`),
      });
      await apply(undefined, task);
      return {};
    },

    TaskInfoUpdate: async (request) => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const changed = await update(request);
        if (!changed) continue;
        await apply(...changed);
        return {};
      }
      throw new RpcError(Code.inProgress, `task "${request.code}" is being changed by others`);
    },

    TaskInfoDelete: async (request) => {
      const { groupCode, code } = await findTask(prisma, request);
      const deleted = await refusedAs(prisma.timedTask.delete({ where: { groupCode_code: { groupCode, code } } }), {
        P2025: notFound(`task "${code}" of group "${groupCode}"`),
      });
      await apply(deleted, undefined);
      return {};
    },

    TaskInfoIndex: async ({ page, groupCode }) => {
      const where = groupCode === '' ? {} : { groupCode };
      const args = pageArgs(
        page,
        ['groupCode', 'code', 'name', 'type', 'status', 'priority', 'createdTime'],
        [{ createdTime: 'asc' }, { groupCode: 'asc' }, { code: 'asc' }],
      );
      const [list, total] = await Promise.all([
        prisma.timedTask.findMany({ where, ...args }),
        prisma.timedTask.count({ where }),
      ]);
      return { list: list.map(taskToWire), total };
    },

    TaskInfoRead: async (request) => taskToWire(await findTask(prisma, request)),
  };
};

/** @throws {RpcError} 100006 without codes, 100009 when there is none */
export const findTask = async (
  prisma: PrismaClient,
  request: { readonly groupCode: string; readonly code: string },
): Promise<TaskRow> => {
  const groupCode = requiredName(request.groupCode, 'groupCode');
  const code = requiredName(request.code, 'code');
  const task = await prisma.timedTask.findUnique({ where: { groupCode_code: { groupCode, code } } });
  if (!task) throw new RpcError(...notFound(`task "${code}" of group "${groupCode}"`));
  return task;
};
