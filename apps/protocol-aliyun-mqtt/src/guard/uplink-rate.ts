/**
 * How many publishes one connection may send. Those above are dropped without any protocol answer but their PUBACK
 * ("Alibaba Cloud IoT documentation, 'Limits'"): a device that got none would send them again and again.
 */
import type { Clock } from '@alink/runtime';
import { TokenBucket } from './token-bucket';

/** Seconds of publishes that may come at once: what a device has collected while it was offline. */
const BURST_S = 10;
const LINE_MS = 60_000;

interface Meter {
  readonly bucket: TokenBucket;
  /** Publishes dropped since the latest line. */
  dropped: number;
  /** Unix milliseconds of the latest line. */
  toldAt: number;
}

export class UplinkRate {
  private readonly meters = new WeakMap<object, Meter>();

  /** @param perSecond 0 = no limit */
  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
    private readonly onDrop: () => void,
  ) {}

  /**
   * A publish has come.
   * @param connection whatever stands for it as long as it lives
   * @param tell writes a line; called at most once a minute
   * @returns whether the publish may pass
   */
  admits(connection: object, tell: (text: string) => void): boolean {
    if (this.perSecond === 0) return true;
    const meter = this.meterOf(connection);
    if (meter.bucket.take()) return true;
    this.onDrop();
    meter.dropped += 1;
    const now = this.clock.now();
    if (now - meter.toldAt >= LINE_MS) {
      tell(
        `dropped: more than ${this.perSecond} publishes per second (${meter.dropped} since the last line); ` +
          'report less often, or raise UPLINKS_PER_SECOND_PER_DEVICE',
      );
      meter.toldAt = now;
      meter.dropped = 0;
    }
    return false;
  }

  private meterOf(connection: object): Meter {
    const known = this.meters.get(connection);
    if (known) return known;
    const bucket = new TokenBucket(this.perSecond, this.perSecond * BURST_S, this.clock);
    const meter = { bucket, dropped: 0, toldAt: -Infinity };
    this.meters.set(connection, meter);
    return meter;
  }
}
