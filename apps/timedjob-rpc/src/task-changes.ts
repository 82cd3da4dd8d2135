/** What the making, changing and deleting of tasks does to what is queued and to the topics that are listened on. */
import { TaskType } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { JobQueue } from './queue/job-queue';
import type { TaskScheduler } from './task-scheduler';
import type { Triggers } from './triggers';

type TaskRow = Prisma.TimedTaskGetPayload<object>;

/** Brings queue and topics to what the tables say. Where it fails half-way, the regular checks catch up. */
export class TaskChanges {
  constructor(
    private readonly queue: JobQueue,
    private readonly scheduler: TaskScheduler,
    private readonly triggers: Triggers,
  ) {}

  async created(task: TaskRow): Promise<void> {
    await this.scheduler.enqueue(task);
    await this.listenFor(task);
  }

  async updated(before: TaskRow, after: TaskRow): Promise<void> {
    if (before.revision !== after.revision) {
      await this.scheduler.withdraw(before);
      await this.scheduler.enqueue(after);
    }
    await this.listenFor(before, after);
  }

  async deleted(...tasks: readonly TaskRow[]): Promise<void> {
    await this.queue.removeTasks(tasks.map(({ uid }) => uid));
    await this.listenFor(...tasks);
  }

  private async listenFor(...tasks: readonly TaskRow[]): Promise<void> {
    if (tasks.some(({ type }) => type === TaskType.triggered)) await this.triggers.changed();
  }
}
