/** A durable pull consumer on JetStream, read in batches. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, createInbox, DeliverPolicy, nanos, type Msg, type NatsConnection, type Subscription } from 'nats';
import { Backlog, startBatchLoop } from './batch-loop';
import type { ConsumeOptions, Consumer, KeptMessage } from './bus';
import type { Log } from './log';
import { statusOf } from './nats-error';
import type { NatsStream } from './nats-stream';

/** Milliseconds after which the server delivers a message again that nobody has acknowledged. */
const ACK_WAIT_MS = 30_000;
/** How often messages that take longer are declared to be in work. */
const WORKING_MS = 10_000;
/** How long the server keeps a request for messages open, and how often it shows meanwhile that it is alive. */
const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** Batches that all instances together may have in work. */
const BATCHES_IN_WORK = 16;
const RETRY_MS = 500;

/** Answers to the server about one message (NATS documentation, "Ack, nak, and other protocol messages"). */
const ACK = '+ACK';
const IN_PROGRESS = '+WPI';
const NAK = '-NAK';

/** Statuses with which the server ends a request in the normal course: expired, and no messages. */
const ENDED = new Set([404, 408]);
const HEARTBEAT = 100;

interface Delivery extends KeptMessage {
  deliveries: number;
  /** Where the server waits for the answer. */
  readonly reply: string;
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>...`, or with domain and account hash before the stream
 * (nats-server ADR-15).
 */
const toDelivery = (message: Msg): Delivery => {
  const reply = message.reply ?? '';
  const tokens = reply.split('.');
  const at = tokens.length > 9 ? 6 : 4;
  const { data } = message;
  return {
    subject: message.subject,
    data: Buffer.from(data.buffer, data.byteOffset, data.length),
    sequence: Number(tokens[at + 1]),
    deliveries: Number(tokens[at]),
    reply,
  };
};

export class NatsConsumer implements Consumer {
  private readonly connection: NatsConnection;
  private readonly stream: NatsStream;
  private readonly options: ConsumeOptions;
  private readonly log: Log;
  private readonly inbox = createInbox();
  private readonly subscription: Subscription;
  private readonly backlog = new Backlog<Delivery>();
  private readonly inWork = new Set<Delivery>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly stopLoop: () => Promise<void>;
  /** Messages that the server may still send for the request that is open; 0 when none is open. */
  private requested = 0;
  private lastSign = performance.now();
  private ensuring = false;
  private stopping: Promise<void> | undefined;

  constructor(
    connection: NatsConnection,
    stream: NatsStream,
    options: ConsumeOptions,
    handler: (batch: readonly KeptMessage[]) => Promise<void>,
    log: Log,
  ) {
    this.connection = connection;
    this.stream = stream;
    this.options = options;
    this.log = log;
    this.subscription = connection.subscribe(this.inbox, {
      callback: (error, message) => {
        if (!error) this.arrived(message);
      },
    });
    this.stopLoop = startBatchLoop<Delivery>({
      backlog: this.backlog,
      maxBatch: options.maxBatch,
      maxWaitMs: options.maxWaitMs,
      handle: (batch, attempt) => {
        this.request();
        // Rejected, it stays here: sent back to the server it would return behind newer messages.
        if (attempt > 1) for (const delivery of batch) delivery.deliveries++;
        return handler(batch);
      },
      onRejected: (err) => log.warn({ err, durable: options.durable }, 'batch rejected, it is delivered again'),
      settle: (batch, handled) => {
        this.answer(batch, handled ? ACK : NAK);
        for (const delivery of batch) this.inWork.delete(delivery);
      },
    });
    this.timers.push(
      setInterval(() => this.answer(this.inWork, IN_PROGRESS), WORKING_MS),
      setInterval(() => this.checkSigns(), HEARTBEAT_MS),
    );
  }

  /** Makes the durable, or brings it up to date, and begins. Rejects with what JetStream says. */
  async start(): Promise<void> {
    await this.ensure();
    this.request();
  }

  /** Begins anew: after a reconnect, or when the server has forgotten the durable. Tries until it succeeds. */
  async restart(): Promise<void> {
    if (this.ensuring) return;
    this.ensuring = true;
    this.requested = 0;
    try {
      for (let attempt = 1; !this.stopping && !this.connection.isClosed(); attempt++) {
        try {
          await this.stream.ensureSoon();
          await this.ensure();
          break;
        } catch (err) {
          if (attempt === 1) this.log.warn({ err, durable: this.options.durable }, 'consumer is not available yet');
          await sleep(RETRY_MS);
        }
      }
    } finally {
      this.ensuring = false;
    }
    this.request();
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    await this.stopLoop();
    for (const timer of this.timers) clearInterval(timer);
    this.subscription.unsubscribe();
    // What is fetched and not begun goes to another instance at once.
    this.answer(this.inWork, NAK);
    this.inWork.clear();
  }

  private async ensure(): Promise<void> {
    const manager = await this.connection.jetstreamManager({ checkAPI: false });
    await manager.consumers.add(this.stream.name, {
      durable_name: this.options.durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: Math.max(1024, this.options.maxBatch * BATCHES_IN_WORK),
    });
  }

  /** Asks for as many messages as the next batch has room for; one request at a time. */
  private request(): void {
    const room = this.options.maxBatch - this.backlog.size;
    if (this.requested > 0 || room <= 0 || this.stopping || this.ensuring || this.connection.isClosed()) return;
    this.requested = room;
    this.lastSign = performance.now();
    this.connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.stream.name}.${this.options.durable}`,
      JSON.stringify({ batch: room, expires: nanos(PULL_EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) }),
      { reply: this.inbox },
    );
  }

  private arrived(message: Msg): void {
    this.lastSign = performance.now();
    const status = statusOf(message);
    if (status === HEARTBEAT) return;
    if (status !== 0 && message.subject === this.inbox) return this.requestEnded(status, message);
    const delivery = toDelivery(message);
    this.inWork.add(delivery);
    this.backlog.push(delivery);
    if (this.requested > 0) this.requested--;
    this.request();
  }

  private requestEnded(status: number, message: Msg): void {
    this.requested = 0;
    if (ENDED.has(status)) return this.request();
    this.log.warn(
      { status, reason: message.headers?.description, durable: this.options.durable },
      'consumer was ended',
    );
    void sleep(RETRY_MS).then(() => this.restart());
  }

  /** The server shows that it is alive while a request is open; when it does not, the request is lost. */
  private checkSigns(): void {
    if (this.requested === 0 || this.ensuring) return;
    if (performance.now() - this.lastSign > 2.5 * HEARTBEAT_MS) void this.restart();
  }

  private answer(deliveries: Iterable<Delivery>, answer: string): void {
    if (this.connection.isClosed()) return;
    for (const { reply } of deliveries) this.connection.publish(reply, answer);
  }
}
