/** The task of which TaskSend asks a run. */
import { Code, TaskType, type services } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { QueueMessage } from '../queue/job';
import { refusedAs } from './database-errors';
import { findTask } from './named-task';
import { badField, priorityOf, requiredName } from './request-fields';
import { NEW_TASK } from './task-fields';

type SendRequest = Parameters<Handlers<typeof services.timedManage>['TaskSend']>[0];
type TaskRow = Prisma.TimedTaskGetPayload<object>;

/**
 * The task of that group and code. One that does not exist comes into being, a delayed one with the message as its own:
 * so unitedrhino's services send runs of tasks that they never created (`disvr-action-check-delay`).
 * @throws {RpcError} 100006 where there is no such group, or nothing to make the task of
 */
export const sentTask = async (
  prisma: PrismaClient,
  request: Pick<SendRequest, 'groupCode' | 'code' | 'option'>,
  message: QueueMessage | undefined,
): Promise<TaskRow> => {
  const groupCode = requiredName(request.groupCode, 'groupCode');
  const code = requiredName(request.code, 'code');
  const known = await prisma.timedTask.findUnique({ where: { groupCode_code: { groupCode, code } } });
  if (known) return known;
  const group = await prisma.timedGroup.findUnique({ where: { code: groupCode } });
  if (!group) throw new RpcError(Code.parameter, noGroup(groupCode));
  if (!message) throw badField('paramQueue', `is missing, and task "${code}" of group "${groupCode}" does not exist`);
  const priority = priorityOf(request.option?.priority ?? 0, 'option.priority') || group.priority;
  const data = { ...NEW_TASK, groupCode, code, type: TaskType.delayed, params: JSON.stringify(message), priority };
  // Several may send a first run at the same moment.
  const creating = prisma.timedTask.createManyAndReturn({ data, skipDuplicates: true });
  const [made] = await refusedAs(creating, { P2003: [Code.parameter, noGroup(groupCode)] });
  return made ?? findTask(prisma, { groupCode, code });
};

const noGroup = (code: string): string => `groupCode: group "${code}" does not exist`;
