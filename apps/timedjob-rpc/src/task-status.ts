/** What becomes of a task's status when a caller asks for one. */
import { TaskStatus } from '@alink/contract';

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
