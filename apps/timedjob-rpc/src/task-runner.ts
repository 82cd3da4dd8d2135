/** Does one run of one task: checks that it is still wanted, publishes its message, and writes its log line. */
import type { Bus } from '@alink/bus';
import { Code, encodeEnvelope, TaskStatus } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import type { Clock, Logger } from '@alink/runtime';
import { parseQueueParams } from './queue-message';
import type { Attempt } from './queue/job-queue';
import type { Job, QueueMessage, TaskRef } from './queue/job';
import type { TaskLog } from './task-log';
import type { TaskScheduler } from './task-scheduler';

type TaskRow = Prisma.TimedTaskGetPayload<object>;

/** A message could not be published; nobody has heard it. */
export class NotPublishedError extends Error {
  override readonly name = 'NotPublishedError';
}

export class TaskRunner {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly bus: Bus,
    private readonly scheduler: TaskScheduler,
    private readonly taskLog: TaskLog,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** @throws {Error} when the message could not be published: the queue tries again */
  async run(attempt: Attempt): Promise<void> {
    const { job } = attempt;
    const task = await this.load(job);
    if (!task || !(await this.stillWanted(attempt, task))) {
      this.log.debug({ task: job.task, kind: job.kind }, 'stale run dropped');
      return;
    }
    const refusal = this.refusal(job, task);
    const message = (job.kind === 'send' ? job.message : undefined) ?? messageOf(task);
    if (refusal ?? !message) {
      await this.taskLog.append(
        job.task,
        message,
        refusal ?? { code: Code.parameter, message: 'no message to publish' },
      );
      return;
    }
    if (message) await this.publish(job.task, message);
  }

  /**
   * Publishes a task's message, now, and writes the log line. Plainly whatever the group's subType is, as unitedrhino
   * does: where a stream keeps the subject it keeps the message, and nobody's answer is waited for. Subscribers there
   * acknowledge whatever they get with `+ACK`, streams or not.
   * @throws {NotPublishedError} when it could not be published
   */
  async publish(task: TaskRef, message: QueueMessage): Promise<void> {
    if (!this.bus.connected) {
      const error = new NotPublishedError('NATS is not connected');
      this.log.warn({ err: error, task }, 'run failed');
      await this.taskLog.append(task, message, { code: Code.system, message: error.message });
      throw error;
    }
    this.bus.publish(message.topic, encodeEnvelope(message.payload, this.clock.now()));
    try {
      await this.taskLog.append(task, message, { code: Code.ok, message: 'ok' });
    } catch (err) {
      // The message is out: a line in the log is not worth sending it twice.
      this.log.error({ err, task }, 'log line of a run is lost');
    }
  }

  /** The task, unless it is gone or is another one of the same code. */
  private async load({ task: { groupCode, code, uid } }: Job): Promise<TaskRow | undefined> {
    const task = await this.prisma.timedTask.findUnique({ where: { groupCode_code: { groupCode, code } } });
    return task?.uid === uid ? task : undefined;
  }

  /** For a timing task also queues the next run, before anything else can go wrong with this one. */
  private async stillWanted({ job, startedMs, retries }: Attempt, task: TaskRow): Promise<boolean> {
    if (job.kind !== 'timer') return true;
    if (task.revision !== job.revision || task.status !== TaskStatus.running) return false;
    const nextMs = await this.scheduler.advance(task, job.dueMs, startedMs);
    // A further try is pointless once the next run is due: the message would go out twice in a row.
    return retries === 0 || nextMs > startedMs;
  }

  /** Why a run that is due does not take place; undefined when it does. */
  private refusal(job: Job, task: TaskRow): { code: number; message: string } | undefined {
    if (task.status !== TaskStatus.running) return { code: Code.notEnabled, message: 'the task is stopped' };
    if (job.kind === 'send' && job.deadlineMs !== undefined && this.clock.now() >= job.deadlineMs) {
      return { code: Code.timeout, message: 'the deadline has passed' };
    }
    return undefined;
  }
}

/** The message that a task has of its own. */
export const messageOf = (task: Pick<TaskRow, 'params'>): QueueMessage | undefined =>
  task.params === '' ? undefined : parseQueueParams(task.params);
