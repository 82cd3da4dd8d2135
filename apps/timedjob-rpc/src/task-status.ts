/** What becomes of a task's status when a caller asks for one. */
import { TaskStatus } from '@alink/contract';

/** What becomes of a task that goes on to exist; undefined for a status that it cannot have. */
export const settledStatus = (asked: number): number | undefined => {
  switch (asked) {
    case TaskStatus.running:
    case TaskStatus.toRun:
      return TaskStatus.running;
    case TaskStatus.toStop:
    case TaskStatus.stopped:
      return TaskStatus.stopped;
    default:
      return undefined;
  }
};
