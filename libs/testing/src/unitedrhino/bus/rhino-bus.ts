/**
 * unitedrhino's event bus on NATS, as its services and its protocol SDK use it: an envelope around every message, `+ACK` to
 * whatever is heard, and in mode `natsJs` three streams that keep everything (unitedrhino, share: clients and events).
 */
import { connect, consumerOpts, createInbox, RetentionPolicy, DiscardPolicy } from 'nats';
import type { JetStreamClient, JsMsg, Msg, NatsConnection } from 'nats';
import type { RhinoUser } from '../wire/user-context';
import { readEnvelope } from '../caller/envelope';
import { newSpan } from './span';

/** Core NATS, or streams: the setting `Event.Mode` of its services. */
export type BusMode = 'nats' | 'natsJs';

export interface BusMessage {
  readonly subject: string;
  /** The real payload. */
  readonly data: string;
  /** Unix milliseconds at which it was sent. */
  readonly timestamp: number;
  readonly user?: RhinoUser;
}

export interface Listener {
  unsubscribe(): void;
}

export interface RhinoBusOptions {
  readonly url: string;
  readonly mode: BusMode;
  /** Name of the service: its queue group, and part of the names of its consumers. */
  readonly service: string;
}

/** Its streams, each for a first token (unitedrhino, share: what its client makes in this mode). */
const STREAMS = ['server', 'device', 'application'];
const MAX_AGE_MINUTES = 2;
const NANOSECONDS_PER_MINUTE = 60e9;

export class RhinoBus {
  /** What could not be taken from a message that came, with its subject: its services log an error for each. */
  readonly complaints: string[] = [];
  private readonly consumers = new Set<string>();

  private constructor(
    private readonly connection: NatsConnection,
    private readonly stream: JetStreamClient | undefined,
    private readonly service: string,
  ) {}

  static async connect({ url, mode, service }: RhinoBusOptions): Promise<RhinoBus> {
    const connection = await connect({ servers: url, name: service, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    if (mode === 'nats') return new RhinoBus(connection, undefined, service);
    await makeStreams(connection);
    return new RhinoBus(connection, connection.jetstream(), service);
  }

  /** Sends to whoever listens; in mode `natsJs` resolves once the stream has it. */
  async publish(subject: string, data: string, user?: RhinoUser): Promise<void> {
    const body = JSON.stringify({ trace: newSpan(), timestamp: Date.now(), data, ...(user && { userCtx: user }) });
    if (this.stream) await this.stream.publish(subject, body);
    else this.connection.publish(subject, body);
  }

  /** Every instance hears it. */
  subscribe(subject: string, take: (message: BusMessage) => void | Promise<void>): Promise<Listener> {
    return this.listen(subject, undefined, take);
  }

  /** One instance of the service hears it. */
  queueSubscribe(subject: string, take: (message: BusMessage) => void | Promise<void>): Promise<Listener> {
    return this.listen(subject, this.service, take);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async listen(
    subject: string,
    queue: string | undefined,
    take: (message: BusMessage) => void | Promise<void>,
  ): Promise<Listener> {
    const hear = (message: Msg | JsMsg): void => {
      // Its library acknowledges whatever it hears; on core NATS that is a publish on the reply subject.
      if ('ack' in message) message.ack();
      else message.respond('+ACK');
      const opened = this.open(message.subject, message.data);
      if (opened) void this.handle(opened, take);
    };
    if (!this.stream) {
      const subscription = this.connection.subscribe(subject, { queue, callback: (_error, message) => hear(message) });
      await this.connection.flush();
      return subscription;
    }
    const subscription = await this.stream.subscribe(subject, this.consumerOf(subject, queue, hear));
    return { unsubscribe: () => void subscription.destroy().catch(() => undefined) };
  }

  /** A push consumer as its library asks for one: it begins with the last message that is there. */
  private consumerOf(subject: string, queue: string | undefined, hear: (message: JsMsg) => void) {
    const options = consumerOpts();
    options.durable(this.consumerName(`${queue ? 'queue' : 'normal'}_${this.service}_${subject}`));
    options.deliverTo(createInbox());
    options.deliverLast();
    options.ackExplicit();
    options.maxDeliver(100);
    if (queue) options.queue(queue);
    options.callback((_error, message) => message && hear(message));
    return options;
  }

  private consumerName(text: string): string {
    const name = text.replaceAll('.', '-').replaceAll('*', '+').replaceAll('>', '~');
    // Two listeners of one process would share one consumer; its library shares one subscription instead.
    const unique = this.consumers.has(name) ? `${name}_${this.consumers.size}` : name;
    this.consumers.add(unique);
    return unique;
  }

  /** What its handlers fail with goes to the log, and they hear the next message. */
  private async handle(message: BusMessage, take: (message: BusMessage) => void | Promise<void>): Promise<void> {
    try {
      await take(message);
    } catch (error) {
      this.complain(message.subject, error);
    }
  }

  private open(subject: string, body: Uint8Array): BusMessage | undefined {
    try {
      const { data, timestamp, user, objection } = readEnvelope(Buffer.from(body).toString('utf8'));
      // It goes on without the span, and without the user that stands beside it.
      if (objection) this.complain(subject, objection);
      return { subject, data, timestamp, ...(!objection && user && { user }) };
    } catch (error) {
      this.complain(subject, error);
      return undefined;
    }
  }

  private complain(subject: string, what: unknown): void {
    this.complaints.push(`${subject}: ${what instanceof Error ? what.message : String(what)}`);
  }
}

const makeStreams = async (connection: NatsConnection): Promise<void> => {
  const manager = await connection.jetstreamManager();
  for (const name of STREAMS) {
    await manager.streams.add({
      name,
      subjects: [`${name}.>`],
      retention: RetentionPolicy.Interest,
      discard: DiscardPolicy.Old,
      max_age: MAX_AGE_MINUTES * NANOSECONDS_PER_MINUTE,
    });
  }
};
