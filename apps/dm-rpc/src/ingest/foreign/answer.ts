/** What a device behind a foreign node is answered, and how it gets there. */
import { Code, subjects, writeDevicePublish, type Handle, type Json } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { DeviceCore } from '../../device-core';
import { isToken } from '../sinks/rows';

export interface Answer {
  /** 200, or why not. */
  readonly code: number;
  /** In words; the code's own where absent. Whoever wants none is told none. */
  readonly msg?: string;
  readonly data?: Json;
  /** Where answers to gateway devices have what others have in `data`. */
  readonly payload?: Json;
}

export const DONE: Answer = { code: Code.ok };

/** What is answered, and whether in words. */
export interface AnsweredMessage {
  readonly method: string;
  readonly msgToken: string;
  readonly retMsg: boolean;
}

/** Methods whose answer is called otherwise than they are (unitedrhino's public source, package `deviceMsg`). */
const replyMethods: Readonly<Record<string, string>> = {
  report: 'reportReply',
  packReport: 'packReportReply',
  eventPost: 'eventReply',
  getStatus: 'getStatusReply',
  reportInfo: 'reportInfoReply',
  getNtp: 'getNtpReply',
};

const words: { readonly [code in number]?: string } = {
  [Code.ok]: 'success',
  [Code.parameter]: 'parameter error',
  [Code.system]: 'system error',
  [Code.database]: 'database error',
  [Code.notFound]: 'not found',
  [Code.notImplemented]: 'not implemented',
  [Code.notBound]: 'device not bound',
};

/** The message of an answer. What is empty is left out, as there. */
export const answerMessage = (
  { method, msgToken, retMsg }: AnsweredMessage,
  { code, msg = words[code], data, payload }: Answer,
): object => ({
  method: Object.hasOwn(replyMethods, method) ? replyMethods[method] : method || undefined,
  msgToken: msgToken || undefined,
  code,
  msg: retMsg ? msg : undefined,
  data,
  payload,
});

/** Where an answer goes: back to the node, on the subject of its protocol. */
export interface AnswerPath extends DeviceCore {
  readonly handle: Handle;
  readonly type: string;
  /** That of the uplink, or of the device's product where it names none. */
  readonly protocolCode: string;
}

/**
 * Sends an answer. A protocol whose code is no part of a subject hears none.
 * @param now unix milliseconds
 */
export const sendAnswer = (bus: Bus, to: AnswerPath, message: object, now: number): void => {
  const { productID, deviceName, handle, type, protocolCode } = to;
  if (!isToken(protocolCode)) return;
  bus.publish(
    subjects.down(handle, productID, deviceName, protocolCode),
    writeDevicePublish({ productID, deviceName, handle, type, body: message, protocolCode }, now),
  );
};
