import { subjects } from '@alink/contract';
import { isAck, isAcknowledgement } from './acknowledgements';
import {
  BusTimeoutError,
  NoListenerError,
  type Bus,
  type BusMessage,
  type ConsumeOptions,
  type Consumer,
  type KeptMessage,
  type StreamFacts,
  type Subscription,
} from './bus';
import { silentLog, type Log } from './log';
import { MemoryStream } from './memory-stream';
import { assertSubject, subjectMatcher } from './subject-match';

export interface MemoryBusOptions {
  readonly logger?: Log;
  /** Patterns of the subjects that the stream keeps; default those that dm-rpc consumes. */
  readonly streamSubjects?: readonly string[];
  /** Milliseconds that publishKept and publishHeard wait; default 5000. */
  readonly publishTimeoutMs?: number;
  /** Kept messages that are not handled yet, at most; default 16384. */
  readonly maxInFlight?: number;
}

interface Listener {
  readonly matches: (subject: string) => boolean;
  readonly queue?: string;
  readonly handler: (message: BusMessage) => void;
}

/**
 * A bus within one process, for `npm start` and unit tests. It has no disk, so "kept" means "handled": publishKept
 * resolves once every durable that exists has handled the message, and with no durable yet it waits for the first one.
 * Sequences start at the clock, so that they grow over restarts; therefore streamCreatedMs is always 0, as of a stream
 * that was never lost.
 */
export const createMemoryBus = (options: MemoryBusOptions = {}): Bus => new MemoryBus(options);

class MemoryBus implements Bus {
  private readonly log: Log;
  private readonly isStreamSubject: (subject: string) => boolean;
  private readonly stream: MemoryStream;
  private readonly publishTimeoutMs: number;
  private readonly listeners = new Set<Listener>();
  /** Next member to serve, by queue name. */
  private readonly turn = new Map<string, number>();
  private readonly cancelRequests = new Set<() => void>();
  private closed = false;

  constructor(options: MemoryBusOptions) {
    this.log = options.logger ?? silentLog;
    const matchers = (options.streamSubjects ?? subjects.upAll).map(subjectMatcher);
    this.isStreamSubject = (subject) => matchers.some((matches) => matches(subject));
    this.publishTimeoutMs = options.publishTimeoutMs ?? 5000;
    this.stream = new MemoryStream({
      publishTimeoutMs: this.publishTimeoutMs,
      maxHeld: options.maxInFlight ?? 16_384,
      log: this.log,
    });
  }

  get connected(): boolean {
    return !this.closed;
  }

  publish(subject: string, data: string | Uint8Array): void {
    if (this.closed) return;
    const copy = toBuffer(data);
    this.deliver(this.receivers(subject), { subject, data: copy });
    if (this.isStreamSubject(subject)) {
      this.stream.append(subject, copy).catch((err) => this.log.warn({ err, subject }, 'stream refused a message'));
    }
  }

  async request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Buffer> {
    assertSubject(subject);
    if (this.closed) throw new BusTimeoutError('bus is closed');
    const receivers = this.receivers(subject);
    if (receivers.length === 0) throw new NoListenerError(`nobody listens on ${subject}`);
    return this.answerOf(
      receivers,
      { subject, data: toBuffer(data) },
      timeoutMs,
      (answer) => !isAcknowledgement(answer),
    );
  }

  subscribe(subject: string, handler: (message: BusMessage) => void, options?: { queue?: string }): Subscription {
    const listener: Listener = { matches: subjectMatcher(subject), queue: options?.queue, handler };
    this.listeners.add(listener);
    return { unsubscribe: () => void this.listeners.delete(listener) };
  }

  async publishKept(subject: string, data: string | Uint8Array, id?: string): Promise<number> {
    assertSubject(subject);
    if (this.closed) throw new BusTimeoutError('bus is closed');
    if (!this.isStreamSubject(subject)) throw new BusTimeoutError(`no stream keeps messages on ${subject}`);
    const copy = toBuffer(data);
    this.deliver(this.receivers(subject), { subject, data: copy });
    return this.stream.append(subject, copy, id);
  }

  async publishHeard(subject: string, data: string | Uint8Array, id?: string): Promise<void> {
    assertSubject(subject);
    if (this.closed) throw new BusTimeoutError('bus is closed');
    const message = { subject, data: toBuffer(data) };
    const receivers = this.receivers(subject);
    const isKept = this.isStreamSubject(subject) && this.stream.isConsumed;
    if (!isKept && receivers.length === 0) throw new BusTimeoutError('nobody listens on this subject');
    const taken: Promise<unknown>[] = [this.answerOf(receivers, message, this.publishTimeoutMs, isAck)];
    if (isKept) taken.push(this.stream.append(subject, message.data, id));
    await Promise.any(taken).catch((error: AggregateError) => {
      throw error.errors[0];
    });
  }

  async openStream(): Promise<void> {
    // There is one as long as there is the bus.
  }

  async streamOf(subject: string): Promise<string | undefined> {
    return this.isStreamSubject(subject) ? 'memory' : undefined;
  }

  async consume(options: ConsumeOptions, handler: (batch: readonly KeptMessage[]) => Promise<void>): Promise<Consumer> {
    return this.stream.consume(options, handler);
  }

  async streamCreatedMs(): Promise<number> {
    return 0;
  }

  async streamFacts(): Promise<StreamFacts> {
    return this.stream.facts();
  }

  onReconnect(): void {
    // Never called: there is no connection to lose.
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.stream.close();
    for (const cancel of [...this.cancelRequests]) cancel();
    this.listeners.clear();
  }

  /** Everyone without a queue, and one member of each queue, in turn. */
  private receivers(subject: string): Listener[] {
    const receivers: Listener[] = [];
    const queues = new Map<string, Listener[]>();
    for (const listener of this.listeners) {
      if (!listener.matches(subject)) continue;
      if (listener.queue === undefined) receivers.push(listener);
      else queues.set(listener.queue, [...(queues.get(listener.queue) ?? []), listener]);
    }
    for (const [queue, members] of queues) {
      const turn = this.turn.get(queue) ?? 0;
      this.turn.set(queue, turn + 1);
      receivers.push(members[turn % members.length]!);
    }
    return receivers;
  }

  /** The first answer of a listener that is one. */
  private answerOf(
    receivers: readonly Listener[],
    message: BusMessage,
    timeoutMs: number,
    isAnswer: (answer: Buffer) => boolean,
  ): Promise<Buffer> {
    const { subject } = message;
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.cancelRequests.delete(cancel);
      };
      const fail = (reason: string) => {
        end();
        reject(new BusTimeoutError(reason));
      };
      const cancel = () => fail(`bus closed while waiting for an answer on ${subject}`);
      const timer = setTimeout(() => fail(`no answer on ${subject} within ${timeoutMs} ms`), timeoutMs);
      this.cancelRequests.add(cancel);
      const respond = (data: string | Uint8Array) => {
        const answer = toBuffer(data);
        if (!isAnswer(answer)) return;
        end();
        resolve(answer);
      };
      this.deliver(receivers, { ...message, respond });
    });
  }

  /** Never within the sender's call: as over a socket, the sender goes on first. */
  private deliver(receivers: readonly Listener[], message: BusMessage): void {
    if (receivers.length === 0) return;
    queueMicrotask(() => {
      for (const listener of receivers) {
        if (!this.listeners.has(listener)) continue;
        try {
          listener.handler(message);
        } catch (err) {
          this.log.error({ err, subject: message.subject }, 'message handler threw');
        }
      }
    });
  }
}

/** A copy: what the sender does with its bytes afterwards concerns nobody. */
const toBuffer = (data: string | Uint8Array): Buffer => Buffer.from(data as Uint8Array);
