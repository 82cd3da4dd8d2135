/**
 * One place for everything that happens to a device: it goes to this process's log, to the device's own log in our dm, to
 * the counters, and to whoever watches (the standalone screen).
 */
import type { HubLogEntry } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import { JournalLines } from './journal-lines';
import type { NodeMetrics } from './metrics';

/** What kinds of thing happen, from a person's point of view. */
export type ActivityKind =
  | 'connect'
  | 'disconnect'
  | 'refuse'
  | 'report'
  | 'reply'
  | 'command'
  | 'heldBack'
  | 'drop'
  | 'subscribe'
  | 'refuseSubscribe';

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
}

const hubAction: Record<ActivityKind, HubLogEntry['action']> = {
  connect: 'connect',
  disconnect: 'disconnect',
  refuse: 'refuse',
  report: 'publish',
  reply: 'publish',
  command: 'deliver',
  heldBack: 'deliver',
  drop: 'publish',
  subscribe: 'subscribe',
  refuseSubscribe: 'subscribe',
};

/** Lines per second that may go to devices' logs in dm, over all devices: a flood of refusals must not become one there. */
const HUB_LINES_PER_SECOND = 500;

export interface JournalOptions {
  readonly bus: Bus;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: NodeMetrics;
  /** Our productID of a ProductKey, as far as it is known: a refused client names only the latter. */
  readonly productIdOf?: (productKey: string) => string | undefined;
  readonly onActivity?: (activity: Activity) => void;
  /** Whether dm keeps lines for devices (default): unitedrhino's writes its own, and takes none. */
  readonly keepsLines?: boolean;
}

export class Journal {
  private second = 0;
  private lines = 0;
  private readonly keptLines: JournalLines;

  constructor(private readonly options: JournalOptions) {
    this.keptLines = new JournalLines(options.bus, options.log);
  }

  /**
   * Notes a thing that happened.
   * @param keep false where dm writes the line itself (it sees every report)
   */
  note(activity: Activity, keep = true): void {
    const { log, metrics, onActivity, keepsLines = true } = this.options;
    const { kind, productKey, deviceName, text, topic, code } = activity;
    metrics.activities.inc({ kind });
    const level = kind === 'refuse' || kind === 'drop' || kind === 'refuseSubscribe' ? 'warn' : 'debug';
    log[level]({ kind, productKey, deviceName, topic, code }, text);
    onActivity?.(activity);
    if (keep && keepsLines && productKey && deviceName) this.keep(activity);
  }

  private keep(activity: Activity): void {
    const { clock, metrics, productIdOf } = this.options;
    const now = clock.now();
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.lines = 0;
    }
    if (++this.lines > HUB_LINES_PER_SECOND) {
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
