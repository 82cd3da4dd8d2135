/** `TaskInfo.type` and `TaskInfo.status` as the wire carries them. */

export const TaskType = { timing: 1, delayed: 2, triggered: 3 } as const;

/** 2 and 3 are asked for by callers; a task that is asked to run or to stop does so at once. */
export const TaskStatus = { running: 1, toRun: 2, toStop: 3, stopped: 4, toDelete: 5 } as const;

/** What becomes of a task when a caller asks for a status; undefined for one that does not exist. */
export const settledStatus = (asked: number): number | undefined => {
  switch (asked) {
    case TaskStatus.running:
    case TaskStatus.toRun:
      return TaskStatus.running;
    case TaskStatus.toStop:
    case TaskStatus.stopped:
      return TaskStatus.stopped;
    case TaskStatus.toDelete:
      return TaskStatus.toDelete;
    default:
      return undefined;
  }
};
