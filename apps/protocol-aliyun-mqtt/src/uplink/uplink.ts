/**
 * What a device publishes: may it, what does it mean, is it kept, and the answer. A PUBACK means "kept": the broker
 * sends it once {@link Uplink.publish} has called back.
 */
import { hash } from 'node:crypto';
import type { PublishPacket } from 'aedes';
import { decodeUplink, encodeReply, type Problem, type UplinkOutcome } from '@alink/alink';
import type { Bus } from '@alink/bus';
import { encodeReport, joinReports, subjects, type DeviceMessage, type Handle } from '@alink/contract';
import type { Clock } from '@alink/runtime';
import { mayPublish, parseTopic, stripQuery, type DeviceTopic } from '@alink/topic';
import type { PendingCommands } from '../downlink/pending-commands';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { GatewayMetrics } from '../metrics';
import type { Session } from '../session/session';

type Message = NonNullable<UplinkOutcome['message']>;

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
    const { productKey, deviceName, sysPrefix } = session;
    if (!mayPublish({ productKey, deviceName }, topic)) {
      this.drop(session, rawTopic, 9236, `may not publish on ${printable(topic)}`, topicStep(session));
      return;
    }
    if (topic.startsWith(sysPrefix)) return this.alink(session, topic, topic.slice(sysPrefix.length), payload);
    const parsed = parseTopic(topic);
    if (parsed?.rrpcId !== undefined) return this.rrpcAnswer(session, topic, parsed, payload);
    return this.opaque(session, topic, parsed, payload);
  }

  /** Anything below `/sys/{productKey}/{deviceName}/`. */
  private async alink(session: Session, topic: string, path: string, payload: Buffer, rrpcId?: string): Promise<void> {
    const now = this.options.clock.now();
    const model = this.options.directory.product(session.productKey)?.model ?? session.options.product.model;
    const serviceOf = (id: string): string | undefined => this.options.pending.serviceOf(session, id);
    const outcome = decodeUplink({ topic, path, payload, now, model, rrpcId, serviceOf });
    if (!outcome) {
      this.drop(session, topic, 6831, `topic ${printable(topic)} means nothing here`, topicStep(session));
      return;
    }
    for (const problem of outcome.problems) this.noteProblem(session, topic, outcome, problem);
    if (outcome.message) {
      // Whoever waits for a reply need not wait for the record of it.
      const message = this.options.pending.settle(session, outcome.message);
      try {
        await this.keep(session, topic, payload, message, now);
      } catch (error) {
        this.options.metrics.uplinks.inc({ result: 'notKept' });
        this.sayNotKept(session, outcome);
        throw error;
      }
      this.options.metrics.uplinks.inc({ result: 'kept' });
      this.noteKept(session, topic, outcome, message);
    } else if (outcome.problems.length > 0) {
      this.options.metrics.uplinks.inc({ result: 'refused' });
    }
    if (outcome.reply) session.deliver({ ...outcome.reply, qos: 0 });
  }

  /** `/ext/rrpc/{id}/...`: the answer to a synchronous call, Alink inside `/sys`, free bytes elsewhere. */
  private rrpcAnswer(session: Session, topic: string, parsed: DeviceTopic, payload: Buffer): Promise<void> {
    return parsed.scope === 'sys'
      ? this.alink(session, topic, parsed.path, payload, parsed.rrpcId)
      : this.opaque(session, topic, parsed, payload);
  }

  /** Custom topics and others whose payload means nothing to the platform: kept as bytes, for applications. */
  private async opaque(
    session: Session,
    topic: string,
    parsed: DeviceTopic | undefined,
    payload: Buffer,
  ): Promise<void> {
    const now = this.options.clock.now();
    const message = { handle: 'ext' as const, type: parsed?.scope ?? 'custom', body: payload };
    await this.publishKept(session, topic, message, now, messageId(topic, payload, now));
    this.options.metrics.uplinks.inc({ result: 'kept' });
    this.options.journal.note({ ...who(session), kind: 'report', topic, text: `${payload.length} bytes` }, false);
    // A device that subscribes its own custom topic gets its own message, as with any broker.
    // Not so the answer to a synchronous call, which has the topic of the call.
    if (parsed?.scope === 'custom' && parsed.rrpcId === undefined) session.deliver({ topic, payload, qos: 0 }, true);
  }

  private async keep(session: Session, topic: string, payload: Buffer, message: Message, now: number): Promise<void> {
    // A message with a time of its own is the same message when sent again; one without is a new reading.
    const { timestamp } = message.body;
    const { handle, type } = message;
    await this.publishKept(
      session,
      topic,
      { handle, type, body: message.body },
      now,
      messageId(topic, payload, timestamp),
    );
  }

  private async publishKept(
    session: Session,
    topic: string,
    { handle, type, body }: { handle: Handle; type: string; body: DeviceMessage | Buffer },
    now: number,
    id: string,
  ): Promise<void> {
    const { productID, deviceName } = session;
    const report = {
      productID,
      deviceName,
      topic,
      arrivedAt: now,
      handle,
      type,
      ...(Buffer.isBuffer(body) ? { bytes: body } : { message: body }),
    };
    await this.options.bus.publishKept(subjects.reports(0), joinReports([encodeReport(report)]), id);
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
    if (!reply) return;
    const { topic, idToken, method } = reply;
    session.deliver({ topic, payload: encodeReply({ idToken, method, code: 500 }), qos: 0 });
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
