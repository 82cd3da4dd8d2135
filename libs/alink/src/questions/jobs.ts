/** Jobs that devices are to do ("Alibaba Cloud IoT documentation, 'Jobs'"). */
import type { Json, JsonObject } from '@alink/thing-model';

export type TaskStatus =
  'QUEUED' | 'SENT' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED' | 'CANCELLED' | 'REMOVED' | 'TIMED_OUT';

/** What a device may say of a task of its own. */
export type ToldStatus = Extract<TaskStatus, 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED'>;

export interface TaskSummary {
  readonly taskId: string;
  readonly status: TaskStatus;
}

/** A task as devices read it. */
export interface Task extends TaskSummary {
  readonly jobDocument: Json;
  readonly jobFile?: { readonly signMethod: string; readonly sign: string; readonly fileUrl: string };
}

export type JobQuestion =
  /** Answered with the tasks that are not finished, oldest first, at most ten, as `TaskSummary[]`. */
  | { readonly kind: 'jobs.list' }
  /** Answered with the first of these as {@link Task}; without data where there is none. */
  | { readonly kind: 'jobs.next' }
  /** Answered with the task, finished or not, as {@link Task}; without data where there is none. */
  | { readonly kind: 'jobs.get'; readonly taskId: string }
  | {
      readonly kind: 'jobs.update';
      readonly taskId: string;
      readonly status: ToldStatus;
      /** Percent; as before where absent. */
      readonly progress?: number;
      /** As before where absent. */
      readonly statusDetails?: JsonObject;
    };
