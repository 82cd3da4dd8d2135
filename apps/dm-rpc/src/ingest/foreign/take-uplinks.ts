/**
 * Nodes that are not ours send uplinks on plain NATS, in unitedrhino's form, and hear the answers as downlinks of their
 * protocol. Each report is handed to the stream, so that there is one way in: what a foreign node sends is kept, ordered and
 * repeated like what ours send. Questions are answered here.
 */
import type { Bus, BusMessage } from '@alink/bus';
import {
  Code,
  decodeEnvelope,
  encodeReport,
  HANDLES,
  isKeptCopy,
  joinReports,
  subjects,
  type DeviceReport,
} from '@alink/contract';
import type { Logger } from '@alink/runtime';
import { answerMessage, sendAnswer } from './answer';
import type { ForeignQuestions } from './foreign-questions';
import { questionKind, reportKind } from './kinds';
import { baseOf, type ReportKind } from './report-kind';
import { streamAnswer } from './stream-answer';
import { readMessage, readUplink, type ForeignMessage, type ForeignUplink } from './uplink';

/** Of all instances one takes each. */
const QUEUE = 'dm-rpc';

export interface TakeUplinksOptions {
  readonly bus: Bus;
  readonly questions: ForeignQuestions;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** What of an uplink goes into the stream, whatever it is. */
const reportOf = (uplink: ForeignUplink): Omit<DeviceReport, 'message' | 'bytes'> => {
  const { productID, deviceName, topic, arrivedAt, handle, type, explain, protocolCode } = uplink;
  return { productID, deviceName, topic, arrivedAt, handle, type, explain, foreign: { protocolCode } };
};

/** @returns undefined for a payload that is none: custom ones are any bytes */
const messageOf = ({ payload }: ForeignUplink): ForeignMessage | undefined => {
  try {
    return readMessage(payload);
  } catch {
    return undefined;
  }
};

/** Starts listening. @returns how it ends */
export const takeUplinks = ({ bus, questions, log, now }: TakeUplinksOptions): { stop(): void } => {
  const keep = (report: DeviceReport): Promise<number> =>
    bus.publishKept(subjects.reports(0), joinReports([encodeReport(report)]));

  /** A report that cannot even be kept. */
  const refuse = (uplink: ForeignUplink, message: ForeignMessage, code: Code): void => {
    if (!message.noAsk) sendAnswer(bus, uplink, answerMessage(message, { code }), now());
  };

  /** @returns its place in the stream */
  const keepReport = async (kind: ReportKind, uplink: ForeignUplink, message: ForeignMessage): Promise<number> => {
    const read = kind.read(message, baseOf(message, uplink.arrivedAt));
    try {
      if (!read) throw new TypeError(`message of method ${kind.method} is not well-formed`);
      return await keep({ ...reportOf(uplink), message: read });
    } catch (error) {
      if (kind.isAnswered) refuse(uplink, message, read ? Code.system : Code.parameter);
      throw error;
    }
  };

  /** What is kept as a line in the device's log: custom payloads of any bytes, and messages of no kind that is known. */
  const keepOther = (uplink: ForeignUplink): Promise<number> => keep({ ...reportOf(uplink), bytes: uplink.payload });

  /** @returns the place in the stream of what is put there */
  const takeIn = async (body: Buffer): Promise<number | undefined> => {
    // What our own nodes tell foreign readers stands in the stream already.
    if (isKeptCopy(body)) return undefined;
    const uplink = readUplink(decodeEnvelope(body.toString('utf8')));
    const message = messageOf(uplink);
    if (!message) return keepOther(uplink);
    const named = { handle: uplink.handle, type: uplink.type, method: message.method };
    const report = reportKind(named);
    if (report) return keepReport(report, uplink, message);
    const question = questionKind(named);
    if (!question) return keepOther(uplink);
    await questions.answer(question, uplink, message);
    return undefined;
  };

  const take = async ({ subject, data, respond }: BusMessage): Promise<void> => {
    try {
      const seq = await takeIn(data);
      // Whoever waits for a stream, as nodes of an earlier version do, has one: what is put there is kept.
      if (seq !== undefined) respond?.(streamAnswer(seq));
    } catch (err) {
      log.error({ err, subject }, 'uplink of a foreign node was not taken');
    }
  };

  const listening = HANDLES.map((handle) =>
    bus.subscribe(subjects.upOfHandle(handle), (message) => void take(message), { queue: QUEUE }),
  );
  return { stop: () => listening.forEach((subscription) => subscription.unsubscribe()) };
};
