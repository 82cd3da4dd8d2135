import { STREAM, subjects } from '@alink/contract';
import { Events, type NatsConnection } from 'nats';
import { AckedPublisher } from './acked-publisher';
import {
  BusDownError,
  BusTimeoutError,
  type Bus,
  type BusMessage,
  type ConsumeOptions,
  type Consumer,
  type KeptMessage,
  type StreamFacts,
  type Subscription,
} from './bus';
import { silentLog, type Log } from './log';
import { connectWithRetry, type NatsConnectOptions } from './nats-connect';
import { jetStreamFault } from './nats-fault';
import { NatsConsumer } from './nats-consumer';
import { NatsStream, streamOfSubject, type StreamOptions } from './nats-stream';
import { Outbox } from './outbox';
import { Pulse } from './pulse';
import { Requester } from './requester';
import { assertSubject } from './subject-match';

export interface NatsBusOptions extends NatsConnectOptions {
  readonly logger?: Log;
  /** The stream behind publishKept and consume; by default it keeps what dm-rpc consumes. */
  readonly stream?: Partial<StreamOptions>;
  /**
   * Whether there must be such a stream from the start (default). Where somebody else's NATS may turn out to be the one,
   * false: then it is made when {@link Bus.openStream} is called, or something is to be kept or consumed.
   */
  readonly streamAtOnce?: boolean;
  /** Milliseconds that a publish waits for its acknowledgement; default 5000. */
  readonly publishTimeoutMs?: number;
  /** Messages that wait for their acknowledgement, at most; default 16384. */
  readonly maxInFlight?: number;
}

/**
 * Connects to NATS, and makes sure that the stream exists. From then on the connection comes back by itself, for ever.
 * @throws {Error} naming the addresses, when no server answers within `connectTimeoutMs`, or what JetStream says when
 * it has no such stream and cannot make it
 */
export const connectNats = async (options: NatsBusOptions): Promise<Bus> => {
  const log = options.logger ?? silentLog;
  const connection = await connectWithRetry(options, log);
  const stream = new NatsStream(connection, { name: STREAM, subjects: subjects.upAll, ...options.stream }, log);
  const bus = new NatsBus(connection, stream, options, log);
  if (options.streamAtOnce ?? true) {
    try {
      await bus.openStream();
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
  return bus;
};

class NatsBus implements Bus {
  private readonly connection: NatsConnection;
  private readonly stream: NatsStream;
  private readonly log: Log;
  /** For the stream. */
  private readonly publisher: AckedPublisher;
  /** For listeners of unitedrhino's, and streams that are not ours. */
  private readonly telling: AckedPublisher;
  private readonly requester: Requester;
  private readonly outbox = new Outbox();
  private readonly consumers = new Set<NatsConsumer>();
  private readonly reconnectListeners = new Set<() => void>();
  private isConnected = true;
  /** Whether something is kept or consumed here, so that there must be a stream. */
  private needsStream = false;
  /** Whether kept messages go out at once: the stream is there, and those that waited for it have gone. */
  private keepsAtOnce = false;
  private closing: Promise<void> | undefined;

  constructor(connection: NatsConnection, stream: NatsStream, options: NatsBusOptions, log: Log) {
    this.connection = connection;
    this.stream = stream;
    this.log = log;
    const { publishTimeoutMs: timeoutMs = 5000, maxInFlight = 16_384 } = options;
    const pulse = new Pulse(connection);
    const bounds = { timeoutMs, maxInFlight, outbox: this.outbox, pulse };
    this.publisher = new AckedPublisher(connection, {
      ...bounds,
      heardIsEnough: false,
      maySend: () => this.isConnected && this.keepsAtOnce,
      onNobody: () => void this.stream.ensureSoon(),
    });
    this.telling = new AckedPublisher(connection, {
      ...bounds,
      heardIsEnough: true,
      maySend: () => this.isConnected,
    });
    this.requester = new Requester(connection, pulse);
    void this.followStatus();
    void connection.closed().then(() => (this.isConnected = false));
  }

  get connected(): boolean {
    return this.isConnected;
  }

  publish(subject: string, data: string | Uint8Array): void {
    this.send(subject, () => {
      // While the server is away there is nobody to hear it, and the client's buffer has no limit.
      if (!this.isConnected) return;
      assertSubject(subject);
      this.connection.publish(subject, data);
    });
  }

  private send(subject: string, send: () => void): void {
    this.outbox.add(() => {
      try {
        send();
      } catch (err) {
        this.log.error({ err, subject }, 'message could not be published');
      }
    });
  }

  async request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Buffer> {
    assertSubject(subject);
    if (!this.isConnected) throw new BusDownError('NATS does not answer');
    this.outbox.drain();
    return toBuffer(await this.requester.request(subject, data, timeoutMs));
  }

  subscribe(subject: string, handler: (message: BusMessage) => void, options?: { queue?: string }): Subscription {
    let subscription: Subscription | undefined;
    let isEnded = false;
    this.send(subject, () => {
      if (!isEnded) subscription = this.subscribeNow(subject, handler, options?.queue);
    });
    return {
      unsubscribe: () => {
        isEnded = true;
        subscription?.unsubscribe();
      },
    };
  }

  private subscribeNow(
    subject: string,
    handler: (message: BusMessage) => void,
    queue: string | undefined,
  ): Subscription {
    return this.connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (error) return this.log.error({ err: error, subject }, 'subscription failed');
        try {
          handler({
            subject: message.subject,
            data: toBuffer(message.data),
            respond: message.reply ? (answer) => this.send(subject, () => message.respond(answer)) : undefined,
          });
        } catch (err) {
          this.log.error({ err, subject: message.subject }, 'message handler threw');
        }
      },
    });
  }

  async publishKept(subject: string, data: string | Uint8Array, id?: string): Promise<number> {
    assertSubject(subject);
    if (this.closing) throw new BusTimeoutError('bus is closed');
    if (!this.needsStream) void this.openStreamSoon();
    return this.publisher.publish(subject, data, id);
  }

  async publishHeard(subject: string, data: string | Uint8Array, id?: string): Promise<void> {
    assertSubject(subject);
    if (this.closing) throw new BusTimeoutError('bus is closed');
    await this.telling.publish(subject, data, id);
  }

  async openStream(): Promise<void> {
    try {
      await this.stream.ensure();
    } catch (error) {
      throw new Error(`stream ${this.stream.name} cannot be made on NATS: ${jetStreamFault(error)}`, { cause: error });
    }
    this.needsStream = true;
    if (this.isConnected) this.keep();
  }

  streamOf(subject: string): Promise<string | undefined> {
    return streamOfSubject(this.connection, subject);
  }

  private async openStreamSoon(): Promise<void> {
    this.needsStream = true;
    await this.stream.ensureSoon();
    if (this.isConnected) this.keep();
  }

  /** The stream is there: lets out what waited for it. */
  private keep(): void {
    if (this.keepsAtOnce) return;
    this.keepsAtOnce = true;
    this.publisher.resume();
  }

  async consume(options: ConsumeOptions, handler: (batch: readonly KeptMessage[]) => Promise<void>): Promise<Consumer> {
    if (!this.needsStream) await this.openStream();
    const consumer = new NatsConsumer(this.connection, this.stream, options, handler, this.log);
    this.consumers.add(consumer);
    const stop = async () => {
      this.consumers.delete(consumer);
      await consumer.stop();
    };
    try {
      await consumer.start();
    } catch (error) {
      await stop();
      throw error;
    }
    return { stop };
  }

  streamCreatedMs(): Promise<number> {
    return this.stream.createdMs();
  }

  async streamFacts(): Promise<StreamFacts | undefined> {
    return this.needsStream ? this.stream.facts() : undefined;
  }

  onReconnect(listener: () => void): void {
    this.reconnectListeners.add(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    this.outbox.drain();
    if (this.isConnected) {
      await Promise.all([this.publisher.settled(), this.telling.settled()]);
      await Promise.race([this.connection.flush().catch(() => undefined), this.connection.closed(), giveUp(2000)]);
    }
    this.publisher.close();
    this.telling.close();
    this.requester.close();
    await this.connection.close();
  }

  private async followStatus(): Promise<void> {
    for await (const { type, data } of this.connection.status()) {
      if (type === Events.Disconnect) {
        this.isConnected = false;
        this.keepsAtOnce = false;
        this.log.warn({ server: data }, 'NATS connection lost');
      } else if (type === Events.Reconnect) {
        this.isConnected = true;
        this.log.info({ server: data }, 'NATS connection is back');
        void this.comeBack();
      } else if (type === Events.Error) {
        this.log.error({ error: data }, 'NATS reported an error');
      }
    }
  }

  private async comeBack(): Promise<void> {
    if (this.needsStream) await this.stream.ensureSoon();
    // Gone again meanwhile: the next return does all of this.
    if (!this.isConnected) return;
    if (this.needsStream) this.keep();
    this.telling.resume();
    for (const consumer of this.consumers) void consumer.restart();
    for (const listener of this.reconnectListeners) {
      try {
        listener();
      } catch (err) {
        this.log.error({ err }, 'reconnect listener threw');
      }
    }
  }
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const giveUp = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
