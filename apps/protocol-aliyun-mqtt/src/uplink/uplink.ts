/**
 * What a device publishes: may it, what does it mean, is it kept, and the answer. A PUBACK means "kept": the broker
 * sends it once {@link Uplink.publish} has called back.
 */
import { hash } from 'node:crypto';
import type { PublishPacket } from 'aedes';
import {
  decodeUplink,
  mayPublish,
  type PlatformMessage,
  type Problem,
  type Uplink as Published,
  type UplinkOutcome,
} from '@alink/alink';
import type { Bus } from '@alink/bus';
import { encodeDevicePublish, encodeEnvelope, PROTOCOL_CODE, subjects, type Handle } from '@alink/contract';
import type { Clock } from '@alink/runtime';
import { parseTopic, stripQuery } from '@alink/topic';
import type { PendingCommands } from '../downlink/pending-commands';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { GatewayMetrics } from '../metrics';
import type { Session } from '../session/session';

type Message = Extract<PlatformMessage, { handle: 'thing' }>;
type Bytes = Extract<PlatformMessage, { handle: 'ext' }>;

export interface UplinkOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: GatewayMetrics;
  readonly pending: PendingCommands;
}

/** How the broker goes on: acknowledge, or close the connection because of an error. */
export type Answer = (error?: Error | null) => void;

export class Uplink {
  constructor(private readonly options: UplinkOptions) {}

  /** Takes a PUBLISH of a device; `answer` is called once, in the order of the device's publishes. */
  publish(session: Session, packet: PublishPacket, answer: Answer): void {
    const payload = bufferOf(packet.payload);
    if (payload.length > limits.maxPayloadBytes) {
      this.drop(session, packet.topic, 460, `payload of ${payload.length} bytes is over 256 KB`, 'send it in parts');
      answer(new Error('payload over 256 KB'));
      return;
    }
    const work = this.handle(session, packet.topic, payload);
    if (packet.qos === 0) {
      // Nothing is acknowledged: an outage must not close the connection of a device that asked for no guarantee.
      void work.then(
        () => answer(),
        () => answer(),
      );
      return;
    }
    let failure: Error | undefined;
    const settled = work.catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    session.inOrder(settled, () => answer(failure ?? null));
  }

  /** Resolves once the message is kept and answered, or was not worth keeping; rejects when it could not be kept. */
  private async handle(session: Session, rawTopic: string, payload: Buffer): Promise<void> {
    const topic = stripQuery(rawTopic);
    const { productKey, deviceName } = session;
    const parsed = parseTopic(topic);
    if (!parsed || !mayPublish({ productKey, deviceName }, topic, parsed)) {
      this.drop(session, rawTopic, 9236, `may not publish on ${printable(topic)}`, topicStep(session));
      return;
    }
    const now = this.options.clock.now();
    const outcome = this.decode(session, { topic, parsed, payload, now });
    if (!outcome) {
      this.drop(session, topic, 6831, `topic ${printable(topic)} means nothing here`, topicStep(session));
      return;
    }
    for (const problem of outcome.problems) this.noteProblem(session, topic, outcome, problem);
    const { message, echo, reply } = outcome;
    if (message?.handle === 'ext') await this.keepBytes(session, topic, message, now);
    else if (message) await this.keepMessage(session, { topic, payload, now }, outcome, message);
    else if (outcome.problems.length > 0) this.options.metrics.uplinks.inc({ result: 'refused' });
    if (echo) session.deliver({ topic, payload, qos: 0 }, true);
    if (reply) session.deliver({ topic: reply.topic, payload: reply.payload, qos: 0 });
  }

  private decode(
    session: Session,
    publish: Pick<Published, 'topic' | 'parsed' | 'payload' | 'now'>,
  ): UplinkOutcome | undefined {
    const model = this.options.directory.product(session.productKey)?.model ?? session.options.product.model;
    const serviceOf = (id: string): string | undefined => this.options.pending.serviceOf(session, id);
    return decodeUplink({ ...publish, model, serviceOf });
  }

  private async keepMessage(
    session: Session,
    { topic, payload, now }: Pick<Published, 'topic' | 'payload' | 'now'>,
    outcome: UplinkOutcome,
    decoded: Message,
  ): Promise<void> {
    // Whoever waits for a reply need not wait for the record of it.
    const message = this.options.pending.settle(session, decoded);
    try {
      await this.keep(session, topic, payload, message, now);
    } catch (error) {
      this.options.metrics.uplinks.inc({ result: 'notKept' });
      this.sayNotKept(session, outcome);
      throw error;
    }
    this.options.metrics.uplinks.inc({ result: 'kept' });
    this.noteKept(session, topic, outcome, message);
  }

  /** Custom topics and others whose payload means nothing to the platform: kept as bytes, for applications. */
  private async keepBytes(session: Session, topic: string, { handle, type, bytes }: Bytes, now: number): Promise<void> {
    await this.publishKept(session, topic, { handle, type, body: bytes }, now, messageId(topic, bytes, now));
    this.options.metrics.uplinks.inc({ result: 'kept' });
    this.options.journal.note({ ...who(session), kind: 'report', topic, text: `${bytes.length} bytes` }, false);
  }

  private async keep(session: Session, topic: string, payload: Buffer, message: Message, now: number): Promise<void> {
    // A message with a time of its own is the same message when sent again; one without is a new reading.
    const { timestamp } = message.body;
    const { handle, type } = message;
    await this.publishKept(
      session,
      topic,
      { handle, type, body: Buffer.from(JSON.stringify(message.body)) },
      now,
      messageId(topic, payload, timestamp),
    );
  }

  private async publishKept(
    session: Session,
    topic: string,
    { handle, type, body }: { handle: Handle; type: string; body: Buffer },
    now: number,
    id: string,
  ): Promise<void> {
    const { productID, deviceName } = session;
    const data = encodeDevicePublish({
      topic,
      handle,
      type,
      payload: body,
      timestamp: now,
      productID,
      deviceName,
      explain: '',
      protocolCode: PROTOCOL_CODE,
    });
    await this.options.bus.publishKept(subjects.up(handle, productID, deviceName), encodeEnvelope(data, now), id);
  }

  private noteKept(session: Session, topic: string, { requestId, reply }: UplinkOutcome, message: Message): void {
    const { body } = message;
    const isReply = body.method.endsWith('Reply');
    this.options.journal.note(
      {
        ...who(session),
        kind: isReply ? 'reply' : 'report',
        topic,
        requestId,
        code: reply?.code ?? body.code,
        text: summary(message),
      },
      false,
    );
  }

  private noteProblem(session: Session, topic: string, { requestId, reply }: UplinkOutcome, problem: Problem): void {
    const { code, message, step } = problem;
    this.options.journal.note({
      ...who(session),
      kind: 'drop',
      topic,
      requestId,
      code,
      text: `${message}; ${step}`,
      response: reply?.payload,
    });
  }

  /** The stream did not take the message: a device that waits for a reply is told so ("service error"). */
  private sayNotKept(session: Session, { reply }: UplinkOutcome): void {
    const text = 'the message could not be kept; check that NATS with JetStream is up';
    this.options.journal.note({ ...who(session), kind: 'drop', code: 500, text });
    const failure = reply?.failed?.(500);
    if (failure) session.deliver({ ...failure, qos: 0 });
  }

  private drop(session: Session, topic: string, code: number, cause: string, step: string): void {
    this.options.metrics.uplinks.inc({ result: 'dropped' });
    this.options.journal.note({
      ...who(session),
      kind: 'drop',
      topic: printable(topic),
      code,
      text: `dropped: ${cause}; ${step}`,
    });
  }
}

const who = ({ productKey, productID, deviceName }: Session) => ({ productKey, productID, deviceName });

/** One id for the same bytes at the same time: the stream keeps it once within its window. */
const messageId = (topic: string, payload: Buffer, timestamp: number): string =>
  hash('sha1', Buffer.concat([Buffer.from(`${topic}\n${timestamp}\n`), payload]), 'base64url');

const bufferOf = (payload: string | Buffer): Buffer => (typeof payload === 'string' ? Buffer.from(payload) : payload);

/** A topic for the log: short and on one line. */
const printable = (topic: string): string => JSON.stringify(topic.slice(0, 200)).slice(1, -1);

const topicStep = ({ sysPrefix }: Session): string =>
  `publish on topics of the device's own, such as ${sysPrefix}thing/event/property/post`;

/** A message in a few words, for people. */
const summary = ({ body }: Message): string => {
  switch (body.method) {
    case 'report':
      return JSON.stringify(body.params);
    case 'packReport':
      return `${body.properties.length} samples, ${body.events.length} events`;
    case 'eventPost':
      return `event ${body.eventID} ${JSON.stringify(body.params)}`;
    default:
      return `${body.method} ${body.code ?? ''}`.trim();
  }
};
