/**
 * What a device publishes: may it, what does it mean, and who takes it. A PUBACK means "kept": the broker sends it once
 * {@link Uplink.publish} has resolved. A question is acknowledged before it is answered.
 */
import {
  answeredCallIdOf,
  decodeUplink,
  mayPublish,
  readPayloadJson,
  type Ask,
  type FindSubDevice,
  type Question,
  type UplinkOutcome,
} from '@alink/alink';
import type { Clock } from '@alink/runtime';
import type { DeviceIdentity } from '@alink/signing';
import { compileModel } from '@alink/thing-model';
import { parseTopic, scriptOf, stripQuery, type DeviceTopic } from '@alink/topic';
import type { DeviceDirectory } from '../directory/device-directory';
import type { PendingCommands } from '../downlink/pending-commands';
import { limits } from '../limits';
import type { Publish } from '../link/endpoint';
import type { Requests } from '../requests/requests';
import type { Session } from '../session/session';
import { takesFrom } from '../session/topic-access';
import type { Forwards } from './forwards';
import { printable, type UplinkNotes } from './notes';
import type { Replies } from './replies';
import type { Reports } from './reports';

export interface UplinkOptions {
  readonly clock: Clock;
  readonly directory: DeviceDirectory;
  readonly pending: PendingCommands;
  readonly reports: Reports;
  readonly requests: Pick<Requests, 'ask'>;
  readonly replies: Replies;
  readonly forwards: Forwards;
  readonly notes: UplinkNotes;
}

/** What is known of a PUBLISH that is passed on. */
export interface Known {
  /** Its topic without a query, taken apart. */
  readonly parsed?: DeviceTopic;
  /** Whose topic it is, where the device answers for another one. */
  readonly named?: DeviceIdentity;
  /** Counts it unless it asks to log sub-devices in: says whether it may pass, else it is dropped. */
  readonly admits?: () => boolean;
}

export class Uplink {
  constructor(private readonly options: UplinkOptions) {}

  /**
   * Takes a PUBLISH of a device. Resolves when it may be acknowledged, in the order of the device's publishes; rejects
   * when the connection must end, since the message is not kept.
   * @param known what whoever passes it on knows of it
   */
  publish(session: Session, { topic, payload, qos }: Publish, known: Known = {}): Promise<void> {
    if (payload.length > limits.maxPayloadBytes) {
      const cause = `payload of ${payload.length} bytes is over 256 KB`;
      this.options.notes.dropped(session, topic, 460, cause, 'send it in parts');
      return Promise.reject(new Error('payload over 256 KB'));
    }
    const work = this.handle(session, topic, payload, known);
    // Nothing is acknowledged: an outage must not close the connection of a device that asked for no guarantee.
    return qos === 0 ? work.catch(() => undefined) : session.inOrder(work);
  }

  /** Resolves once the message is kept and answered, or was not worth keeping; rejects when it could not be kept. */
  private async handle(
    session: Session,
    rawTopic: string,
    payload: Buffer,
    { parsed: parsedBefore, named = session, admits = always }: Known,
  ): Promise<void> {
    const { clock, notes, reports, replies } = this.options;
    const { productKey, deviceName } = session;
    const topic = stripQuery(rawTopic);
    const parsed = parsedBefore ?? parseTopic(topic);
    if (!parsed || !mayPublish(named, topic, parsed)) {
      notes.dropped(session, rawTopic, 9236, `may not publish on ${printable(topic)}`, topicStep(session));
      return;
    }
    const product = this.options.directory.productOf(productKey, session.options.product);
    if (!takesFrom(product, parsed)) {
      notes.dropped(session, topic, 9236, `its product defines no custom topic ${printable(topic)} to publish`, DEFINE);
      return;
    }
    if (this.answersCall(session, topic, parsed, payload)) return;
    const now = clock.now();
    const model = this.options.directory.model(productKey, deviceName) ?? session.options.product.model;
    const serviceOf = (id: string): string | undefined => this.options.pending.serviceOf(session, id);
    const script = scriptOf(rawTopic);
    const subDevice = session.via ? undefined : this.finderOf(session);
    const decoded = decodeUplink({ topic, parsed, script, payload, now, model, serviceOf, subDevice });
    if (decoded?.ask?.question.kind !== 'subSession.login' && !admits()) return;
    const outcome = decoded && reports.serves(parsed) ? asBytes(decoded, parsed, payload) : decoded;
    if (!outcome) {
      notes.dropped(session, topic, 6831, `topic ${printable(topic)} means nothing here`, topicStep(session));
      return;
    }
    notes.problems(session, topic, outcome);
    if (outcome.ask) void this.answer(session, topic, outcome.ask, outcome);
    else if (outcome.message) {
      await reports.take(session, outcome.message, { topic, payload, now, outcome });
      this.options.forwards.take(session, product, parsed, payload);
    } else if (outcome.reply) replies.send(session, outcome.reply);
  }

  /** Finds the sub-devices that a gateway device may report for: those that have logged in through it. */
  private finderOf(gateway: Session): FindSubDevice {
    return (identity) => {
      const session = gateway.subDevice(identity);
      if (!session) return undefined;
      const { productKey, productID, deviceName, options } = session;
      const model = this.options.directory.model(productKey, deviceName) ?? options.product.model ?? noModel;
      return { productID, deviceName, model };
    };
  }

  /**
   * Hands bytes to whoever waits for them after a synchronous call. @returns whether that was all: on a topic of the
   * device's own they are a message besides, which applications read; and JSON that nobody here waits for may be the answer
   * to a service whose caller waits elsewhere, since this node was started anew
   */
  private answersCall(session: Session, topic: string, parsed: DeviceTopic, payload: Buffer): boolean {
    const { pending, notes } = this.options;
    const callId = answeredCallIdOf(parsed);
    if (callId === undefined || pending.expects(session, callId)) return false;
    const settled = pending.settleBytes(session, callId, payload);
    if (settled === 'taken') notes.answeredCall(session, topic, callId, payload);
    const isAll = parsed.scope !== 'custom' && (settled !== 'unknown' || !isJson(payload));
    if (settled !== 'taken') notes.unexpectedAnswer(session, topic, callId, { isLate: settled === 'late', isAll });
    return isAll;
  }

  /** Asks whoever knows, and tells the device. */
  private async answer(session: Session, topic: string, ask: Ask, { requestId }: UplinkOutcome): Promise<void> {
    const reply = await this.options.requests.ask(ask.question, session);
    this.options.notes.answered(session, topic, requestId, ask.question.kind, reply);
    const told = ask.told(reply);
    if (told) this.options.replies.send(session, told, isAboutSubDevices(ask.question));
    reply.written?.();
  }
}

const always = (): boolean => true;

/** Whether it asks of topology or sessions of sub-devices: no gateway device goes on before it has read what came of that. */
const isAboutSubDevices = ({ kind }: Question): boolean =>
  kind.startsWith('topology.') || kind.startsWith('subSession.');

/** Of a product without a thing model: knows nothing, so it rejects everything. */
const noModel = compileModel(undefined, 'strong');

/** A request that the catalogue does not serve, as what it is to somebody who keeps it. */
const asBytes = (decoded: UplinkOutcome, { scope }: DeviceTopic, bytes: Buffer): UplinkOutcome => {
  const { reply, unserved, requestId } = decoded;
  if (!unserved) return decoded;
  const said = reply?.failed?.(200);
  return {
    message: { handle: 'ext', type: scope, bytes },
    reply: said && { ...reply, ...said, code: 200 },
    requestId,
    problems: [],
  };
};

const DEFINE = 'define it (dmctl topic create), or use a topic that is defined';

const isJson = (payload: Buffer): boolean => readPayloadJson(payload).value !== undefined;

const topicStep = ({ sysPrefix }: Session): string =>
  `publish on topics of the device's own, such as ${sysPrefix}thing/event/property/post`;
