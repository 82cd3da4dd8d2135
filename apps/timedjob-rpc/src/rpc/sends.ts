/** TaskSend and TaskCancel: single runs that callers ask for, now or later. */
import { Code, TaskStatus, type services } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { Clock } from '@alink/runtime';
import { isPublishSubject, payloadFault } from '../queue-message';
import { sendJobId, type QueueMessage } from '../queue/job';
import type { JobQueue } from '../queue/job-queue';
import { messageOf, NotPublishedError, type TaskRunner } from '../task-runner';
import { badField, requiredName } from './request-fields';
import { readOptions } from './send-options';
import { sentTask } from './sent-task';

type TimedHandlers = Handlers<typeof services.timedManage>;
type SendRequest = Parameters<TimedHandlers['TaskSend']>[0];

export interface SendParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly runner: TaskRunner;
  readonly clock: Clock;
}

export const sendHandlers = ({
  prisma,
  queue,
  runner,
  clock,
}: SendParts): Pick<TimedHandlers, 'TaskSend' | 'TaskCancel'> => ({
  TaskSend: async (request) => {
    const message = sentMessage(request);
    const options = request.option && readOptions(request.option, clock.now());
    const task = await sentTask(prisma, request, message);
    const published = message ?? messageOf(task);
    if (!published) throw badField('paramQueue', 'is missing, and the task has no params');
    if (task.status !== TaskStatus.running) throw new RpcError(Code.notEnabled, `task "${task.code}" is stopped`);
    if (!options) {
      await publishNow(runner, task, published);
      return { taskID: '' };
    }
    const { groupCode, code, uid } = task;
    const { taskID, priority, startMs, timeoutMs, deadlineMs } = options;
    const added = await queue.addUnlessPending({
      id: sendJobId(taskID),
      job: { kind: 'send', task: { groupCode, code, uid }, taskID, message, deadlineMs },
      priority: priority || task.priority,
      startMs,
      timeoutMs,
    });
    if (!added) throw new RpcError(Code.duplicate, `option.taskID: a run "${taskID}" is waiting already`);
    return { taskID };
  },

  TaskCancel: async (request) => {
    // No error where nothing waits, as in unitedrhino: dm.rpc cancels the check of every call that a device answers.
    await queue.cancel(sendJobId(requiredName(request.taskID, 'taskID')));
    return {};
  },
});

/** Without options a run is part of the call: its failure is the caller's to know, who has no id to ask for it. */
const publishNow = async (runner: TaskRunner, ...run: Parameters<TaskRunner['publish']>): Promise<void> => {
  try {
    await runner.publish(...run);
  } catch (cause) {
    if (!(cause instanceof NotPublishedError)) throw cause;
    throw new RpcError(Code.system, cause.message, { cause });
  }
};

/** @throws {RpcError} 100018 for params of other kinds of groups, 100006 for a bad topic or payload */
const sentMessage = ({ paramQueue, paramSql, paramScript }: SendRequest): QueueMessage | undefined => {
  if (paramSql || paramScript) {
    throw new RpcError(Code.notImplemented, `${paramSql ? 'paramSql' : 'paramScript'}: only paramQueue is served`);
  }
  if (!paramQueue) return undefined;
  const { topic, payload } = paramQueue;
  if (!isPublishSubject(topic)) throw badField('paramQueue.topic', topic ? 'is not a NATS subject' : 'is missing');
  const fault = payloadFault(payload);
  if (fault) throw badField('paramQueue.payload', fault);
  return { topic, payload };
};
