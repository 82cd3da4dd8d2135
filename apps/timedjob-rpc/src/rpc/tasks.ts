/** TaskInfo*: tasks. */
import { Code, TaskStatus, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import { groupForTask } from '../standing-group';
import type { TaskChanges } from '../task-changes';
import type { TaskScheduler } from '../task-scheduler';
import { refusedAs } from './database-errors';
import { findTask, named } from './named-task';
import { pageArgs } from './page';
import { requiredName, wholeNumber } from './request-fields';
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

  const remove = async (tasks: readonly TaskRow[]): Promise<void> => {
    await prisma.timedTask.deleteMany({ where: { uid: { in: tasks.map(({ uid }) => uid) } } });
    await changes.deleted(...tasks);
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
      if (wholeNumber(request.status, 'status') === TaskStatus.toDelete) {
        await remove([await findTask(prisma, request)]);
        return {};
      }
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const changed = await update(request);
        if (!changed) continue;
        await changes.updated(...changed);
        return {};
      }
      throw new RpcError(Code.inProgress, `task "${request.code}" is being changed by others`);
    },

    TaskInfoDelete: async (request) => {
      // None at all is as good as deleted.
      await remove(await prisma.timedTask.findMany({ where: named(request) }));
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
