/** What stands in the queue: one run of one task. */
import { uuidV5 } from '../uuid-v5';

/** A task as a job remembers it. The uid tells it from a later task of the same code. */
export interface TaskRef {
  readonly groupCode: string;
  readonly code: string;
  readonly uid: string;
}

/** A message to publish. */
export interface QueueMessage {
  /** NATS subject. */
  readonly topic: string;
  readonly payload: string;
}

export type Job =
  /** A timing task is due. `revision` tells whether it still is meant to run at that time. */
  | { readonly kind: 'timer'; readonly task: TaskRef; readonly revision: number; readonly dueMs: number }
  /** A caller asked for a run, now or later. Without a message the task's own is published. */
  | {
      readonly kind: 'send';
      readonly task: TaskRef;
      readonly taskID: string;
      readonly message?: QueueMessage;
      /** Unix milliseconds after which it is dropped. */
      readonly deadlineMs?: number;
    }
  /** A message came in on a topic of the task. */
  | { readonly kind: 'trigger'; readonly task: TaskRef };

/** A job with what the queue has to know of it. */
export interface QueuedJob {
  /** The same id is queued once. */
  readonly id: string;
  readonly job: Job;
  /** The higher, the sooner among those that are due. */
  readonly priority: number;
  /** Unix milliseconds. */
  readonly startMs: number;
  /** Milliseconds that one run may take. */
  readonly timeoutMs: number;
}

/** Milliseconds that a run may take when nobody says. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** Namespace of the ids of runs that callers asked for; any UUID that never changes does. */
const SEND_NAMESPACE = '5f0bb1c6-5b0a-4f0e-8c52-6a5d1d1a7a10';

/** The id of a timing task's run: equal on every instance, so the run is queued once. */
export const timerJobId = (uid: string, revision: number, dueMs: number): string => uuidV5(uid, `${revision}/${dueMs}`);

/** The id of the run that a caller named. */
export const sendJobId = (taskID: string): string => uuidV5(SEND_NAMESPACE, taskID);
