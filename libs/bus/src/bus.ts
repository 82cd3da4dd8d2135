/** The message bus: what services ask of NATS and JetStream, and of the in-process twin. */

/** A message as a subscriber sees it. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Buffer;
  /** Answers a request; undefined when the sender wants no answer. */
  readonly respond?: (data: string | Uint8Array) => void;
}

/** A message that the stream keeps, as a consumer sees it. */
export interface KeptMessage {
  readonly subject: string;
  readonly data: Buffer;
  /** Position in the stream: grows, never repeats while the stream lives. */
  readonly sequence: number;
  /** How often it has been delivered, from 1. */
  readonly deliveries: number;
}

export interface Subscription {
  /** Ends it; idempotent. */
  unsubscribe(): void;
}

export interface Consumer {
  /** Stops fetching, waits for the batch under way, and leaves the durable in place. */
  stop(): Promise<void>;
}

export interface ConsumeOptions {
  /** Name of the durable; instances with the same name share the work. */
  readonly durable: string;
  /** Messages in a batch at most. */
  readonly maxBatch: number;
  /** Milliseconds to wait for a batch to fill after its first message; under load up to five times as long. */
  readonly maxWaitMs: number;
}

/** Bytes that are given to a bus must not be changed afterwards. */
export interface Bus {
  /** Sends to whoever listens now; no guarantee. */
  publish(subject: string, data: string | Uint8Array): void;

  /**
   * Asks one listener and waits for its answer.
   * @throws {NoListenerError} at once when nobody listens
   * @throws {BusDownError} when the server is away, or has not answered either
   * @throws {BusTimeoutError} when no answer came within `timeoutMs`
   */
  request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Buffer>;

  /** Listens. `*` stands for one token, `>` for the rest. With a `queue`, one member of the queue gets each message. */
  subscribe(subject: string, handler: (message: BusMessage) => void, options?: { queue?: string }): Subscription;

  /**
   * Sends to the stream and resolves once the stream has kept the message on disk. Pipelined: call it many times
   * without waiting. The same `id` within two minutes is kept once.
   * @returns the sequence in the stream
   * @throws {StreamFullError} when the stream has no room for it
   * @throws {BusDownError} when the server is away, or does not answer
   * @throws {BusTimeoutError} when it is not known to be kept within the bus's publish timeout
   */
  publishKept(subject: string, data: string | Uint8Array, id?: string): Promise<number>;

  /**
   * Sends to a listener of unitedrhino's, or to a stream that is not ours, and resolves once either says that it has the
   * message: the stream that it is kept, the listener (`+ACK`) that it holds it in memory.
   * @param id a stream keeps the same id within two minutes once
   * @throws {BusTimeoutError} when neither is known to have it within the bus's publish timeout
   */
  publishHeard(subject: string, data: string | Uint8Array, id?: string): Promise<void>;

  /**
   * Makes sure that the stream is there; publishKept and consume do so too. Without either there need be none.
   * @throws {Error} with what JetStream says, when it has no such stream and cannot make it
   */
  openStream(): Promise<void>;

  /** Name of the stream that keeps messages on this subject, whosever it is; undefined where none does. */
  streamOf(subject: string): Promise<string | undefined>;

  /**
   * Consumes the stream in batches, one after another, in stream order, at least once. A batch whose handler rejects is
   * delivered again a second later, before anything newer.
   */
  consume(options: ConsumeOptions, handler: (batch: readonly KeptMessage[]) => Promise<void>): Promise<Consumer>;

  /** When the stream was made, unix milliseconds: with a sequence it orders messages across a lost stream. */
  streamCreatedMs(): Promise<number>;

  /**
   * How full the stream is, and how far its consumers are behind; undefined where there need be none.
   * @throws {Error} when the server does not say
   */
  streamFacts(): Promise<StreamFacts | undefined>;

  /** True while the server answers. */
  readonly connected: boolean;
  /** Calls back after every reconnect, when messages may have been missed. */
  onReconnect(listener: () => void): void;

  /** Flushes and closes; idempotent. */
  close(): Promise<void>;
}

export interface StreamFacts {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  /** Undefined where there is no limit. */
  readonly maxBytes?: number;
  /** Whether it has no room for one more message. */
  readonly isFull: boolean;
  readonly consumers: readonly {
    readonly name: string;
    /** Messages that it has not been given yet. */
    readonly waiting: number;
    /** Messages that it has been given and not acknowledged yet. */
    readonly underWay: number;
  }[];
}

/** Nobody listens on a requested subject. */
export class NoListenerError extends Error {
  override readonly name = 'NoListenerError';
}
/** No answer, or no proof of keeping, in time. */
export class BusTimeoutError extends Error {
  override readonly name: string = 'BusTimeoutError';
}
/** It is the server itself that does not answer: whoever was asked may never have heard of it. */
export class BusDownError extends BusTimeoutError {
  override readonly name = 'BusDownError';
}
/** The stream has no room: nothing is kept until somebody makes some. */
export class StreamFullError extends BusTimeoutError {
  override readonly name = 'StreamFullError';
}
