/**
 * One place for everything that happens to a device: it goes to this process's log, to the device's own log in our dm, to
 * the counters, and to whoever watches (the standalone screen).
 */
import type { HubLogEntry } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import type { Activity, ActivityKind } from './activity';
import { JournalLines } from './journal-lines';
import { LineLimits, type LineLimitsOptions } from './line-limits';
import type { NodeMetrics } from './metrics';

export type { Activity, ActivityKind };

const hubAction: Record<ActivityKind, HubLogEntry['action']> = {
  connect: 'connect',
  disconnect: 'disconnect',
  refuse: 'refuse',
  report: 'publish',
  reply: 'publish',
  command: 'deliver',
  heldBack: 'deliver',
  drop: 'publish',
  note: 'publish',
  subscribe: 'subscribe',
  refuseSubscribe: 'subscribe',
};

/** How loud a line in this process's log is; debug where it is missing. */
const levels: Partial<Record<ActivityKind, 'info' | 'warn'>> = {
  refuse: 'warn',
  drop: 'warn',
  refuseSubscribe: 'warn',
  note: 'info',
};

export interface JournalOptions extends Pick<LineLimitsOptions, 'lineClock' | 'addressKey'> {
  readonly bus: Bus;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: NodeMetrics;
  /** Our productID of a ProductKey, as far as it is known: a refused client names only the latter. */
  readonly productIdOf?: (productKey: string) => string | undefined;
  /** Looks whether there is such a device. @returns its productID, or undefined; rejects while nobody can say */
  readonly find?: (productKey: string, deviceName: string) => Promise<string | undefined>;
  readonly onActivity?: (activity: Activity) => void;
  /** Whether dm keeps lines for devices (default): unitedrhino's writes its own, and takes none. */
  readonly keepsLines?: boolean;
}

export class Journal {
  private readonly limits: LineLimits;
  private readonly keptLines: JournalLines;

  constructor(private readonly options: JournalOptions) {
    this.limits = new LineLimits(options);
    this.keptLines = new JournalLines(options.bus, options.log);
  }

  /**
   * Notes a thing that happened. A device that is refused the same again and again gets one line a second, with a count.
   * @param keep false where dm writes the line itself (it sees every report)
   */
  note(noted: Activity, keep = true): void {
    const { log, metrics, onActivity, keepsLines = true } = this.options;
    metrics.activities.inc({ kind: noted.kind });
    const activity = this.limits.unrepeated(noted);
    if (!activity) return;
    const { kind, productKey, deviceName, text, topic, code, from, isUnproven } = activity;
    if (from !== undefined && !this.limits.hasShare(from)) {
      metrics.hubLinesDropped.inc();
      return;
    }
    log[levels[kind] ?? 'debug']({ kind, productKey, deviceName, topic, code }, text);
    onActivity?.(activity);
    if (!keep || !keepsLines || !productKey || !deviceName) return;
    if (isUnproven) void this.keepWhereKnown(activity);
    else this.keep(activity);
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
    const { clock, metrics, productIdOf } = this.options;
    const now = clock.now();
    if (!this.limits.mayKeep(activity)) {
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
    this.keptLines.send(entry);
  }
}
