import { createLogger } from '@alink/runtime';
import { createDatabase, type TestDatabase } from '@alink/testing';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { soon } from '../../test/bed';
import { timerJobId, type QueuedJob } from './job';
import { JobQueue, type Attempt } from './job-queue';

const log = createLogger({ name: 'test', level: 'silent' });
let database: TestDatabase;
const open: JobQueue[] = [];
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop()));
  await database.drop();
});

const start = async (): Promise<JobQueue> => {
  const queue = new JobQueue({ databaseUrl: database.url, log });
  open.push(queue);
  await queue.start();
  return queue;
};

const task = { groupCode: 'g', code: 't', uid: randomUUID() };
const makeJob = (overrides: Partial<QueuedJob> = {}): QueuedJob => ({
  id: randomUUID(),
  job: { kind: 'trigger', task },
  priority: 3,
  startMs: Date.now() - 1000,
  timeoutMs: 600_000,
  ...overrides,
});

/** Gives the number of rows, on a connection of its own. */
const query = async (sql: string): Promise<number | null> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rowCount } = await client.query(sql);
  await client.end();
  return rowCount;
};

describe('JobQueue', () => {
  test('of many that are due the higher priority goes first', async () => {
    const queue = await start();
    const low = Array.from({ length: 60 }, () => makeJob({ priority: 1 }));
    const high = Array.from({ length: 5 }, () => makeJob({ priority: 9 }));
    await queue.addAll([...low, ...high]);
    const begun: string[] = [];
    queue.work(async ({ id }) => void begun.push(id));
    await soon(() => expect(begun).toHaveLength(65));
    expect(begun.slice(0, 25)).toEqual(expect.arrayContaining(high.map(({ id }) => id)));
    expect(new Set(begun).size).toBe(65);
  });

  test('instances share the work, each job to one of them', async () => {
    const queues = await Promise.all([start(), start(), start()]);
    const done: string[] = [];
    for (const queue of queues) queue.work(async ({ id }) => void done.push(id));
    const jobs = Array.from({ length: 200 }, () => makeJob());
    await Promise.all(queues.map((queue) => queue.addAll(jobs)));
    await soon(() => expect(done).toHaveLength(200));
    expect(new Set(done).size).toBe(200);
  });

  test('instances that make the queue at the same moment both start, although PostgreSQL sees a deadlock', async () => {
    await start();
    await query(`SELECT pgboss_timedjob.delete_queue('run')`);
    // Halts the first between its row and its table, and the second at the row of the first.
    const halting = new pg.Client({ connectionString: database.url });
    await halting.connect();
    await halting.query('BEGIN; LOCK TABLE pgboss_timedjob.job IN ACCESS EXCLUSIVE MODE');
    const starting = Promise.all([start(), start()]);
    await soon(async () => {
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(await query(waiting)).toBe(2);
    }).finally(() => halting.end());
    const [one, two] = await starting;
    const job = makeJob({ startMs: Date.now() + 3_600_000 });
    expect(await one.add(job)).toBe(true);
    expect(await two.stateOf(job.id)).toBe('waiting');
  });

  test('an id is taken once, by each way of adding', async () => {
    const queue = await start();
    const later = makeJob({ startMs: Date.now() + 3_600_000 });
    expect(await queue.add(later)).toBe(true);
    expect(await queue.add(later)).toBe(false);
    await queue.addAll([later, later]);
    expect(await queue.stateOf(later.id)).toBe('waiting');
    expect(await queue.removeWaiting(later.id)).toBe(true);
    expect(await queue.removeWaiting(later.id)).toBe(false);
    expect(await queue.stateOf(later.id)).toBe('unknown');
  });

  test('a job that runs is not removed, and one that ended is remembered', async () => {
    const queue = await start();
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let begun = false;
    queue.work(async () => {
      begun = true;
      await finished;
    });
    const job = makeJob();
    await queue.add(job);
    await soon(() => expect(begun).toBe(true));
    expect(await queue.stateOf(job.id)).toBe('running');
    expect(await queue.removeWaiting(job.id)).toBe(false);
    await queue.removeTasks([task.uid]);
    expect(await queue.stateOf(job.id)).toBe('running');
    finish();
    await soon(async () => expect(await queue.stateOf(job.id)).toBe('ended'));
    expect(await queue.add(job)).toBe(false);
  });

  test('the id of a run that has ended, or is just ending, may be used again; one that waits keeps it', async () => {
    const queue = await start();
    const ends: (() => void)[] = [];
    queue.work(() => new Promise<void>((resolve) => ends.push(resolve)));
    const job = makeJob();
    const later = { ...job, startMs: Date.now() + 3_600_000 };
    expect(await queue.addUnlessPending(later)).toBe(true);
    expect(await queue.addUnlessPending(job)).toBe(false);
    expect(await queue.removeWaiting(job.id)).toBe(true);

    expect(await queue.addUnlessPending(job)).toBe(true);
    await soon(() => expect(ends).toHaveLength(1));
    // It runs, and goes on: whoever asks meanwhile has to do with less.
    expect(await queue.addUnlessPending(job)).toBe(false);
    const again = queue.addUnlessPending(job);
    ends[0]!();
    expect(await again).toBe(true);
    await soon(() => expect(ends).toHaveLength(2));
    ends[1]!();
    await soon(async () => expect(await queue.stateOf(job.id)).toBe('ended'));
    expect(await queue.addUnlessPending(later)).toBe(true);
    expect(await queue.stateOf(job.id)).toBe('waiting');
  });

  test('cancelled, what waits is taken out, and what runs is not tried again', async () => {
    const queue = await start();
    const later = makeJob({ startMs: Date.now() + 3_600_000 });
    await queue.add(later);
    await queue.cancel(later.id);
    expect(await queue.stateOf(later.id)).toBe('unknown');
    await queue.cancel(later.id);

    let fail!: () => void;
    const failed = new Promise<never>((_resolve, reject) => (fail = () => reject(new Error('not now'))));
    let tries = 0;
    queue.work(() => {
      tries++;
      return failed;
    });
    const job = makeJob();
    await queue.add(job);
    await soon(() => expect(tries).toBe(1));
    await queue.cancel(job.id);
    expect(await queue.stateOf(job.id)).toBe('running');
    fail();
    await soon(async () => expect(await queue.stateOf(job.id)).toBe('ended'));
    expect(tries).toBe(1);
  });

  test('a failed try is followed by another, later', async () => {
    const queue = await start();
    const attempts: { retries: number; at: number }[] = [];
    queue.work(async ({ retries }) => {
      attempts.push({ retries, at: performance.now() });
      if (attempts.length < 3) throw new Error('not now');
    });
    await queue.add(makeJob());
    await soon(() => expect(attempts).toHaveLength(3));
    expect(attempts.map(({ retries }) => retries)).toEqual([0, 1, 2]);
    expect(attempts[1]!.at - attempts[0]!.at).toBeGreaterThan(900);
    expect(attempts[2]!.at - attempts[1]!.at).toBeGreaterThan(1900);
  });

  test('stop waits for what runs, and takes nothing more', async () => {
    const queue = await start();
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const begun: Attempt[] = [];
    queue.work(async (attempt) => {
      begun.push(attempt);
      await finished;
    });
    const first = makeJob();
    await queue.add(first);
    await soon(() => expect(begun).toHaveLength(1));
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    const other = await start();
    await other.add(makeJob());
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(await other.stateOf(first.id)).toBe('ended');
    expect(begun).toHaveLength(1);
  });

  test('the job of an instance that died is done by another', async () => {
    const [dying, other] = [await start(), await start()];
    const job = makeJob();
    await dying.add(job);
    let release!: () => void;
    const never = new Promise<void>((resolve) => (release = resolve));
    let begun = false;
    dying.work(async () => {
      begun = true;
      await never;
    });
    try {
      await soon(() => expect(begun).toBe(true));
      // The dead take no more jobs, so not this one again either.
      void dying.drain();
      const attempts: Attempt[] = [];
      other.work(async (attempt) => void attempts.push(attempt));
      // As if it had begun long ago.
      await query(`UPDATE pgboss_timedjob.job SET started_on = now() - interval '1 hour' WHERE state = 'active'`);
      await soon(() => expect(attempts).toMatchObject([{ id: job.id, retries: 1 }]), { timeoutMs: 60_000 });
    } finally {
      release();
    }
  }, 90_000); // the queue looks for jobs of the dead from time to time
});

describe('timerJobId', () => {
  test('differs by task, revision and time', () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const ids = [timerJobId(a, 1, 1000), timerJobId(b, 1, 1000), timerJobId(a, 2, 1000), timerJobId(a, 1, 2000)];
    expect(new Set(ids).size).toBe(4);
    expect(timerJobId(a, 1, 1000)).toBe(ids[0]);
  });
});
