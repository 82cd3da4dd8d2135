/**
 * The clock of timing tasks. It looks for those that wait for it (status 2, 3, 5) and for no others: one that is made with
 * status 1 is never run (unitedrhino, core: timedschedulersvr).
 */
import { CronExpressionParser } from 'cron-parser';
import type { Runner } from './runner';
import { TaskStatus, TaskType, type JobState, type Task } from './state';

/** Milliseconds between looks. */
const LOOK_MS = 100;
/** Where its cron expressions are read. */
const TIME_ZONE = 'Asia/Shanghai';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a Go duration: `1h30m`, `10s`. */
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!,
    0,
  );

/** Unix milliseconds of the next run after `after`. */
const nextRun = (cronExpr: string, after: number): number => {
  const [, every] = /^@every\s+(.+)$/.exec(cronExpr) ?? [];
  if (every) return after + durationMs(every);
  return CronExpressionParser.parse(cronExpr, { currentDate: new Date(after), tz: TIME_ZONE })
    .next()
    .getTime();
};

export class Scheduler {
  private readonly timers = new Map<Task, NodeJS.Timeout>();
  private look: NodeJS.Timeout | undefined;

  constructor(
    private readonly state: JobState,
    private readonly runner: Runner,
  ) {}

  start(): void {
    this.look = setInterval(() => this.check(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.look);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private check(): void {
    for (const task of this.state.tasks.filter(({ type }) => type === TaskType.timing)) {
      if (!this.state.group(task.groupCode)) this.state.remove(task);
      else if (task.status === TaskStatus.toRun) this.begin(task);
      else if (task.status === TaskStatus.toStop || task.status === TaskStatus.toDelete) this.end(task);
    }
    for (const task of [...this.timers.keys()].filter((one) => !this.state.tasks.includes(one))) this.clear(task);
  }

  private begin(task: Task): void {
    this.clear(task);
    task.status = task.cronExpr.trim() === '' ? TaskStatus.stopped : TaskStatus.running;
    if (task.status === TaskStatus.running) this.plan(task, Date.now());
  }

  private end(task: Task): void {
    this.clear(task);
    if (task.status === TaskStatus.toDelete) this.state.remove(task);
    else task.status = TaskStatus.stopped;
  }

  private plan(task: Task, after: number): void {
    const at = nextRun(task.cronExpr, after);
    const timer = setTimeout(() => {
      this.plan(task, at);
      void this.runner.run(task).catch(() => undefined); // its log has it
    }, at - Date.now());
    this.timers.set(task, timer);
  }

  private clear(task: Task): void {
    clearTimeout(this.timers.get(task));
    this.timers.delete(task);
  }
}
