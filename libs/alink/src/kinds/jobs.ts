/**
 * Jobs that devices are to do: `thing/job/{notify,get,update}`. Sources: Alibaba Cloud IoT documentation, "Jobs"; Link SDK
 * for C 4.x, `aiot_task_api.c`.
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { isProblem, wrongParameter, type Problem } from '../problem';
import type { Reply, TaskSummary, ToldStatus } from '../questions';
import { failed, paramsNoObject } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route } from '../route';
import { isStorable, isStorableText } from '../storable';
import type { JsonObject } from '@alink/thing-model';
import { platformRequest } from './platform-request';

const LIST = '$list';
const NEXT = '$next';

const MAX_TASK_ID = 64;
/** Characters of what a device says in its own words. */
const MAX_DETAILS = 4096;

const told: readonly ToldStatus[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'];

const badStatus = wrongParameter('status is none of a device', `Send "status" as one of ${told.join(', ')}.`);

/** Devices also send numbers. */
const taskIdOf = (params: unknown): string | Problem => {
  const taskId = isRecord(params) ? params.taskId : undefined;
  const text = typeof taskId === 'number' ? String(taskId) : taskId;
  if (typeof text === 'string' && text !== '' && text.length <= MAX_TASK_ID && isStorableText(text)) return text;
  return wrongParameter('taskId is no text', 'Send "taskId" of the task, or "$list" or "$next".');
};

const progressOf = (value: unknown): number | undefined | Problem => {
  if (value === undefined) return undefined;
  const progress = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof progress === 'number' && progress >= 0 && progress <= 100) return Math.round(progress);
  return wrongParameter('progress is no percentage', 'Send "progress" as a number from 0 to 100.');
};

const badDetails = wrongParameter(
  'statusDetails cannot be kept',
  `Send "statusDetails" as an object of at most ${MAX_DETAILS} characters, without U+0000.`,
);

const isDetails = (value: unknown): value is JsonObject =>
  isRecord(value) && isStorable(value) && JSON.stringify(value).length <= MAX_DETAILS;

const askGet = (params: unknown): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const taskId = taskIdOf(params);
  if (isProblem(taskId)) return failed(taskId);
  if (taskId === LIST) return { question: { kind: 'jobs.list' }, problems: [] };
  if (taskId === NEXT) return { question: { kind: 'jobs.next' }, problems: [] };
  return { question: { kind: 'jobs.get', taskId }, problems: [] };
};

/** Without `task` in it, the Link SDK for C 4.x takes a task for one that there is not. */
const toldTasks = ({ code, message, data }: Reply, params: unknown): Reply => {
  if (code !== 200) return { code, message };
  const taskId = String(isRecord(params) ? params.taskId : '');
  if (Array.isArray(data)) return { code, data: { taskId, tasks: data } };
  return isRecord(data)
    ? { code, data: { taskId: (data as unknown as TaskSummary).taskId, task: data } }
    : { code, data: { taskId } };
};

const askUpdate = (params: unknown): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const taskId = taskIdOf(params);
  if (isProblem(taskId)) return failed(taskId);
  const status = told.find((each) => each === params.status);
  if (!status) return failed(badStatus);
  const progress = progressOf(params.progress);
  if (isProblem(progress)) return failed(progress);
  const statusDetails = params.statusDetails ?? undefined;
  if (statusDetails !== undefined && !isDetails(statusDetails)) return failed(badDetails);
  return {
    question: {
      kind: 'jobs.update',
      taskId,
      status,
      ...(progress !== undefined && { progress }),
      ...(statusDetails && { statusDetails }),
    },
    problems: [],
  };
};

/** The task that it is about, also in a refusal. */
const toldUpdate = ({ code, message }: Reply, params: unknown): Reply => ({
  code,
  message,
  data: { taskId: String(isRecord(params) ? params.taskId : '') },
});

const asked = (path: string, meaning: string, handlers: Pick<AskRoute, 'ask' | 'told'>): AskRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  body: alink,
  answeredBy: 'dm',
  ...handlers,
});

export const jobs: readonly Route[] = [
  platformRequest('thing/job/notify', 'a job to do'),
  asked('thing/job/get', 'ask for jobs', { ask: askGet, told: toldTasks }),
  asked('thing/job/update', 'report how a job goes', { ask: askUpdate, told: toldUpdate }),
];
