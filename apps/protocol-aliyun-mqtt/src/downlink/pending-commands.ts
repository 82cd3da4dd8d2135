/** Commands that devices have been sent and not answered yet: who waits for which reply. */
import { LRUCache } from 'lru-cache';
import type { UplinkOutcome } from '@alink/alink';
import { limits } from '../limits';
import type { Session } from '../session/session';

type Message = NonNullable<UplinkOutcome['message']>;
/** Takes the reply to the one who asked. */
type Waiter = (reply: Message) => void;

/** Commands waiting over all devices: bounds the memory of a caller that never stops asking. */
const MAX_PENDING = 100_000;

export class PendingCommands {
  private readonly waiters = new LRUCache<string, Waiter>({ max: MAX_PENDING, ttl: limits.replyWindowMs });

  /** Waits for the device's reply that carries this token. */
  expect(session: Session, msgToken: string, waiter: Waiter): void {
    this.waiters.set(keyOf(session, msgToken), waiter);
  }

  /** A reply has come: hands it to its waiter, if one still waits. Anything else is ignored. */
  settle(session: Session, message: Message): void {
    const { method, msgToken } = message.body;
    if (!method.endsWith('Reply')) return;
    const key = keyOf(session, msgToken);
    const waiter = this.waiters.get(key);
    if (!waiter) return;
    this.waiters.delete(key);
    waiter(message);
  }
}

const keyOf = (session: Session, msgToken: string): string => `${session.key}/${msgToken}`;
