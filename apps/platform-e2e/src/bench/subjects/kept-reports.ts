/** What the platform has kept of the reports of a load: the rows of property_history, one for each value. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Rows may stop coming for so long before they count as lost. */
const PATIENCE_MS = 20_000;
/** How long to wait before looking again: counting takes a processor that the rows need. */
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 3000;
/** Share of the time that it should still take, by how fast rows came, after which to look again. */
const EAGERNESS = 0.8;

export class KeptReports {
  private constructor(
    private readonly client: pg.Client,
    /** The process of PostgreSQL that counts for us: no part of what a report costs. */
    readonly counterPid: number,
  ) {}

  static async open(databaseUrl: string): Promise<KeptReports> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    // Other processes would help it to count, and their time could not be told from the reports'.
    await client.query('SET max_parallel_workers_per_gather = 0');
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new KeptReports(client, rows[0]!.pid);
  }

  /** Values that are kept. */
  async count(): Promise<number> {
    const { rows } = await this.client.query<{ n: string }>('SELECT count(*) AS n FROM property_history');
    return Number(rows[0]!.n);
  }

  /**
   * Waits until as many values are kept.
   * @throws when some never come
   */
  async until(expected: number): Promise<void> {
    let last = { kept: await this.count(), at: performance.now() };
    let pauseMs = LEAST_PAUSE_MS;
    while (last.kept < expected) {
      await pause(pauseMs);
      const kept = await this.count();
      const tookMs = performance.now() - last.at;
      if (kept > last.kept) {
        const leftMs = ((expected - kept) * tookMs) / (kept - last.kept);
        pauseMs = Math.min(Math.max(leftMs * EAGERNESS, LEAST_PAUSE_MS), MOST_PAUSE_MS);
        last = { kept, at: performance.now() };
      } else if (tookMs > PATIENCE_MS) {
        throw new Error(`${expected - kept} values were acknowledged and are not kept`);
      }
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
