/** Commands that devices have been sent and not answered yet: what was asked, and who waits for the reply. */
import { LRUCache } from 'lru-cache';
import type { UplinkMessage } from '@alink/alink';
import type { Clock } from '@alink/runtime';
import { limits } from '../limits';
import type { Session } from '../session/session';

export interface PendingCommand {
  /** Token of the one who asked; on the wire another id may stand in its place. */
  readonly msgToken: string;
  /** The service that is called. */
  readonly actionID?: string;
  /** Takes the reply to the one who asked, where that one waits. */
  readonly answer?: (reply: UplinkMessage) => void;
}

/** Takes what a device answers to a synchronous call whose bytes mean nothing here. */
export type BytesTaker = (bytes: Buffer) => void;

/** What becomes of the bytes that a device answers to a call: somebody has them, somebody had waited for them, or nobody. */
export type Settled = 'taken' | 'late' | 'unknown';

interface WaitingCall {
  readonly take: BytesTaker;
  /** When whoever has called gives up, by the clock. */
  readonly until: number;
}

/** Commands pending over all devices: bounds the memory of a caller that never stops asking. */
const MAX_PENDING = 100_000;

export class PendingCommands {
  private readonly commands = new LRUCache<string, PendingCommand>({ max: MAX_PENDING, ttl: limits.replyWindowMs });

  /** Kept for longer than anybody waits: an answer that comes too late is told from one that nobody has asked for. */
  private readonly calls = new LRUCache<string, WaitingCall>({ max: MAX_PENDING, ttl: 2 * limits.replyWindowMs });

  /** @param clock one that nobody sets */
  constructor(private readonly clock: Clock) {}

  /**
   * Waits for the bytes that the device answers to a synchronous call; of two calls with one message id the later waits.
   * @param waitMs for which whoever has called waits
   */
  expectBytes(session: Session, messageId: string, take: BytesTaker, waitMs: number = limits.replyWindowMs): void {
    this.calls.set(keyOf(session, messageId), { take, until: this.clock.now() + waitMs });
  }

  /** Bytes have come; whoever waits has them. */
  settleBytes(session: Session, messageId: string, bytes: Buffer): Settled {
    const key = keyOf(session, messageId);
    const call = this.calls.get(key);
    if (!call) return 'unknown';
    this.calls.delete(key);
    if (this.clock.now() > call.until) return 'late';
    call.take(bytes);
    return 'taken';
  }

  /** Nobody waits for these bytes any more. */
  forgetBytes(session: Session, messageId: string): void {
    this.calls.delete(keyOf(session, messageId));
  }

  /** Waits for the device's reply with this id. */
  expect(session: Session, id: string, command: PendingCommand): void {
    this.commands.set(keyOf(session, id), command);
  }

  /** Whether somebody waits for the device's reply with this id. */
  expects(session: Session, id: string): boolean {
    return this.commands.has(keyOf(session, id));
  }

  /** The service that a call of this id is to. */
  serviceOf(session: Session, id: string): string | undefined {
    return this.commands.get(keyOf(session, id))?.actionID;
  }

  /** A message has come. @returns it; a reply with the token of the one who asked, who has it then */
  settle(session: Session, message: UplinkMessage): UplinkMessage {
    if (!message.method.endsWith('Reply')) return message;
    const key = keyOf(session, message.msgToken);
    const command = this.commands.get(key);
    if (!command) return message;
    this.commands.delete(key);
    const reply = { ...message, msgToken: command.msgToken };
    command.answer?.(reply);
    return reply;
  }
}

const keyOf = (session: Session, id: string): string => `${session.key}/${id}`;
