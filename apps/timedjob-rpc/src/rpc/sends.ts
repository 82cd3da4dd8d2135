/** TaskSend and TaskCancel: single runs that callers ask for, now or later. */
import { Code, TaskStatus, type services } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { Clock } from '@alink/runtime';
import { randomUUID } from 'node:crypto';
import { isPublishSubject } from '../queue-message';
import { DEFAULT_TIMEOUT_MS, sendJobId, type QueuedJob, type QueueMessage } from '../queue/job';
import type { JobQueue } from '../queue/job-queue';
import { badField, priorityOf, requiredName, wholeNumber } from './request-fields';
import { findTask } from './named-task';

type TimedHandlers = Handlers<typeof services.timedManage>;
type SendRequest = Parameters<TimedHandlers['TaskSend']>[0];

export interface SendParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly clock: Clock;
}

/** Seconds. A century from now is a mistake of units, and a run of a day is what pg-boss allows. */
const LONGEST_WAIT_S = 100 * 365 * 86_400;
const LONGEST_TIMEOUT_S = 86_000;
const MAX_TASK_ID = 255;

export const sendHandlers = ({ prisma, queue, clock }: SendParts): Pick<TimedHandlers, 'TaskSend' | 'TaskCancel'> => ({
  TaskSend: async (request) => {
    const { uid, groupCode, code, ...task } = await findTask(prisma, request);
    const message = messageOf(request);
    if (!message && task.params === '') throw badField('paramQueue', 'is missing, and the task has no params');
    const options = readOptions(request.option, clock.now());
    if (task.status !== TaskStatus.running) throw new RpcError(Code.notEnabled, `task "${code}" is stopped`);
    const { taskID, deadlineMs } = options;
    const added = await addUnlessKnown(queue, {
      id: sendJobId(taskID),
      job: { kind: 'send', task: { groupCode, code, uid }, taskID, message, deadlineMs },
      priority: options.priority || task.priority,
      startMs: options.startMs,
      timeoutMs: options.timeoutMs,
    });
    if (!added) throw new RpcError(Code.duplicate, `option.taskID: "${taskID}" has been used`);
    return { taskID };
  },

  TaskCancel: async (request) => {
    const taskID = requiredName(request.taskID, 'taskID');
    const id = sendJobId(taskID);
    if (await queue.removeWaiting(id)) return {};
    if ((await queue.stateOf(id)) === 'running') throw new RpcError(Code.inProgress, `run "${taskID}" has begun`);
    throw new RpcError(Code.notFound, `no run "${taskID}" is waiting`);
  },
});

/** The queue itself forgets the ids of ended runs after an hour; its archive knows them for a week. */
const addUnlessKnown = async (queue: JobQueue, job: QueuedJob): Promise<boolean> =>
  (await queue.stateOf(job.id)) === 'unknown' && queue.add(job);

/** @throws {RpcError} 100018 for params of other kinds of groups, 100006 for a bad topic */
const messageOf = ({ paramQueue, paramSql, paramScript }: SendRequest): QueueMessage | undefined => {
  if (paramSql || paramScript) {
    throw new RpcError(Code.notImplemented, `${paramSql ? 'paramSql' : 'paramScript'}: only paramQueue is served`);
  }
  if (!paramQueue) return undefined;
  const { topic, payload } = paramQueue;
  if (!isPublishSubject(topic)) throw badField('paramQueue.topic', topic ? 'is not a NATS subject' : 'is missing');
  return { topic, payload };
};

interface SendOptions {
  readonly taskID: string;
  readonly priority: number;
  readonly startMs: number;
  readonly timeoutMs: number;
  readonly deadlineMs?: number;
}

const readOptions = (option: SendRequest['option'], nowMs: number): SendOptions => {
  const taskID = option?.taskID || randomUUID();
  if (taskID.length > MAX_TASK_ID) throw badField('option.taskID', `is longer than ${MAX_TASK_ID} characters`);
  const seconds = (field: 'processIn' | 'processAt' | 'timeout' | 'deadline', max?: number) =>
    wholeNumber(option?.[field] ?? 0, `option.${field}`, max);
  const latestS = Math.floor(nowMs / 1000) + LONGEST_WAIT_S;
  const processIn = seconds('processIn', LONGEST_WAIT_S);
  const processAt = seconds('processAt', latestS);
  const timeout = seconds('timeout', LONGEST_TIMEOUT_S);
  const deadline = seconds('deadline', latestS);
  if (processIn > 0 && processAt > 0) throw badField('option.processAt', 'cannot stand beside option.processIn');

  const startMs = processAt > 0 ? processAt * 1000 : nowMs + processIn * 1000;
  const deadlineMs = deadline > 0 ? deadline * 1000 : undefined;
  if (deadlineMs !== undefined && deadlineMs <= Math.max(startMs, nowMs)) {
    throw badField('option.deadline', 'is not after the time of the run');
  }
  return {
    taskID,
    priority: priorityOf(option?.priority ?? 0, 'option.priority'),
    // A time that has passed is now.
    startMs: Math.max(startMs, nowMs),
    timeoutMs: timeout > 0 ? timeout * 1000 : DEFAULT_TIMEOUT_MS,
    deadlineMs,
  };
};
