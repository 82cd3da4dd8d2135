/** What is kept of a device publish, and what the device is told then. */
import type { PlatformMessage, UplinkOutcome } from '@alink/alink';
import type { DeviceReport } from '@alink/contract';
import type { PendingCommands } from '../downlink/pending-commands';
import type { Session } from '../session/session';
import type { UplinkNotes } from './notes';
import type { RepeatedReports } from './repeated-reports';
import { ReportTooLargeError, type Keeper } from './report-stream';

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
    private readonly notes: UplinkNotes,
  ) {}

  /**
   * Resolves once the message is kept and the device answered; rejects when it could not be kept. One that never can be
   * is refused instead: the device would come back with it again and again.
   */
  async take(session: Session, message: PlatformMessage, publish: ReadPublish): Promise<void> {
    const { topic, payload, outcome } = publish;
    const report = this.reportOf(session, message, publish);
    try {
      await this.keep(report, publish);
    } catch (error) {
      const isTooLarge = error instanceof ReportTooLargeError;
      if (isTooLarge) this.notes.dropped(session, topic, 460, error.message, 'send it in parts');
      else this.notes.notKept(session);
      const refusal = outcome.reply?.failed?.(isTooLarge ? 460 : 500);
      if (refusal) session.deliver({ ...refusal, qos: 0 });
      if (isTooLarge) return;
      throw error;
    }
    this.notes.kept(session, report, outcome);
    if (outcome.reply) session.deliver({ ...outcome.reply, qos: 0 });
    // A device that subscribes its own custom topic gets its own message, as with any broker.
    if (outcome.echo) session.deliver({ topic, payload, qos: 0 }, true);
  }

  private reportOf(session: Session, message: PlatformMessage, { topic, now }: ReadPublish): DeviceReport {
    const { productID, deviceName } = session;
    const { handle, type } = message;
    const named = { productID, deviceName, topic, arrivedAt: now, handle, type };
    if (message.handle === 'ext') return { ...named, bytes: message.bytes };
    // Whoever waits for a reply need not wait for the record of it.
    return { ...named, message: this.pending.settle(session, message.body) };
  }

  private keep(report: DeviceReport, { topic, payload, now }: ReadPublish): Promise<void> {
    const timestamp = report.message?.timestamp ?? now;
    if (timestamp === now) return this.keeper.keep(report);
    return this.repeated.keepOnce(topic, payload, timestamp, () => this.keeper.keep(report));
  }
}
