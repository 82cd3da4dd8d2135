/** What makes a task valid, and how it stands on the wire. */
import { TaskStatus, TaskType } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { isListenSubject, parseQueueParams, payloadFault } from '../queue-message';
import { parseSchedule } from '../schedule/schedule';
import { settledStatus } from '../task-status';
import { badField, boundedName, priorityOf, readable, wholeNumber } from './request-fields';

/** What a caller can say about a task. */
export interface TaskFields {
  readonly name: string;
  readonly type: number;
  readonly topics: string[];
  readonly params: string;
  readonly cronExpr: string;
  readonly status: number;
  readonly priority: number;
}

/** As the request has them: zero values are unset. */
interface TaskRequest {
  readonly name: string;
  readonly type: string;
  readonly topics: readonly string[];
  readonly params: string;
  readonly cronExpr: string;
  readonly status: string;
  readonly priority: string;
}

const MAX_TOPICS = 100;
/** What unitedrhino shows for a task without params, and its callers may send back. */
const NO_PARAMS = '{}';

/** What is set in the request over what holds without it. @throws {RpcError} 100006 naming the field */
export const mergeTask = (base: TaskFields, request: TaskRequest): TaskFields => {
  const asked = wholeNumber(request.status, 'status');
  const status = asked === 0 ? base.status : settledStatus(asked);
  if (status === undefined) throw badField('status', `${asked} is none of 1 to 4`);
  const fields: TaskFields = {
    name: boundedName(request.name, 'name') || base.name,
    type: wholeNumber(request.type, 'type') || base.type,
    topics: request.topics.length > 0 ? [...new Set(request.topics)] : base.topics,
    params: request.params === NO_PARAMS ? base.params : request.params || base.params,
    cronExpr: request.cronExpr.trim() || base.cronExpr,
    status,
    priority: priorityOf(request.priority, 'priority') || base.priority,
  };
  check(fields);
  return fields;
};

/** Fields of a task of which nothing has been said: unitedrhino takes it for a timing one. It has its group's priority. */
export const NEW_TASK: TaskFields = {
  name: '',
  type: TaskType.timing,
  topics: [],
  params: '',
  cronExpr: '',
  status: TaskStatus.running,
  priority: 0,
};

const check = ({ type, topics, params, cronExpr }: TaskFields): void => {
  if (!Object.values<number>(TaskType).includes(type)) throw badField('type', `${type} is none of 1, 2, 3`);
  if (type === TaskType.timing && cronExpr === '') throw badField('cronExpr', 'is missing');
  // Whether it can be read is the same in every zone.
  if (cronExpr !== '') readable('cronExpr', () => parseSchedule(cronExpr, 'UTC'));
  if (type === TaskType.triggered && topics.length === 0) throw badField('topics', 'is missing');
  if (topics.length > MAX_TOPICS) throw badField('topics', `has more than ${MAX_TOPICS}`);
  const bad = topics.find((topic) => !isListenSubject(topic));
  if (bad !== undefined) throw badField('topics', `"${bad}" is not a NATS subject`);
  // Only a delayed task may leave its message to those who send it.
  if (params === '' && type === TaskType.delayed) return;
  if (params === '') throw badField('params', 'is missing');
  const { topic, payload } = readable('params', () => parseQueueParams(params));
  const fault = payloadFault(payload);
  if (fault) throw badField('params', `"payload" ${fault}`);
  if (type === TaskType.triggered && topics.includes(topic)) {
    throw badField('params', `publishes on "${topic}", which triggers the task itself`);
  }
};

/** Whether the times at which the task runs differ. */
export const isRescheduled = (before: TaskFields, after: TaskFields): boolean =>
  before.type !== after.type || before.cronExpr !== after.cronExpr || before.status !== after.status;

export const taskToWire = (task: Prisma.TimedTaskGetPayload<object>) => {
  const { groupCode, code, name, type, topics, params, cronExpr, status, priority } = task;
  return { groupCode, code, name, type, topics, params, cronExpr, status, priority };
};
