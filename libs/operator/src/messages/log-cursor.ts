import type { LogRow } from './hub-log';

/** Milliseconds by which a line may come to the log later than a younger one. */
const OVERLAP_MS = 2000;

/**
 * Follows a log by asking again and again: each question reaches back a little, since lines of different sessions
 * need not arrive in the order of their times, and what was shown is not shown again.
 */
export class LogCursor {
  private newest: number;
  /** How often each line of the overlap was shown. */
  private shown = new Map<string, { timestamp: number; count: number }>();

  /** @param start Unix milliseconds; older lines are not shown */
  constructor(private readonly start: number) {
    this.newest = start;
  }

  /** Unix milliseconds from which to ask. */
  get since(): number {
    return Math.max(this.start, this.newest - OVERLAP_MS);
  }

  /** The new ones among all lines from {@link since} on. */
  take(rows: readonly LogRow[]): LogRow[] {
    const counts = new Map<string, number>();
    const fresh = rows.filter((row) => {
      const key = JSON.stringify(row);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= (this.shown.get(key)?.count ?? 0)) return false;
      this.shown.set(key, { timestamp: row.timestamp, count });
      this.newest = Math.max(this.newest, row.timestamp);
      return true;
    });
    for (const [key, { timestamp }] of this.shown) if (timestamp < this.since) this.shown.delete(key);
    return fresh;
  }
}
