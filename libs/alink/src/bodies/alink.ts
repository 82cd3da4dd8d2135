/** Alink JSON: an envelope around `params` of a request, or `code` and `data` of an answer. */
import type { Json } from '@alink/thing-model';
import { isRecord, readEnvelope, type Envelope } from '../envelope';
import type { LooseOptions } from '../loose-json';
import { parseJson } from '../payload-json';
import { harmless, type Problem } from '../problem';
import { encodeReply } from '../reply';
import type { DeviceAnswer } from '../route';
import { isStorable, isStorableText } from '../storable';
import type { Body, Reading } from './body';

/** `sys.ack` 0 asks for no reply; QuecPython sends it as text. */
const wantsReply = ({ sys }: Envelope['body']): boolean => !isRecord(sys) || (sys.ack !== 0 && sys.ack !== '0');

const noParams: Problem = {
  code: 460,
  message: 'request parameter error: params is missing or no JSON',
  step: 'Put the values under "params", as in {"id":"1","version":"1.0","params":{..},"method":".."}.',
};

const strangeMethod = (given: string, expected: string): Problem => ({
  code: 200,
  message: `method is ${harmless(given)}, which is not that of the topic; the topic was followed`,
  step: `Send "method":"${harmless(expected)}" on this topic, or leave it out.`,
  seldom: 'method',
});

const read = (payload: Buffer, expected: { readonly method: string }, loose?: LooseOptions): Reading<unknown> => {
  const { idToken, id, body, fault, remarks } = readEnvelope(payload, loose);
  // Some SDKs send an object as a string that holds it (Link SDK for C 4.x, topo get).
  const params = typeof body.params === 'string' ? parseJson(body.params) : body.params;
  const { method } = body;
  const isStrange = typeof method === 'string' && method !== '' && method !== expected.method;
  return {
    content: params,
    id,
    idToken,
    wantsReply: wantsReply(body),
    fault: fault ?? (params === undefined ? noParams : undefined),
    remarks: isStrange ? [...remarks, strangeMethod(method, expected.method)] : remarks,
  };
};

/** A request: its content are the `params`, JSON in a string already read. */
export const alink: Body<unknown> = {
  name: 'Alink',
  read: (payload, expected) => read(payload, expected),
  write: encodeReply,
  hasCodes: true,
};

/** A request whose topic says it all: `params` may be missing. */
export const paramlessAlink: Body<unknown> = {
  ...alink,
  read: (payload, expected) => {
    const reading = read(payload, expected);
    return reading.fault === noParams ? { ...reading, fault: undefined } : reading;
  },
};

/** Alink as an SDK sends it that makes a known mistake. */
export const looseAlink = (loose: LooseOptions): Body<unknown> => ({
  ...alink,
  read: (payload, expected) => read(payload, expected, loose),
});

const noCode: Problem = {
  code: 460,
  message: 'the answer has no usable code',
  step: 'Send "code" in the answer: 200 for success, 400, 429, 460, or 100000 to 110000 for errors of your own.',
};

const badData: Problem = {
  code: 460,
  message: 'the answer holds data that cannot be kept',
  step: 'Send plain values: no U+0000, no broken surrogates, no endless nesting.',
};

/** Longest `message` of an answer that is passed on, in characters. */
const MAX_MESSAGE_LENGTH = 256;

const answerOf = ({ code, message, data }: Envelope['body']): DeviceAnswer | Problem => {
  const number = typeof code === 'string' && /^-?\d{1,9}$/.test(code) ? Number(code) : code;
  // Kept in 32 bits behind the node.
  if (typeof number !== 'number' || (number | 0) !== number) return noCode;
  if (!isStorable(data)) return badData;
  const msg = typeof message === 'string' && isStorableText(message) ? message.slice(0, MAX_MESSAGE_LENGTH) : undefined;
  return { code: number, msg, data: data as Json | undefined };
};

const noId: Problem = {
  code: 460,
  message: 'the answer has no id',
  step: 'Repeat the "id" of the request in the answer.',
};

/** An answer of a device, read. */
export interface ReadAnswer {
  readonly requestId: string;
  readonly answer: DeviceAnswer | Problem;
  /** What is odd about it, though it could be read. */
  readonly remarks: readonly Problem[];
}

/**
 * Reads the answer of a device to a request of the platform. Never throws.
 * @param idInTopic id of the request, where the topic names it; else the answer repeats it
 */
export const readAnswer = (payload: Buffer, idInTopic?: string): ReadAnswer => {
  const { id, body, fault, remarks } = readEnvelope(payload);
  const requestId = idInTopic ?? id;
  return { requestId, answer: fault ?? (requestId === '' ? noId : answerOf(body)), remarks };
};
