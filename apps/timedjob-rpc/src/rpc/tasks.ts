/** TaskInfo*: tasks. */
import { Code, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import { groupForTask } from '../standing-group';
import type { TaskChanges } from '../task-changes';
import type { TaskScheduler } from '../task-scheduler';
import { notFound, refusedAs } from './database-errors';
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
  readonly scheduler: TaskScheduler;
  readonly changes: TaskChanges;
}

/** Tries of an update when others change the same task meanwhile. */
const MAX_TRIES = 5;

export const taskHandlers = ({ prisma, scheduler, changes }: TaskParts): TaskHandlers => {
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
      // Before its group is looked for: a bad task shall not leave a group behind.
      const given = mergeTask(NEW_TASK, request);
      const group = await groupForTask(prisma, groupCode);
      const fields = { ...given, priority: given.priority || group.priority };
      const data = { groupCode, code, ...fields, nextFireAt: scheduler.firstFire(fields) };
      const creating = prisma.timedTask.createManyAndReturn({ data, skipDuplicates: true });
      const [task] = await refusedAs(creating, {
        P2003: [Code.inProgress, `group "${groupCode}" is just being deleted`],
      });
      // Services of unitedrhino create their tasks at each start: one that exists stays as it is, and they go on.
      if (task) await changes.created(task);
      return {};
    },

    TaskInfoUpdate: async (request) => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const changed = await update(request);
        if (!changed) continue;
        await changes.updated(...changed);
        return {};
      }
      throw new RpcError(Code.inProgress, `task "${request.code}" is being changed by others`);
    },

    TaskInfoDelete: async (request) => {
      const { groupCode, code } = await findTask(prisma, request);
      const deleted = await refusedAs(prisma.timedTask.delete({ where: { groupCode_code: { groupCode, code } } }), {
        P2025: notFound(`task "${code}" of group "${groupCode}"`),
      });
      await changes.deleted(deleted);
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
