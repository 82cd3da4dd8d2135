/**
 * Replies of the platform to what devices ask, written to those that want them. One that is held back is told to whoever
 * looks after the device: it may be what they are looking for.
 */
import { Seldom, type Clock } from '@alink/runtime';
import type { Journal } from '../journal';
import type { Session } from '../session/session';

/** Milliseconds between two lines on replies that a device does not get on one topic: it may report every second. */
const LINE_INTERVAL_MS = 60 * 60 * 1000;

export interface RepliesOptions {
  readonly journal: Journal;
  /** One that nobody sets. */
  readonly clock: Clock;
  /** Whether every device gets every reply, asked for or not. */
  readonly unasked: boolean;
}

export interface DeviceReply {
  readonly topic: string;
  readonly payload: string;
}

export class Replies {
  private readonly lines: Seldom;

  constructor(private readonly options: RepliesOptions) {
    this.lines = new Seldom({ intervalMs: LINE_INTERVAL_MS, clock: options.clock });
  }

  /**
   * Writes a reply to the device once, where it wants it; a device that is gone hears nothing.
   * @param isAwaited it is wanted in any case: the device can do nothing more without it
   */
  send(session: Session, { topic, payload }: DeviceReply, isAwaited = false): void {
    if (!isAwaited && !this.options.unasked && !session.wantsReplyOn(topic)) {
      this.heldBack(session, topic, 'the device has not subscribed it, and its ClientID has no _ss=1');
      return;
    }
    const undelivered = session.deliver({ topic, payload, qos: 0 });
    if (undelivered === 'unsubscribed') this.heldBack(session, topic, 'the device has unsubscribed it');
  }

  private heldBack({ key, productKey, productID, deviceName }: Session, topic: string, cause: string): void {
    const others = this.lines.take(`${key} ${topic}`);
    if (others === undefined) return;
    const count = others > 0 ? ` (and ${others} more since the last such line)` : '';
    const text = `reply held back: ${cause}${count}; a device that reads replies must subscribe them`;
    this.options.journal.note({ kind: 'heldBack', productKey, productID, deviceName, topic, text });
  }
}
