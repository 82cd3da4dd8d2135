/** What becomes of device publishes, told to people: in the device's log, in this process's, and in the counters. */
import { alinkCodes, type AlinkCode, type Problem, type Reply, type UplinkOutcome } from '@alink/alink';
import type { DeviceMessage, DeviceReport } from '@alink/contract';
import { BusDownError, StreamFullError } from '@alink/bus';
import type { Activity, Journal } from '../journal';
import type { NodeMetrics } from '../metrics';
import type { Session } from '../session/session';
import type { ProblemLines } from './problem-lines';

interface UnexpectedAnswer {
  /** Somebody had waited for it. */
  readonly isLate: boolean;
  /** It is dropped: it can be of use to nobody else. */
  readonly isAll: boolean;
}

export class UplinkNotes {
  constructor(
    private readonly journal: Journal,
    private readonly metrics: NodeMetrics,
    private readonly lines: ProblemLines,
  ) {}

  kept(session: Session, report: DeviceReport, { requestId, reply }: UplinkOutcome): void {
    const { topic, message, bytes } = report;
    this.metrics.uplinks.inc({ result: 'kept' });
    const isReply = message?.method.endsWith('Reply') ?? false;
    const text = message ? summary(message) : `${bytes?.length ?? 0} bytes`;
    const code = reply?.code ?? message?.code;
    this.note(session, { kind: isReply ? 'reply' : 'report', topic, requestId, code, text }, false);
  }

  /** A synchronous call has its answer, whose bytes mean nothing here. */
  answeredCall(session: Session, topic: string, requestId: string, bytes: Buffer): void {
    this.metrics.uplinks.inc({ result: 'answered' });
    const text = `answered a synchronous call with ${bytes.length} bytes`;
    this.note(session, { kind: 'reply', topic, requestId, code: 200, text });
  }

  /** Nobody waits for the answer to that call, any more or at all. */
  unexpectedAnswer(session: Session, topic: string, requestId: string, { isLate, isAll }: UnexpectedAnswer): void {
    if (isAll) this.metrics.uplinks.inc({ result: 'dropped' });
    const cause = isLate ? 'its caller waits no longer' : 'no such call is known here';
    const step = 'let the device answer within 8 s, once, with the message id of the call';
    const text = `answer to a synchronous call${isAll ? ', dropped' : ''}: ${cause}; ${step}`;
    this.note(session, { kind: isAll ? 'drop' : 'note', topic: printable(topic), requestId, code: 1904, text });
  }

  /** A message was to go on to another device, on that topic. */
  notForwarded(
    session: Session,
    topic: string,
    { code, text }: { readonly code: number; readonly text: string },
  ): void {
    this.note(session, { kind: 'note', topic: printable(topic), code, text: `kept, but not forwarded: ${text}` });
  }

  /** Nobody is known to have the report, for this reason. */
  notKept(session: Session, error: unknown): void {
    this.metrics.uplinks.inc({ result: 'notKept' });
    this.note(session, { kind: 'drop', code: 500, text: `the message could not be kept${whyNotKept(error)}` });
  }

  /** A question of the device has its answer; a refusal stands in its log. */
  answered(session: Session, topic: string, requestId: string, kind: string, { code, message }: Reply): void {
    const refused = code !== 200;
    this.metrics.uplinks.inc({ result: refused ? 'refused' : 'answered' });
    const text = refused ? `${kind} refused: ${message ?? alinkCodes[code as AlinkCode]}` : `${kind} answered`;
    this.note(session, { kind: refused ? 'drop' : 'report', topic, requestId, code, text }, refused);
  }

  problems(session: Session, topic: string, { requestId, reply, message, ask, problems }: UplinkOutcome): void {
    for (const problem of problems) this.problem(session, topic, requestId, problem, reply?.payload);
    if (problems.length > 0 && !message && !ask) this.metrics.uplinks.inc({ result: 'refused' });
  }

  /** @param step what to do about it */
  dropped(session: Session, topic: string, code: number, cause: string, step: string): void {
    this.metrics.uplinks.inc({ result: 'dropped' });
    this.note(session, { kind: 'drop', topic: printable(topic), code, text: `dropped: ${cause}; ${step}` });
  }

  private problem(
    session: Session,
    topic: string,
    requestId: string,
    problem: Problem,
    response: string | undefined,
  ): void {
    const text = this.lines.lineOf(session.key, problem);
    if (text === undefined) return;
    const { code } = problem;
    this.note(session, { kind: code === 200 ? 'note' : 'drop', topic, requestId, code, text, response });
  }

  private note(session: Session, activity: Omit<Activity, 'productKey' | 'productID' | 'deviceName'>, keep = true) {
    const { productKey, productID, deviceName } = session;
    this.journal.note({ productKey, productID, deviceName, ...activity }, keep);
  }
}

/** The cause and the step to take: neither is the device's. */
const whyNotKept = (error: unknown): string => {
  if (error instanceof StreamFullError) {
    return `: the stream on NATS is full (${error.message}); give JetStream more room, or delete old messages`;
  }
  if (error instanceof BusDownError) return ': NATS does not answer; look after NATS';
  const cause = error instanceof Error ? ` (${error.message})` : '';
  return `${cause}; check that NATS and dm.rpc are up`;
};

/** A topic for the log: short and on one line. */
export const printable = (topic: string): string => JSON.stringify(topic.slice(0, 200)).slice(1, -1);

type Method = DeviceMessage['method'];

/** Messages in a few words, for people: those of which more than the method is worth a word. */
const words: { readonly [M in Method]?: (message: Extract<DeviceMessage, { readonly method: M }>) => string } = {
  report: ({ params }) => JSON.stringify(params),
  packReport: ({ properties, events, history }) =>
    `${history ? 'history: ' : ''}${properties.length} samples, ${events.length} events`,
  eventPost: ({ eventID, params }) => `event ${eventID} ${JSON.stringify(params)}`,
};

const summary = (message: DeviceMessage): string => {
  const wordsOf = words[message.method] as ((message: DeviceMessage) => string) | undefined;
  return wordsOf?.(message) ?? `${message.method} ${message.code ?? ''}`.trim();
};
