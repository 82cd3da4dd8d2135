/** Does one run of one task: checks that it is still wanted, publishes its message, and writes its log line. */
import { BusTimeoutError, type Bus } from '@alink/bus';
import { Code, encodeEnvelope, TaskStatus } from '@alink/contract';
import type { Prisma, PrismaClient } from '@alink/db';
import type { Clock, Logger } from '@alink/runtime';
import { parseQueueParams } from './queue-message';
import type { Attempt } from './queue/job-queue';
import type { Job, QueueMessage } from './queue/job';
import type { TaskLog } from './task-log';
import type { TaskScheduler } from './task-scheduler';

type TaskWithGroup = Prisma.TimedTaskGetPayload<{ include: { group: true } }>;

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
    if (message) await this.publishLogged(attempt, task, message);
  }

  /** The task, unless it is gone or is another one of the same code. */
  private async load({ task: { groupCode, code, uid } }: Job): Promise<TaskWithGroup | undefined> {
    const where = { groupCode_code: { groupCode, code } };
    const task = await this.prisma.timedTask.findUnique({ where, include: { group: true } });
    return task?.uid === uid ? task : undefined;
  }

  /** For a timing task also queues the next run, before anything else can go wrong with this one. */
  private async stillWanted({ job, startedMs, retries }: Attempt, task: TaskWithGroup): Promise<boolean> {
    if (job.kind !== 'timer') return true;
    if (task.revision !== job.revision || task.status !== TaskStatus.running) return false;
    const nextMs = await this.scheduler.advance(task, job.dueMs, startedMs);
    // A further try is pointless once the next run is due: the message would go out twice in a row.
    return retries === 0 || nextMs > startedMs;
  }

  /** Why a run that is due does not take place; undefined when it does. */
  private refusal(job: Job, task: TaskWithGroup): { code: number; message: string } | undefined {
    if (task.status !== TaskStatus.running) return { code: Code.notEnabled, message: 'the task is stopped' };
    if (job.kind === 'send' && job.deadlineMs !== undefined && this.clock.now() >= job.deadlineMs) {
      return { code: Code.timeout, message: 'the deadline has passed' };
    }
    return undefined;
  }

  private async publishLogged(attempt: Attempt, task: TaskWithGroup, message: QueueMessage): Promise<void> {
    const { job, retries } = attempt;
    try {
      await this.publish(attempt, task.group.subType, message);
    } catch (error) {
      const code = error instanceof BusTimeoutError ? Code.timeout : Code.system;
      const words = error instanceof Error ? error.message : String(error);
      this.log.warn({ err: error, task: job.task, retries }, 'run failed');
      await this.taskLog.append(job.task, message, { code, message: words });
      throw error;
    }
    try {
      await this.taskLog.append(job.task, message, { code: Code.ok, message: 'ok' });
    } catch (err) {
      // The message is out: a line in the log is not worth sending it twice.
      this.log.error({ err, task: job.task }, 'log line of a run is lost');
    }
  }

  private async publish(attempt: Attempt, subType: string, { topic, payload }: QueueMessage): Promise<void> {
    const deadlineMs = attempt.job.kind === 'send' ? attempt.job.deadlineMs : undefined;
    const timeoutMs = Math.min(attempt.timeoutMs, (deadlineMs ?? Infinity) - this.clock.now());
    const body = encodeEnvelope(payload, this.clock.now());
    if (subType === 'natsJs') {
      // The id of the run: a further try is kept once.
      await within(this.bus.publishKept(topic, body, attempt.id), timeoutMs);
      return;
    }
    if (!this.bus.connected) throw new Error('NATS is not connected');
    this.bus.publish(topic, body);
  }
}

const messageOf = (task: TaskWithGroup): QueueMessage | undefined =>
  task.params === '' ? undefined : parseQueueParams(task.params);

const within = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BusTimeoutError(`the run took longer than ${Math.round(ms)} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
