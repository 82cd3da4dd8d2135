/**
 * Publishes with acknowledgements of our own: a plain publish whose reply subject carries a number, matched when somebody
 * answers. It does what the client's `js.publish` does at a fraction of its cost, which counts here because every
 * uplink of every device passes through.
 */
import { createInbox, headers, type Msg, type NatsConnection } from 'nats';
import { isAck, readStreamAck } from './acknowledgements';
import { BusDownError, BusTimeoutError, StreamFullError } from './bus';
import { NO_RESPONDERS, statusOf } from './nats-error';
import type { Outbox } from './outbox';
import type { Pulse } from './pulse';

interface Pending {
  readonly subject: string;
  readonly data: string | Uint8Array;
  readonly id: string | undefined;
  /** Milliseconds of the monotonic clock at which it is given up. */
  readonly expiresAt: number;
  sent: boolean;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

export interface AckedPublisherOptions {
  /** Milliseconds to wait for an ack. */
  readonly timeoutMs: number;
  /** Messages waiting for their ack, at most: bounds the memory when the stream is slow. */
  readonly maxInFlight: number;
  readonly outbox: Outbox;
  readonly pulse: Pulse;
  /** Whether a listener that says so has the message is enough, or a stream must have kept it. */
  readonly heardIsEnough: boolean;
  /** Whether a message may go to the server now; one that may not waits for {@link AckedPublisher.resume}. */
  maySend(): boolean;
  /** Called when nobody at all listens on the subject of a message, no stream either. */
  onNobody?(): void;
}

/** Milliseconds before a message is given up at which the server is asked whether it still answers. */
const PING_MS = 1000;

/** Whether a stream refuses everything: by its own limits, those of its account, or those of the server's disk. */
const isFull = (refusal: string): boolean =>
  /^maximum (messages|bytes)|insufficient|resource limits|no space/i.test(refusal);

/** How often messages without an ack are looked for, in milliseconds. */
const SWEEP_MS = 100;

export class AckedPublisher {
  private readonly connection: NatsConnection;
  private readonly options: AckedPublisherOptions;
  private readonly inbox = createInbox();
  /** By number; numbers grow, so the order is that of sending and of expiry. */
  private readonly pending = new Map<number, Pending>();
  private readonly onSettled = new Set<() => void>();
  private number = 0;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, options: AckedPublisherOptions) {
    this.connection = connection;
    this.options = options;
    const prefix = this.inbox.length + 1;
    connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.answered(Number(message.subject.slice(prefix)), message);
      },
    });
  }

  /**
   * @returns the sequence in the stream, 0 where no stream but a listener has it
   * @throws {BusTimeoutError} when nobody has said so in time, or somebody that it is refused
   */
  publish(subject: string, data: string | Uint8Array, id?: string): Promise<number> {
    if (this.pending.size >= this.options.maxInFlight) {
      return Promise.reject(new BusTimeoutError(`too many messages wait to be kept: ${this.pending.size}`));
    }
    return new Promise((resolve, reject) => {
      const number = ++this.number;
      const expiresAt = performance.now() + this.options.timeoutMs;
      const pending: Pending = { subject, data, id, expiresAt, sent: false, resolve, reject };
      this.pending.set(number, pending);
      this.options.outbox.add(() => {
        // While the server is away nothing is given to the client, whose buffer has no limit; see resume.
        if (!pending.sent && this.options.maySend()) this.send(number, pending);
      });
      this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
    });
  }

  /**
   * Call it after a reconnect: sends what waited for it, and once more what had not been acknowledged when the connection
   * broke, where an id makes sure that it is kept once.
   */
  resume(): void {
    for (const [number, pending] of [...this.pending]) {
      if (!pending.sent || pending.id !== undefined) this.send(number, pending);
    }
  }

  /** Resolves once nothing waits for an ack, which is at the latest after the publish timeout. */
  async settled(): Promise<void> {
    if (this.pending.size > 0) await new Promise<void>((resolve) => this.onSettled.add(resolve));
  }

  /** Rejects what still waits. */
  close(): void {
    for (const number of [...this.pending.keys()]) this.fail(number, 'bus closed before the message was kept');
  }

  private send(number: number, pending: Pending): void {
    const reply = `${this.inbox}.${number}`;
    try {
      if (pending.id === undefined) {
        this.connection.publish(pending.subject, pending.data, { reply });
      } else {
        const withId = headers();
        withId.set('Nats-Msg-Id', pending.id);
        this.connection.publish(pending.subject, pending.data, { reply, headers: withId });
      }
      pending.sent = true;
    } catch (error) {
      // Above the server's payload limit, or the connection is closed for good.
      this.take(number)?.reject(error as Error);
    }
  }

  private answered(number: number, message: Msg): void {
    if (!this.pending.has(number)) return;
    const { heardIsEnough, onNobody } = this.options;
    if (statusOf(message) === NO_RESPONDERS) {
      this.fail(number, heardIsEnough ? 'nobody listens on this subject' : 'no stream keeps messages on this subject');
      onNobody?.();
      return;
    }
    const said = readStreamAck(message.data);
    if (said && 'refusal' in said) {
      const words = `stream refused the message: ${said.refusal}`;
      this.take(number)?.reject(isFull(said.refusal) ? new StreamFullError(words) : new BusTimeoutError(words));
      return;
    }
    if (said) return this.take(number)?.resolve(said.sequence);
    // Anything else was said by a bystander, unless a listener is all that is asked for.
    if (heardIsEnough && isAck(message.data)) this.take(number)?.resolve(0);
  }

  private sweep(): void {
    const now = performance.now();
    for (const [number, pending] of this.pending) {
      if (pending.expiresAt - PING_MS <= now) this.options.pulse.feel();
      if (pending.expiresAt > now) return;
      const words = `message was not kept within ${this.options.timeoutMs} ms`;
      if (this.options.pulse.hasBeatSince(pending.expiresAt - PING_MS)) this.fail(number, words);
      else this.take(number)?.reject(new BusDownError(`NATS does not answer: ${words}`));
    }
  }

  private fail(number: number, reason: string): void {
    this.take(number)?.reject(new BusTimeoutError(reason));
  }

  private take(number: number): Pending | undefined {
    const pending = this.pending.get(number);
    this.pending.delete(number);
    if (this.pending.size === 0) {
      clearInterval(this.sweeper);
      this.sweeper = undefined;
      for (const resolve of this.onSettled) resolve();
      this.onSettled.clear();
    }
    return pending;
  }
}
