/** How many lines about devices are written: a flood of them must not become one in the log, or in dm. */
import { LRUCache } from 'lru-cache';
import { type Clock, type Logger, monotonicClock, Seldom, TokenBucket, withHeldBack } from '@alink/runtime';
import type { Activity, ActivityKind } from './activity';

/** Lines per second that may go to devices' logs in dm, over all devices. */
const KEPT_PER_SECOND = 500;
/** Lines that strangers may cause in a second, from one address and in all: of more, the log only says that there were. */
const STRANGERS_PER_SECOND = { perAddress: 20, inTotal: 250 };
/** Lines of each device's own making: a SUBSCRIBE of all that it may have makes a hundred at once. */
const OF_DEVICE = { perSecond: 20, atOnce: 200 };
const MAX_DEVICES = 50_000;
/** What a device can make happen as often as it likes. */
const AT_WILL: ReadonlySet<ActivityKind> = new Set(['subscribe', 'refuseSubscribe', 'heldBack', 'drop', 'note']);
const MINUTE_MS = 60_000;
/** Different lines a second about refusals to one device, of one kind and code; the rest are one more, with a count. */
const DIFFERENT_LINES = 8;

export interface LineLimitsOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** What counts seconds between lines that repeat (default: one that nobody sets). */
  readonly lineClock?: Clock;
  /** What stands for one address (default: itself). */
  readonly addressKey?: (address: string) => string;
}

/** How many there were in this second. */
class PerSecond {
  private second = 0;
  private readonly counts = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Counts one more. @returns how many that makes */
  count(key = ''): number {
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.second) this.counts.clear();
    this.second = second;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count;
  }
}

export class LineLimits {
  private readonly kept: PerSecond;
  private readonly strangers: PerSecond;
  private readonly floods: Seldom;
  private readonly repeated: Seldom;
  private readonly different: PerSecond;
  private readonly rest: Seldom;
  private readonly lineClock: Clock;
  private readonly ofDevices = new LRUCache<string, TokenBucket>({ max: MAX_DEVICES });

  constructor(private readonly options: LineLimitsOptions) {
    const { clock, lineClock = monotonicClock } = options;
    this.lineClock = lineClock;
    this.kept = new PerSecond(clock);
    this.strangers = new PerSecond(clock);
    this.floods = new Seldom({ intervalMs: MINUTE_MS, clock: lineClock });
    this.repeated = new Seldom({ intervalMs: 1000, clock: lineClock });
    this.different = new PerSecond(lineClock);
    this.rest = new Seldom({ intervalMs: 1000, clock: lineClock });
  }

  /** Whether there may be another line in dm now: one device leaves room for the others'. */
  mayKeep({ kind, productKey, deviceName }: Pick<Activity, 'kind' | 'productKey' | 'deviceName'>): boolean {
    if (AT_WILL.has(kind) && !this.lineOf(`${productKey}&${deviceName}`).take()) {
      const leftOut = this.floods.take(`${productKey}&${deviceName}`);
      if (leftOut !== undefined) {
        const words = 'more lines a second of this device than are kept: left out of its log';
        this.options.log.warn({ productKey, deviceName, leftOut: leftOut + 1 }, words);
      }
      return false;
    }
    return this.kept.count() <= KEPT_PER_SECOND;
  }

  private lineOf(device: string): TokenBucket {
    const { perSecond, atOnce } = OF_DEVICE;
    const bucket = this.ofDevices.get(device) ?? new TokenBucket(perSecond, atOnce, this.lineClock);
    this.ofDevices.set(device, bucket);
    return bucket;
  }

  /** Whether there may be another line about that address now. */
  hasShare(from: string): boolean {
    const { log, addressKey = (address: string) => address } = this.options;
    const { perAddress, inTotal } = STRANGERS_PER_SECOND;
    const address = addressKey(from);
    if (this.strangers.count(`of ${address}`) <= perAddress && this.strangers.count() <= inTotal) return true;
    const heldBack = this.floods.take(address);
    if (heldBack !== undefined) {
      log.warn({ address, leftOut: heldBack + 1 }, 'more lines a second about this address than are written: left out');
    }
    return false;
  }

  /** @returns what is to be told; undefined where the like was told of the device within the last second */
  unrepeated(activity: Activity): Activity | undefined {
    const { kind, productKey, deviceName, code, text, topic = '' } = activity;
    if (kind !== 'drop' && kind !== 'refuseSubscribe') return activity;
    const whose = `${kind} ${code} ${productKey}&${deviceName}`;
    let heldBack = this.repeated.take(`${whose} ${topic} ${text}`);
    if (heldBack !== undefined && this.different.count(whose) > DIFFERENT_LINES) heldBack = this.rest.take(whose);
    return heldBack === undefined ? undefined : { ...activity, text: withHeldBack(text, heldBack) };
  }
}
