/**
 * How many publishes one device may send. Those above are dropped without any protocol answer but their PUBACK
 * ("Alibaba Cloud IoT documentation, 'Limits'"): a device that got none would send them again and again.
 */
import { LRUCache } from 'lru-cache';
import { type Clock, TokenBucket } from '@alink/runtime';

/** Seconds of publishes that may come at once: what a device has collected while it was offline. */
const BURST_S = 10;
const LINE_MS = 60_000;
/** Devices remembered after their connection: enough that nobody gets a new burst by connecting again. */
const MAX_REMEMBERED = 50_000;

/** Counts the publishes of one device, over all its connections. */
export interface UplinkMeter {
  /**
   * A publish has come.
   * @param tell writes a line; called at most once a minute
   * @returns whether the publish may pass
   */
  admits(tell: (text: string) => void): boolean;
}

const UNLIMITED: UplinkMeter = { admits: () => true };

export class UplinkRate {
  private readonly meters = new LRUCache<string, UplinkMeter>({ max: MAX_REMEMBERED });

  /** @param perSecond 0 = no limit */
  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
    private readonly onDrop: () => void,
  ) {}

  /** The meter of a new connection of whoever has that name: the one that it had before, unless that is long ago. */
  of(name: string): UplinkMeter {
    if (this.perSecond === 0) return UNLIMITED;
    const meter = this.meters.get(name) ?? new Meter(this.perSecond, this.clock, this.onDrop);
    this.meters.set(name, meter);
    return meter;
  }
}

class Meter implements UplinkMeter {
  private readonly bucket: TokenBucket;
  /** Publishes dropped since the latest line. */
  private dropped = 0;
  /** The clock's milliseconds at the latest line. */
  private toldAt = -Infinity;

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
    private readonly onDrop: () => void,
  ) {
    this.bucket = new TokenBucket(perSecond, perSecond * BURST_S, clock);
  }

  admits(tell: (text: string) => void): boolean {
    if (this.bucket.take()) return true;
    this.onDrop();
    this.dropped += 1;
    const now = this.clock.now();
    if (now - this.toldAt >= LINE_MS) {
      tell(
        `dropped: more than ${this.perSecond} publishes per second (${this.dropped} since the last line); ` +
          'report less often, or raise UPLINKS_PER_SECOND_PER_DEVICE',
      );
      this.toldAt = now;
      this.dropped = 0;
    }
    return false;
  }
}
