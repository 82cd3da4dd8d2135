/**
 * One place for everything that happens to a device: it goes to this process's log, to the device's own log in our dm, to
 * the counters, and to whoever watches (the standalone screen).
 */
import { encodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { Seldom, type Clock, type Logger } from '@alink/runtime';
import type { NodeMetrics } from './metrics';

/** What kinds of thing happen, from a person's point of view. */
export type ActivityKind =
  'connect' | 'disconnect' | 'refuse' | 'report' | 'reply' | 'command' | 'drop' | 'subscribe' | 'refuseSubscribe';

/** A thing that happened to one device. */
export interface Activity {
  readonly kind: ActivityKind;
  readonly productKey: string;
  /** Our productID; looked for by the ProductKey when absent. */
  readonly productID?: string;
  readonly deviceName: string;
  /** What happened, the cause and the step to take; never a secret. */
  readonly text: string;
  readonly topic?: string;
  readonly requestId?: string;
  /** 200, or the code that the device got. */
  readonly code?: number;
  /** What the device was answered with. */
  readonly response?: string;
  /** Whether the device is only named, by a client that has not proved to be it: there may be no such device. */
  readonly isUnproven?: boolean;
  /** Address of the client, where anybody may cause such lines: one address has a share of them. */
  readonly from?: string;
}

const hubAction: Record<ActivityKind, HubLogEntry['action']> = {
  connect: 'connect',
  disconnect: 'disconnect',
  refuse: 'refuse',
  report: 'publish',
  reply: 'publish',
  command: 'deliver',
  drop: 'publish',
  subscribe: 'subscribe',
  refuseSubscribe: 'subscribe',
};

/** Lines per second that may go to devices' logs in dm, over all devices: a flood of refusals must not become one there. */
const HUB_LINES_PER_SECOND = 500;
/** Lines that strangers may cause in a second, from one address and in all: of more, the log only says that there were. */
const STRANGERS_LINES_PER_SECOND = { perAddress: 20, inTotal: 250 };
const MINUTE_MS = 60_000;

export interface JournalOptions {
  readonly bus: Bus;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: NodeMetrics;
  /** Our productID of a ProductKey, as far as it is known: a refused client names only the latter. */
  readonly productIdOf?: (productKey: string) => string | undefined;
  /** Looks whether there is such a device. @returns its productID, or undefined; rejects while nobody can say */
  readonly find?: (productKey: string, deviceName: string) => Promise<string | undefined>;
  /** What stands for one address (default: itself). */
  readonly addressKey?: (address: string) => string;
  readonly onActivity?: (activity: Activity) => void;
  /** Whether dm keeps lines for devices (default): unitedrhino's writes its own, and takes none. */
  readonly keepsLines?: boolean;
}

/** How many lines there were in this second. */
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

export class Journal {
  private readonly kept: PerSecond;
  private readonly strangers: PerSecond;
  private readonly floods: Seldom;

  constructor(private readonly options: JournalOptions) {
    const { clock } = options;
    this.kept = new PerSecond(clock);
    this.strangers = new PerSecond(clock);
    this.floods = new Seldom({ intervalMs: MINUTE_MS, clock });
  }

  /**
   * Notes a thing that happened.
   * @param keep false where dm writes the line itself (it sees every report)
   */
  note(activity: Activity, keep = true): void {
    const { log, metrics, onActivity, keepsLines = true } = this.options;
    const { kind, productKey, deviceName, text, topic, code, from, isUnproven } = activity;
    metrics.activities.inc({ kind });
    if (from !== undefined && !this.hasShare(from)) return;
    const level = kind === 'refuse' || kind === 'drop' || kind === 'refuseSubscribe' ? 'warn' : 'debug';
    log[level]({ kind, productKey, deviceName, topic, code }, text);
    onActivity?.(activity);
    if (!keep || !keepsLines || !productKey || !deviceName) return;
    if (isUnproven) void this.keepWhereKnown(activity);
    else this.keep(activity);
  }

  /** Whether there may be another line about that address now. */
  private hasShare(from: string): boolean {
    const { log, metrics, addressKey = (address: string) => address } = this.options;
    const { perAddress, inTotal } = STRANGERS_LINES_PER_SECOND;
    const address = addressKey(from);
    if (this.strangers.count(`of ${address}`) <= perAddress && this.strangers.count() <= inTotal) return true;
    metrics.hubLinesDropped.inc();
    const heldBack = this.floods.take(address);
    if (heldBack !== undefined) {
      log.warn({ address, leftOut: heldBack + 1 }, 'more lines a second about this address than are written: left out');
    }
    return false;
  }

  /** Strangers write no rows: a device that does not exist has no log. */
  private async keepWhereKnown(activity: Activity): Promise<void> {
    const { find, log } = this.options;
    const { productKey, deviceName } = activity;
    try {
      const productID = find ? await find(productKey, deviceName) : activity.productID;
      if (find && productID === undefined) return;
      this.keep({ ...activity, productID });
    } catch (error) {
      log.debug({ err: error }, 'whether there is such a device is not known now: dm decides on its line');
      this.keep(activity);
    }
  }

  private keep(activity: Activity): void {
    const { bus, clock, log, metrics, productIdOf } = this.options;
    const now = clock.now();
    if (this.kept.count() > HUB_LINES_PER_SECOND) {
      metrics.hubLinesDropped.inc();
      return;
    }
    const entry: HubLogEntry = {
      productID: activity.productID ?? productIdOf?.(activity.productKey) ?? activity.productKey,
      deviceName: activity.deviceName,
      timestamp: now,
      action: hubAction[activity.kind],
      topic: activity.topic ?? '',
      requestID: activity.requestId ?? '',
      content: activity.text,
      resultCode: activity.code ?? 200,
      respPayload: activity.response ?? '',
    };
    bus.publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(entry), now)).catch((error: unknown) => {
      log.debug({ err: error }, 'a line of a device log was not kept');
    });
  }
}
