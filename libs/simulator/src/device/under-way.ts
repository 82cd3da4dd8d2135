/** What a device has sent and is not done with. */
import type { Message } from '../messages/compose';
import type { MessageKind } from '../messages/kinds';

export interface Pending {
  readonly message: Message;
  readonly sentAt: number;
  /** At QoS 1. */
  readonly messageId: number | undefined;
  acknowledged: boolean;
}

/** As many packets as have numbers (MQTT 3.1.1, 2.3.1). */
const MESSAGE_IDS = 65_535;

export class UnderWay {
  /** By the Alink id of the message, or whatever else is its own, oldest first. */
  private readonly pending = new Map<string, Pending>();
  private readonly byMessageId = new Map<number, Pending>();
  private lastMessageId = 0;

  get size(): number {
    return this.pending.size;
  }

  /** A number for a packet of QoS 1. */
  nextMessageId(): number {
    this.lastMessageId = (this.lastMessageId % MESSAGE_IDS) + 1;
    return this.lastMessageId;
  }

  /** Waits for the reply of a message. */
  add(id: string, pending: Pending): void {
    this.pending.set(id, pending);
    if (pending.messageId !== undefined) this.byMessageId.set(pending.messageId, pending);
  }

  /** A PUBACK has come. */
  acknowledge(messageId: number): void {
    const pending = this.byMessageId.get(messageId);
    if (pending) pending.acknowledged = true;
    this.byMessageId.delete(messageId);
  }

  /** The reply has come. @returns what it is to; undefined where nobody waits for it */
  take(id: string): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    if (pending?.messageId !== undefined) this.byMessageId.delete(pending.messageId);
    return pending;
  }

  /** The same for a reply without an id: it is to the oldest message of its kind. */
  takeOldest(kind: MessageKind): Pending | undefined {
    for (const [id, { message }] of this.pending) if (message.kind === kind) return this.take(id);
    return undefined;
  }

  /** Takes out what was sent before this time. */
  takeBefore(time: number): Pending[] {
    const late: Pending[] = [];
    for (const [id, { sentAt }] of this.pending) {
      if (sentAt >= time) break;
      late.push(this.take(id)!);
    }
    return late;
  }

  /** When the oldest was sent; undefined where there is none. */
  get oldestSentAt(): number | undefined {
    for (const { sentAt } of this.pending.values()) return sentAt;
    return undefined;
  }

  /** The connection is gone. @returns those that are to be sent again, and how many are lost with it */
  breakOff(): { readonly again: Pending[]; readonly lost: number } {
    const all = [...this.pending.values()];
    const again = all.filter(({ messageId, acknowledged }) => messageId !== undefined && !acknowledged);
    this.pending.clear();
    this.byMessageId.clear();
    return { again, lost: all.length - again.length };
  }
}
