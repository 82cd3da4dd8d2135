/**
 * How often something happened lately, for each of many keys: a sliding window made of two fixed ones. Keys come from
 * clients, so there is a bound on how many are remembered; the least recently seen one is forgotten first. (The rate
 * limiters of the registry keep a timer and an entry for every key that they are shown.)
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '@alink/runtime';

export interface EventRateOptions {
  /** Events of one key that make a window full. */
  readonly limit: number;
  readonly windowMs: number;
  /** Keys remembered at most. */
  readonly maxKeys: number;
}

interface Count {
  /** The clock's milliseconds at which the current window began. */
  since: number;
  current: number;
  previous: number;
}

export class EventRate {
  private readonly counts: LRUCache<string, Count>;

  constructor(
    private readonly options: EventRateOptions,
    private readonly clock: Clock,
  ) {
    this.counts = new LRUCache({ max: options.maxKeys });
  }

  /** Counts an event that happened anyway. @returns whether that makes the window full */
  hit(key: string): boolean {
    const count = this.advance(key);
    count.current += 1;
    return this.inWindow(count) >= this.options.limit;
  }

  /** Counts an event unless the window is full. @returns whether it was counted, which means: it may happen */
  take(key: string): boolean {
    const count = this.advance(key);
    if (this.inWindow(count) + 1 > this.options.limit) return false;
    count.current += 1;
    return true;
  }

  forget(key: string): void {
    this.counts.delete(key);
  }

  /** Keys remembered now. */
  get size(): number {
    return this.counts.size;
  }

  private advance(key: string): Count {
    const now = this.clock.now();
    const { windowMs } = this.options;
    const count = this.counts.get(key);
    if (!count || now - count.since >= 2 * windowMs) {
      const fresh = { since: now, current: 0, previous: 0 };
      this.counts.set(key, fresh);
      return fresh;
    }
    if (now - count.since >= windowMs) {
      count.since += windowMs;
      count.previous = count.current;
      count.current = 0;
    }
    return count;
  }

  /** The previous window counts as far as it still lies within the last `windowMs`. */
  private inWindow({ since, current, previous }: Count): number {
    const elapsed = this.clock.now() - since;
    return current + previous * (1 - elapsed / this.options.windowMs);
  }
}
