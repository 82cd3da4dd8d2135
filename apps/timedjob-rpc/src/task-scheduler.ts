/** Keeps the next run of every timing task in the queue. */
import { TaskStatus, TaskType } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { Clock, Logger } from '@alink/runtime';
import { DEFAULT_TIMEOUT_MS, timerJobId, type QueuedJob } from './queue/job';
import type { JobQueue } from './queue/job-queue';
import { parseSchedule, type Schedule } from './schedule/schedule';

/** What the scheduler has to know of a task. */
export interface ScheduledTask {
  readonly groupCode: string;
  readonly code: string;
  readonly uid: string;
  readonly type: number;
  readonly status: number;
  readonly revision: number;
  readonly cronExpr: string;
  readonly priority: number;
  readonly nextFireAt: Date | null;
}

export interface SchedulerOptions {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** IANA name of the zone whose clock cron expressions are read by. */
  readonly timeZone: string;
  readonly log: Logger;
}

/** Milliseconds between two looks for tasks whose next run got lost when an instance died between two steps. */
const RECONCILE_MS = 30_000;
/** Milliseconds after which a run that is due is looked after. */
const OVERDUE_MS = 60_000;

export class TaskScheduler {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SchedulerOptions) {}

  /** Queues what is missing, now and from time to time. What was due while everything was down is queued once. */
  async start(): Promise<void> {
    const { log } = this.options;
    await this.followZone();
    await this.reconcile();
    this.timer = setInterval(() => {
      this.reconcile().catch((err: unknown) => log.warn({ err }, 'timing tasks could not be checked'));
    }, RECONCILE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** When a task that is made or changed now runs first; null for one that does not run by time. */
  firstFire(task: Pick<ScheduledTask, 'type' | 'status' | 'cronExpr'>): Date | null {
    if (task.type !== TaskType.timing || task.status !== TaskStatus.running) return null;
    return new Date(this.scheduleOf(task).first(this.options.clock.now()));
  }

  /** Queues the task's next run, unless it is queued already. */
  async enqueue(...tasks: readonly ScheduledTask[]): Promise<void> {
    await this.options.queue.addAll(tasks.flatMap(timerJob));
  }

  /** Takes the run out that `enqueue` queued for this state of the task. */
  async withdraw({ uid, revision, nextFireAt }: ScheduledTask): Promise<void> {
    if (nextFireAt) await this.options.queue.removeWaiting(timerJobId(uid, revision, nextFireAt.getTime()));
  }

  /**
   * The run that was due at `dueMs` begins: sets and queues the one after it. Safe to repeat.
   * @returns when that is, unix milliseconds
   */
  async advance(task: ScheduledTask, dueMs: number, nowMs: number): Promise<number> {
    const nextMs = this.scheduleOf(task).next(dueMs, nowMs);
    const { count } = await this.options.prisma.timedTask.updateMany({
      where: { uid: task.uid, revision: task.revision, nextFireAt: new Date(dueMs) },
      data: { nextFireAt: new Date(nextMs) },
    });
    // Already set when an earlier try, or an instance that died, came this far.
    const current = count > 0 ? { ...task, nextFireAt: new Date(nextMs) } : task;
    await this.enqueue(current);
    return current.nextFireAt?.getTime() ?? nextMs;
  }

  async reconcile(): Promise<void> {
    const tasks = await this.timingTasks({ not: null });
    await this.enqueue(...tasks);
    const overdueMs = this.options.clock.now() - OVERDUE_MS;
    for (const task of tasks) if (task.nextFireAt && task.nextFireAt.getTime() < overdueMs) await this.revive(task);
  }

  /**
   * Where the zone is another one than when a next run was set, that run would come at an hour that nobody asked for.
   * What is overdue stays: it was missed.
   */
  private async followZone(): Promise<void> {
    const { prisma, clock } = this.options;
    const nowMs = clock.now();
    for (const task of await this.timingTasks({ gt: new Date(nowMs) })) {
      const schedule = this.scheduleOf(task);
      const { uid, revision, nextFireAt } = task;
      if (!nextFireAt || schedule.meets(nextFireAt.getTime())) continue;
      const data = { revision: revision + 1, nextFireAt: new Date(schedule.first(nowMs)) };
      const { count } = await prisma.timedTask.updateMany({ where: { uid, revision, nextFireAt }, data });
      if (count > 0) await this.withdraw(task);
    }
  }

  /** A run that failed to the last before it could queue the next one would otherwise have been the task's last. */
  private async revive(task: ScheduledTask): Promise<void> {
    const { queue, clock, log } = this.options;
    const dueMs = task.nextFireAt?.getTime() ?? 0;
    if ((await queue.stateOf(timerJobId(task.uid, task.revision, dueMs))) !== 'ended') return;
    log.warn({ groupCode: task.groupCode, code: task.code }, 'timing task had no next run');
    await this.advance(task, dueMs, clock.now());
  }

  private timingTasks(nextFireAt: { not: null } | { gt: Date }): Promise<ScheduledTask[]> {
    const where = { type: TaskType.timing, status: TaskStatus.running, nextFireAt };
    return this.options.prisma.timedTask.findMany({ where });
  }

  private scheduleOf({ cronExpr }: Pick<ScheduledTask, 'cronExpr'>): Schedule {
    return parseSchedule(cronExpr, this.options.timeZone);
  }
}

const timerJob = (task: ScheduledTask): QueuedJob[] => {
  const { groupCode, code, uid, revision, priority, nextFireAt } = task;
  if (!nextFireAt) return [];
  const dueMs = nextFireAt.getTime();
  return [
    {
      id: timerJobId(uid, revision, dueMs),
      job: { kind: 'timer', task: { groupCode, code, uid }, revision, dueMs },
      priority,
      startMs: dueMs,
      timeoutMs: DEFAULT_TIMEOUT_MS,
    },
  ];
};
