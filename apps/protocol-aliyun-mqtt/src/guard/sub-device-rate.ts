/**
 * How many of its sub-devices one gateway device may have logged in within a second ("Alibaba Cloud IoT documentation,
 * 'Limits'": 200 logins). One that comes back brings all of them at once.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, TokenBucket } from '@alink/runtime';

/** Seconds of logins that may come at once: all that a gateway device may have. */
const BURST_S = 10;
/** Logins that one message may ask (the documentation, "Sub-device sessions"): fewer at once would refuse it for ever. */
const MIN_BURST = 50;
/** Gateway devices remembered after their connection: enough that none gets a new burst by connecting again. */
const MAX_REMEMBERED = 50_000;

export class SubDeviceRate {
  private readonly buckets = new LRUCache<string, TokenBucket>({ max: MAX_REMEMBERED });

  /** @param perSecond 0 = no limit */
  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {}

  /** Counts that many sub-devices of the gateway device of that name, or none. @returns whether they may pass */
  admits(gateway: string, count: number): boolean {
    if (this.perSecond === 0) return true;
    let bucket = this.buckets.get(gateway);
    if (!bucket) {
      bucket = new TokenBucket(this.perSecond, Math.max(this.perSecond * BURST_S, MIN_BURST), this.clock);
      this.buckets.set(gateway, bucket);
    }
    const isThere = bucket.spend(count) === 0;
    if (!isThere) bucket.refund(count);
    return isThere;
  }
}
