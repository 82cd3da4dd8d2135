/**
 * Requests over an inbox of our own. The client's own takes whatever comes first for the answer, also what a bystander
 * with a wildcard subscription or a stream acknowledges; this one waits on for the answer.
 */
import { createInbox, type Msg, type NatsConnection } from 'nats';
import { isAcknowledgement } from './acknowledgements';
import { BusDownError, BusTimeoutError, NoListenerError } from './bus';
import { NO_RESPONDERS, statusOf } from './nats-error';
import type { Pulse } from './pulse';

/** Milliseconds that a server has to answer a ping before a request is given up: long for one, short for whoever waits. */
const PING_MS = 1000;

interface Waiting {
  readonly subject: string;
  timer: NodeJS.Timeout;
  resolve(answer: Uint8Array): void;
  reject(error: Error): void;
}

export class Requester {
  private readonly inbox = createInbox();
  private readonly waiting = new Map<string, Waiting>();
  private number = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly pulse: Pulse,
  ) {
    const prefix = this.inbox.length + 1;
    connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.answered(message.subject.slice(prefix), message);
      },
    });
  }

  /**
   * @throws {NoListenerError} at once when nobody listens
   * @throws {BusDownError} when the server has not answered either
   * @throws {BusTimeoutError} when no answer came within `timeoutMs`
   */
  request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const id = String(++this.number);
      const pingMs = Math.min(PING_MS, timeoutMs / 2);
      const nearlyLate = (): void => {
        const asked = performance.now();
        this.pulse.feel();
        const waiting = this.waiting.get(id)!;
        waiting.timer = setTimeout(() => this.take(id)?.reject(this.late(subject, timeoutMs, asked)), pingMs);
      };
      this.waiting.set(id, { subject, timer: setTimeout(nearlyLate, timeoutMs - pingMs), resolve, reject });
      try {
        this.connection.publish(subject, data, { reply: `${this.inbox}.${id}` });
      } catch (cause) {
        // Above the server's payload limit, or the connection is closed for good.
        this.take(id)?.reject(new BusTimeoutError(`the request on ${subject} could not be sent`, { cause }));
      }
    });
  }

  /** Rejects what still waits. */
  close(): void {
    for (const [id, { subject }] of [...this.waiting]) {
      this.take(id)?.reject(new BusTimeoutError(`bus closed while waiting for an answer on ${subject}`));
    }
  }

  private late(subject: string, timeoutMs: number, pingedAt: number): BusTimeoutError {
    return this.pulse.hasBeatSince(pingedAt)
      ? new BusTimeoutError(`no answer on ${subject} within ${timeoutMs} ms`)
      : new BusDownError('NATS does not answer');
  }

  private answered(id: string, message: Msg): void {
    if (isAcknowledgement(message.data)) return;
    const waiting = this.take(id);
    if (!waiting) return;
    if (statusOf(message) === NO_RESPONDERS) {
      waiting.reject(new NoListenerError(`nobody listens on ${waiting.subject}`));
    } else waiting.resolve(message.data);
  }

  private take(id: string): Waiting | undefined {
    const waiting = this.waiting.get(id);
    if (!waiting) return undefined;
    clearTimeout(waiting.timer);
    this.waiting.delete(id);
    return waiting;
  }
}
