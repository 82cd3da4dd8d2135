/** Tasks of type 3: runs them when a message comes in on one of their topics. */
import type { Bus, Subscription } from '@alink/bus';
import { TaskStatus, TaskType } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { Clock, Logger } from '@alink/runtime';
import { randomUUID } from 'node:crypto';
import { DEFAULT_TIMEOUT_MS, type TaskRef } from './queue/job';
import type { JobQueue } from './queue/job-queue';

/** Instances tell each other on it that the set of topics changed. */
const CHANGED = 'alink.timedjob.triggers';
/** Milliseconds between two looks for changes whose news got lost. */
const REFRESH_MS = 30_000;

export class Triggers {
  /** By task and topic. */
  private readonly subscriptions = new Map<string, Subscription>();
  private news: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Refreshes run one after the other. */
  private refreshing: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly bus: Bus,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    this.news = this.bus.subscribe(CHANGED, () => this.refreshSoon());
    await this.refresh();
    this.timer = setInterval(() => this.refreshSoon(), REFRESH_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    this.news?.unsubscribe();
    await this.refreshing.catch(() => undefined);
    for (const subscription of this.subscriptions.values()) subscription.unsubscribe();
    this.subscriptions.clear();
  }

  /** A task was made, changed or deleted here: listens accordingly, and lets the other instances know. */
  async changed(): Promise<void> {
    await this.refresh();
    this.bus.publish(CHANGED, '');
  }

  /** Listens on what the tasks name, and on nothing else. */
  refresh(): Promise<void> {
    return (this.refreshing = this.refreshing.catch(() => undefined).then(() => this.listenAnew()));
  }

  private refreshSoon(): void {
    this.refresh().catch((err: unknown) => this.log.warn({ err }, 'topics of tasks could not be looked up'));
  }

  private async listenAnew(): Promise<void> {
    if (this.stopped) return;
    const tasks = await this.prisma.timedTask.findMany({
      where: { type: TaskType.triggered, status: TaskStatus.running },
    });
    const wanted = new Map(
      tasks.flatMap((task) => task.topics.map((topic) => [`${task.uid} ${task.priority} ${topic}`, { task, topic }])),
    );
    for (const [key, subscription] of this.subscriptions) {
      if (wanted.has(key)) continue;
      subscription.unsubscribe();
      this.subscriptions.delete(key);
    }
    for (const [key, { task, topic }] of wanted) {
      if (!this.subscriptions.has(key)) this.subscriptions.set(key, this.listen(task, topic));
    }
  }

  /** All instances listen as one queue group, so each message makes one run. */
  private listen({ groupCode, code, uid, priority }: TaskRef & { priority: number }, topic: string): Subscription {
    const task = { groupCode, code, uid };
    return this.bus.subscribe(
      topic,
      () => {
        const job = { kind: 'trigger', task } as const;
        const queued = { id: randomUUID(), job, priority, startMs: this.clock.now(), timeoutMs: DEFAULT_TIMEOUT_MS };
        this.queue.add(queued).catch((err: unknown) => this.log.error({ err, task }, 'triggered run is lost'));
      },
      { queue: `timedjob-${uid}` },
    );
  }
}
