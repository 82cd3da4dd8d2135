/** The queue of runs: pg-boss on PostgreSQL, shared by all instances. */
import { databaseTrouble, readDatabaseUrl } from '@alink/db';
import { StartError, type Logger } from '@alink/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import PgBoss from 'pg-boss';
import type { Job, QueuedJob } from './job';

const SCHEMA = 'pgboss_timedjob';
const QUEUE = 'run';

/** Milliseconds between two looks for jobs that another instance queued; its own an instance knows to the millisecond. */
const POLL_MS = 500;
/** Jobs fetched at once, and jobs under way at once. */
const BATCH = 25;
const MAX_RUNNING = 100;
/** Further tries after the first: at growing distances (1 s, 2 s, 4 s, ... up to twice as long), some five minutes in all. */
const RETRY_LIMIT = 8;
/** Seconds that pg-boss waits beyond a run's own time before it takes the instance for dead and hands the job on. */
const EXPIRY_MARGIN_S = 10;
/** Seconds between two looks for jobs of dead instances. */
const SUPERVISE_S = 15;
/** Days that a job keeps waiting after its time while nobody runs. */
const KEEP_WAITING_DAYS = 365;
/** Days for which a run that has ended is remembered. */
const KEEP_ENDED_DAYS = 7;

/** Milliseconds for which a run may be about to end, less than callers wait for an answer; and between two looks. */
const ENDING_MS = 1500;
const ENDING_POLL_MS = 20;

const DAY_MS = 86_400_000;

/** Not begun, or to be tried again: states of pg-boss are in the order of a job's life. */
const WAITING = `state < 'active'`;

/** Instances that make the queue at the same time may get into each other's way; one of them always succeeds. */
const CREATE_TRIES = 5;
const DEADLOCK = '40P01';

/** One try to do a job. */
export interface Attempt {
  readonly id: string;
  readonly job: Job;
  /** The database's time when the try began, unix milliseconds. */
  readonly startedMs: number;
  /** Tries before this one. */
  readonly retries: number;
}

/** Does one try; a rejection asks for another. */
export type Handler = (attempt: Attempt) => Promise<void>;

export interface JobQueueOptions {
  readonly databaseUrl: string;
  readonly log: Logger;
}

export class JobQueue {
  private readonly boss: PgBoss;
  private readonly log: Logger;
  private readonly running = new Set<Promise<void>>();
  private readonly alarms = new Set<NodeJS.Timeout>();
  /** Set when there may be something to fetch; a wake-up during a fetch is not lost. */
  private woken = false;
  private endPause: () => void = () => undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;

  constructor({ databaseUrl, log }: JobQueueOptions) {
    this.log = log;
    const { connectionString, ssl } = readDatabaseUrl(databaseUrl);
    this.boss = new PgBoss({
      connectionString,
      ssl,
      schema: SCHEMA,
      application_name: 'timedjob',
      max: 4,
      // Its own cron has minutes at best; ours is in schedule/.
      schedule: false,
      maintenanceIntervalSeconds: SUPERVISE_S,
      archiveCompletedAfterSeconds: 3600,
      deleteAfterDays: KEEP_ENDED_DAYS,
    });
    this.boss.on('error', (err) => log.warn({ err }, 'queue'));
  }

  /**
   * Makes the queue where it is missing.
   * @throws {StartError} when the database cannot be used for it
   */
  async start(): Promise<void> {
    try {
      await this.boss.start();
      await this.createQueue();
    } catch (error) {
      const trouble = databaseTrouble(error);
      throw trouble ? new StartError(`cannot keep jobs in PostgreSQL: ${trouble}`, { cause: error }) : error;
    }
  }

  /** Begins to do what is due. */
  work(handler: Handler): void {
    this.loop = this.fetchAll(handler);
  }

  /** Takes no more jobs and waits for those under way; idempotent. */
  async drain(): Promise<void> {
    this.stopping = true;
    this.wake();
    for (const alarm of this.alarms) clearTimeout(alarm);
    await this.loop;
    await Promise.all(this.running);
  }

  async stop(): Promise<void> {
    await this.drain();
    // "Graceful" polls for workers of pg-boss's own, of which there are none.
    await this.boss.stop({ graceful: false });
  }

  /** @returns false when the queue has or had a job of that id, which then stays as it is */
  async add(job: QueuedJob): Promise<boolean> {
    const id = await this.boss.send(QUEUE, job.job, {
      ...settings(job),
      startAfter: new Date(job.startMs),
      retentionDays: KEEP_WAITING_DAYS,
    });
    this.wakeAt(job.startMs);
    return id !== null;
  }

  /**
   * Adds a job under an id that may have been used before: by one that has ended, or is just ending.
   * @returns false when a job of that id waits, which then stays as it is, or has run for seconds
   */
  async addUnlessPending(job: QueuedJob): Promise<boolean> {
    const patienceEnds = performance.now() + ENDING_MS;
    for (;;) {
      await this.remove(`id = $2 AND state > 'active'`, job.id);
      if (await this.add(job)) return true;
      const state = await this.stateOf(job.id);
      if (state === 'waiting' || performance.now() > patienceEnds) return false;
      if (state === 'running') await sleep(ENDING_POLL_MS);
    }
  }

  /** Adds those whose id the queue neither has nor had. */
  async addAll(jobs: readonly QueuedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.boss.insert(
      jobs.map((job) => ({
        ...settings(job),
        name: QUEUE,
        data: job.job,
        startAfter: new Date(job.startMs),
        keepUntil: new Date(job.startMs + KEEP_WAITING_DAYS * DAY_MS),
      })),
    );
    for (const { startMs } of jobs) this.wakeAt(startMs);
  }

  /** Whether the queue knows the id, and how far its job is. */
  async stateOf(id: string): Promise<'unknown' | 'waiting' | 'running' | 'ended'> {
    const job = await this.boss.getJobById(QUEUE, id, { includeArchive: true });
    if (!job) return 'unknown';
    if (job.state === 'active') return 'running';
    return job.state === 'created' || job.state === 'retry' ? 'waiting' : 'ended';
  }

  /** Takes a job out that has not begun. @returns whether there was one */
  removeWaiting(id: string): Promise<boolean> {
    return this.remove(`id = $2 AND ${WAITING}`, id);
  }

  /** The same; one that runs does so to its end, but is not tried again. */
  async cancel(id: string): Promise<void> {
    if (await this.removeWaiting(id)) return;
    const sql = `UPDATE ${SCHEMA}.job SET retry_limit = retry_count WHERE name = $1 AND id = $2 AND state = 'active'`;
    await this.boss.getDb().executeSql(sql, [QUEUE, id]);
  }

  /** Takes everything out that tasks have waiting. */
  async removeTasks(uids: readonly string[]): Promise<void> {
    await this.remove(`singleton_key = ANY($2) AND ${WAITING}`, uids);
  }

  /** pg-boss's own cancel and deleteJob also hit a job that runs; this does not, whatever happens at the same moment. */
  private async remove(condition: string, value: string | readonly string[]): Promise<boolean> {
    const sql = `DELETE FROM ${SCHEMA}.job WHERE name = $1 AND ${condition} RETURNING id`;
    const { rows } = await this.boss.getDb().executeSql(sql, [QUEUE, value]);
    return rows.length > 0;
  }

  private async createQueue(): Promise<void> {
    for (let left = CREATE_TRIES - 1; ; left--) {
      try {
        return await this.boss.createQueue(QUEUE);
      } catch (error) {
        if (left === 0 || (error as { code?: string }).code !== DEADLOCK) throw error;
      }
    }
  }

  private async fetchAll(handler: Handler): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const batchSize = Math.min(BATCH, MAX_RUNNING - this.running.size);
      const jobs =
        batchSize > 0 ? await this.boss.fetch<Job>(QUEUE, { batchSize, includeMetadata: true, priority: true }) : [];
      for (const job of jobs) this.begin(handler, job);
      if (jobs.length === 0 || jobs.length < batchSize) await this.pause();
    }
  }

  private begin(handler: Handler, row: PgBoss.JobWithMetadata<Job>): void {
    const run = this.run(handler, row).finally(() => {
      this.running.delete(run);
      if (this.running.size === MAX_RUNNING - 1) this.wake();
    });
    this.running.add(run);
  }

  /** Never rejects. */
  private async run(handler: Handler, row: PgBoss.JobWithMetadata<Job>): Promise<void> {
    const { id, data: job, startedOn, retryCount: retries } = row;
    try {
      const failure = await handler({ id, job, startedMs: startedOn.getTime(), retries }).then(
        () => undefined,
        (error: unknown) => ({ message: error instanceof Error ? error.message : String(error) }),
      );
      if (failure) await this.boss.fail(QUEUE, id, failure);
      else await this.boss.complete(QUEUE, id);
    } catch (err) {
      // The job counts as running until it expires; then it is done again, here or elsewhere.
      this.log.error({ err, id, task: job.task }, 'outcome of a run could not be kept');
    }
  }

  private async pause(): Promise<void> {
    if (this.woken) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.endPause = resolve;
      timer = setTimeout(resolve, POLL_MS);
    });
    clearTimeout(timer);
  }

  private wake(): void {
    this.woken = true;
    this.endPause();
  }

  /** Looks for jobs right at the time; only for those that are near, the others are met by polling. */
  private wakeAt(startMs: number): void {
    const wait = startMs - Date.now();
    if (this.stopping || wait > 60_000) return;
    const alarm = setTimeout(
      () => {
        this.alarms.delete(alarm);
        this.wake();
      },
      // PostgreSQL compares with microseconds, so the very millisecond might be too early.
      Math.max(0, wait) + 2,
    );
    this.alarms.add(alarm);
  }
}

const settings = ({ id, job, priority, timeoutMs }: QueuedJob) => ({
  id,
  priority,
  singletonKey: job.task.uid,
  retryLimit: RETRY_LIMIT,
  retryDelay: 1,
  retryBackoff: true,
  expireInSeconds: Math.ceil(timeoutMs / 1000) + EXPIRY_MARGIN_S,
});
