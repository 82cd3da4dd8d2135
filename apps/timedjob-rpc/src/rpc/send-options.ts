/** `TaskSendOption`: when a run takes place, and how. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { randomUUID } from 'node:crypto';
import { DEFAULT_TIMEOUT_MS } from '../queue/job';
import { badField, priorityOf, wholeNumber } from './request-fields';

type SendOption = NonNullable<Parameters<Handlers<typeof services.timedManage>['TaskSend']>[0]['option']>;

export interface SendOptions {
  readonly taskID: string;
  /** 0 for that of the task. */
  readonly priority: number;
  /** Unix milliseconds; a time that has passed is now. */
  readonly startMs: number;
  /** Milliseconds that the run may take. */
  readonly timeoutMs: number;
  /** Unix milliseconds after which it does not run. */
  readonly deadlineMs?: number;
}

/** Seconds. A century from now is a mistake of units. */
const LONGEST_WAIT_S = 100 * 365 * 86_400;
/** Seconds that pg-boss lets a run take at most: a day, less what is added to a run's own time. */
const LONGEST_TIMEOUT_S = 86_000;
const MAX_TASK_ID = 255;

/**
 * Beside `processIn` unitedrhino does not look at `processAt`, and a deadline that has passed it takes: its run never
 * takes place. Callers reckon deadlines from when a command was sent, however late they are themselves.
 * @throws {RpcError} 100006 naming the field
 */
export const readOptions = (option: SendOption, nowMs: number): SendOptions => {
  const taskID = option.taskID || randomUUID();
  if (taskID.length > MAX_TASK_ID) throw badField('option.taskID', `is longer than ${MAX_TASK_ID} characters`);
  const seconds = (field: 'processIn' | 'processAt' | 'timeout' | 'deadline', max?: number) =>
    wholeNumber(option[field], `option.${field}`, max);
  const latestS = Math.floor(nowMs / 1000) + LONGEST_WAIT_S;
  const processIn = seconds('processIn', LONGEST_WAIT_S);
  const processAt = seconds('processAt', latestS);
  const timeout = seconds('timeout');
  const deadline = seconds('deadline', latestS);
  return {
    taskID,
    priority: priorityOf(option.priority, 'option.priority'),
    startMs: processIn > 0 ? nowMs + processIn * 1000 : Math.max(processAt * 1000, nowMs),
    timeoutMs: timeout > 0 ? Math.min(timeout, LONGEST_TIMEOUT_S) * 1000 : DEFAULT_TIMEOUT_MS,
    deadlineMs: deadline > 0 ? deadline * 1000 : undefined,
  };
};
