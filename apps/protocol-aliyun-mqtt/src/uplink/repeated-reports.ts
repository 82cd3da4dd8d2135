/**
 * Reports that devices send again: one that lost its connection before the PUBACK repeats the message. With a time of its
 * own it is the same reading, and is kept once; without one it is a new reading.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Milliseconds for which a report is remembered: longer than devices take to come back and repeat it. */
const WINDOW_MS = 120_000;
/** Reports remembered: some 150 bytes each. */
const MAX_REPORTS = 100_000;

export class RepeatedReports {
  private readonly kept = new LRUCache<string, Promise<void>>({ max: MAX_REPORTS, ttl: WINDOW_MS });

  /**
   * Keeps a report unless it has been, or is about to be.
   * @param timestamp the device's own, unix milliseconds
   */
  keepOnce(topic: string, payload: Buffer, timestamp: number, keep: () => Promise<void>): Promise<void> {
    const id = hash('sha1', Buffer.concat([Buffer.from(`${topic}\n${timestamp}\n`), payload]), 'base64');
    const known = this.kept.get(id);
    if (known) return known;
    const keeping = keep();
    this.kept.set(id, keeping);
    // What was not kept may be tried again.
    keeping.catch(() => this.kept.delete(id));
    return keeping;
  }
}
