/** From what a device published to what the platform keeps and what the device is told. */
import { compileModel, type CompiledModel, type Json } from '@alink/thing-model';
import { isValidTopic, replyTopic } from '@alink/topic';
import { isRecord, parseJson, readEnvelope, type Envelope } from './envelope';
import { unknownRequest } from './kinds/unknown-request';
import { messageKinds } from './message-kinds';
import type { DeviceAnswer, PlatformMessage, UplinkContext, UplinkRoute } from './message-kind';
import { harmless, type Problem } from './problem';
import { assembleReply } from './reply';
import { foundRoute, RouteTable, type FoundRoute } from './route-table';
import { isStorable, isStorableText } from './storable';

export interface Uplink {
  /** As the device published it, the query cut off. */
  readonly topic: string;
  /** The topic below `/sys/{productKey}/{deviceName}/`; of `/ext/rrpc/{id}/sys/..` that of the inner topic. */
  readonly path: string;
  /** Message id of `/ext/rrpc/{id}/..`, where the device answers on the topic of the call itself. */
  readonly rrpcId?: string;
  /** Service that a synchronous call was to, by its message id; undefined for a call that is not known (any more). */
  readonly serviceOf?: (messageId: string) => string | undefined;
  readonly payload: Buffer;
  /** Arrival time in Unix milliseconds. */
  readonly now: number;
  /** Undefined where the product has no thing model: then every value is rejected as unknown (6320, 6304). */
  readonly model: CompiledModel | undefined;
}

export interface UplinkReply {
  readonly topic: string;
  readonly payload: string;
  readonly code: number;
  /** For another reply to the same request, made with `encodeReply`, when keeping the message fails. */
  readonly idToken: string;
  readonly method: string;
}

export interface UplinkOutcome {
  /** What to keep; absent when nothing could be used. */
  readonly message?: PlatformMessage;
  /** What to tell the device; absent when it wants no reply, or answered itself. */
  readonly reply?: UplinkReply;
  /** Everything that was wrong, for the device's log. */
  readonly problems: readonly Problem[];
  /** Alink id as text, of a synchronous call its message id; empty when there is none. */
  readonly requestId: string;
}

const routes = new RouteTable<UplinkRoute>(messageKinds.flatMap(({ up = [] }) => up));

/** Knows nothing, so it rejects everything and says so. */
const emptyModel = compileModel(undefined, 'strong');

/**
 * Decodes a publish of a device. Returns undefined when the path is none that this lib knows. Never throws, whatever
 * the payload holds.
 */
export const decodeUplink = (uplink: Uplink): UplinkOutcome | undefined => {
  const { path, rrpcId } = uplink;
  // A synchronous call with full topic is answered on its own topic, else like the asynchronous one.
  const found = routes.find(rrpcId === undefined ? path : `${path}_reply`);
  if (found) return isRequest(found) ? decodeRequest(found, uplink) : decodeAnswer(found as FoundAnswer, uplink);
  return rrpcId === undefined && unknownRequest.accepts(path)
    ? decodeRequest(foundRoute(unknownRequest, path, path), uplink)
    : undefined;
};

type FoundRequest = FoundRoute<Extract<UplinkRoute, { request: unknown }>>;
type FoundAnswer = FoundRoute<Extract<UplinkRoute, { answer: unknown }>>;

const isRequest = (found: FoundRoute<UplinkRoute>): found is FoundRequest => 'request' in found.route;

/** `sys.ack` 0 asks for no reply; QuecPython sends it as text. */
const wantsReply = ({ sys }: Envelope['body']): boolean => !isRecord(sys) || (sys.ack !== 0 && sys.ack !== '0');

const decodeRequest = ({ route, name, method, methodToken }: FoundRequest, uplink: Uplink): UplinkOutcome => {
  const envelope = readEnvelope(uplink.payload);
  const { idToken, id, body } = envelope;
  // Some SDKs send an object as a string that holds it (Link SDK for C 4.x, topo get).
  const params = typeof body.params === 'string' ? parseJson(body.params) : body.params;
  const fault = envelope.fault ?? (params === undefined ? noParams : undefined);
  const context: UplinkContext = { name, id, now: uplink.now, model: uplink.model ?? emptyModel };
  const { code, text, data, message, problems } = fault
    ? { code: fault.code, text: fault.message, data: undefined, message: undefined, problems: [fault] }
    : route.request(params, context);
  const reply =
    wantsReply(body) && !(route === unknownRequest && id === '') && isValidTopic(replyTopic(uplink.topic))
      ? {
          topic: replyTopic(uplink.topic),
          payload: assembleReply({ idToken, code, message: text, data }, methodToken),
          code,
          idToken,
          method,
        }
      : undefined;
  const strange = typeof body.method === 'string' && body.method !== method;
  return {
    message,
    reply,
    problems: strange ? [...problems, strangeMethod(String(body.method), method)] : problems,
    requestId: id,
  };
};

const noParams: Problem = {
  code: 460,
  message: 'request parameter error: params is missing or no JSON',
  step: 'Put the values under "params", as in {"id":"1","version":"1.0","params":{..},"method":".."}.',
};

const strangeMethod = (given: string, expected: string): Problem => ({
  code: 200,
  message: `method is ${harmless(given)}, which is not that of the topic; the topic was followed`,
  step: `Send "method":"${harmless(expected)}" on this topic, or leave it out.`,
});

const decodeAnswer = ({ route, name }: FoundAnswer, uplink: Uplink): UplinkOutcome => {
  const { body, fault, id } = readEnvelope(uplink.payload);
  const requestId = uplink.rrpcId ?? (route.idInPath ? name : id);
  const answer = fault ?? (requestId === '' ? noId : readAnswer(body));
  if ('step' in answer) return { problems: [answer], requestId };
  const context: UplinkContext = {
    name: route.idInPath ? (uplink.serviceOf?.(name) ?? '') : name,
    id: requestId,
    now: uplink.now,
    model: uplink.model ?? emptyModel,
  };
  return { ...route.answer(answer, context), requestId };
};

const noId: Problem = {
  code: 460,
  message: 'the answer has no id',
  step: 'Repeat the "id" of the request in the answer.',
};

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

const readAnswer = ({ code, message, data }: Envelope['body']): DeviceAnswer | Problem => {
  const number = typeof code === 'string' && /^-?\d{1,9}$/.test(code) ? Number(code) : code;
  // Kept in 32 bits behind the gateway.
  if (typeof number !== 'number' || (number | 0) !== number) return noCode;
  if (!isStorable(data)) return badData;
  const msg = typeof message === 'string' && isStorableText(message) ? message.slice(0, MAX_MESSAGE_LENGTH) : undefined;
  return { code: number, msg, data: data as Json | undefined };
};
