/** What is kept of a device publish, and what the device is told then. */
import type { PlatformMessage, UplinkOutcome } from '@alink/alink';
import type { DeviceMessage, DeviceReport } from '@alink/contract';
import type { DeviceTopic } from '@alink/topic';
import type { PendingCommands } from '../downlink/pending-commands';
import type { Session } from '../session/session';
import { NeverKeptError, type Keeper } from './keeper';
import type { UplinkNotes } from './notes';
import type { RepeatedReports } from './repeated-reports';
import type { Replies } from './replies';

/** A publish that has been read. */
export interface ReadPublish {
  readonly topic: string;
  readonly payload: Buffer;
  /** Unix milliseconds of its arrival. */
  readonly now: number;
  readonly outcome: UplinkOutcome;
}

export class Reports {
  constructor(
    private readonly keeper: Keeper,
    private readonly repeated: RepeatedReports,
    private readonly pending: PendingCommands,
    private readonly replies: Replies,
    private readonly notes: UplinkNotes,
  ) {}

  /** Whether what comes on that topic is kept though the catalogue does not serve it. */
  serves(topic: DeviceTopic): boolean {
    return this.keeper.serves?.(topic) ?? false;
  }

  /**
   * Resolves once the message is kept and the device answered; rejects when it could not be kept. One that never can be
   * is refused instead: the device would come back with it again and again.
   */
  async take(session: Session, message: PlatformMessage, publish: ReadPublish): Promise<void> {
    const { topic, payload, outcome } = publish;
    const report = this.reportOf(session, message, publish);
    const failure = await this.keep(report, publish).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure) this.refuse(session, publish, failure.error);
    else {
      this.notes.kept(session, report, outcome);
      if (outcome.reply) this.replies.send(session, outcome.reply);
    }
    // A device that subscribes its own custom topic gets its own message, as with any broker.
    if (outcome.echo) session.deliver({ topic, payload, qos: 0 }, true);
  }

  /** @throws what went wrong, unless it would at every other try: the device may forget the message then */
  private refuse(session: Session, { topic, outcome }: ReadPublish, error: unknown): void {
    const never = error instanceof NeverKeptError ? error : undefined;
    if (never) this.notes.dropped(session, topic, never.code, never.message, never.step);
    else this.notes.notKept(session, error);
    const refusal = outcome.reply?.failed?.(never?.code ?? 500);
    if (refusal) this.replies.send(session, refusal);
    if (!never) throw error;
  }

  private reportOf(session: Session, message: PlatformMessage, { topic, now }: ReadPublish): DeviceReport {
    const { productID, deviceName } = session;
    const { handle, type } = message;
    const named = { productID, deviceName, topic, arrivedAt: now, handle, type };
    if (message.handle === 'ext') return { ...named, bytes: message.bytes, script: message.script };
    // Whoever waits for a reply need not wait for the record of it.
    return { ...named, message: this.pending.settle(session, message.body) };
  }

  private keep(report: DeviceReport, { topic, payload, now }: ReadPublish): Promise<void> {
    const timestamp = ownTimeOf(report.message, now);
    if (timestamp === undefined) return this.keeper.keep(report);
    return this.repeated.keepOnce(topic, payload, timestamp, () => this.keeper.keep(report));
  }
}

/** The device's own time of a reading, the first of several; undefined where any of it has that of arrival. */
const ownTimeOf = (message: DeviceMessage | undefined, now: number): number | undefined => {
  const read = message?.method === 'packReport' ? [...message.properties, ...message.events] : [message];
  return read.every((one) => one && one.timestamp !== now) ? read[0]?.timestamp : undefined;
};
