/** What a simulated device answers to what it is told. Topics as the documentation has them ("RRPC", "Alink protocol"). */
import type { DeviceIdentity } from '@alink/signing';
import type { Json, JsonObject, Param, ThingModel } from '@alink/thing-model';
import { parseTopic, replyTopic, sysTopic, type DeviceTopic } from '@alink/topic';
import { drawParams, drawValue } from '../values/draw-value';
import type { Random } from '../values/random';

/** What came down. */
export type DownKind = 'set' | 'get' | 'service' | 'rrpc' | 'notice' | 'custom' | 'broadcast' | 'shadow';

export interface Heard {
  readonly kind: DownKind;
  /** QoS 0, as answers to synchronous calls must be. Undefined where none is due. */
  readonly answer: { readonly topic: string; readonly payload: string | Buffer } | undefined;
}

/** What an answer is drawn from. */
export interface Answering {
  readonly device: DeviceIdentity;
  readonly model: ThingModel;
  readonly random: Random;
  /** Unix milliseconds before which dates lie. */
  readonly asOf: number;
  /** What the device was told to be; it is written to, and read. */
  readonly settings: Map<string, Json>;
}

/** A parameter or a name that is none ("Alink protocol", codes of devices). */
const REQUEST_ERROR = 460;

/** Requests that want no reply, below `thing/`. */
const unanswered: ReadonlySet<string> = new Set(['thing/config/log/push', 'thing/model/down_raw']);

/**
 * Takes a message that is not a reply.
 * @returns undefined for what means nothing to a device
 */
export const answerTo = (topic: string, payload: Buffer, answering: Answering): Heard | undefined => {
  const parsed = parseTopic(topic);
  if (!parsed) return undefined;
  if (parsed.scope === 'broadcast') return { kind: 'broadcast', answer: undefined };
  if (parsed.rrpcId !== undefined) return rrpc(topic, payload, calledBy(parsed, payload), answering);
  if (parsed.scope === 'custom') return { kind: 'custom', answer: undefined };
  if (parsed.scope === 'shadow') return { kind: 'shadow', answer: undefined };
  if (parsed.scope !== 'sys') return undefined;
  return systemAnswer(parsed.path, topic, payload, answering);
};

const systemAnswer = (path: string, topic: string, payload: Buffer, answering: Answering): Heard | undefined => {
  if (path.startsWith('broadcast/request/')) return { kind: 'broadcast', answer: undefined };
  if (path.startsWith('rrpc/request/')) {
    const answerOn = sysTopic(answering.device, path.replace('request', 'response'));
    return rrpc(answerOn, payload, methodOf(payload), answering);
  }
  if (!path.startsWith('thing/')) return undefined;
  const reply = (kind: DownKind, body: JsonObject): Heard => ({
    kind,
    answer: { topic: replyTopic(topic), payload: JSON.stringify(body) },
  });
  const called = path.startsWith('thing/service/') ? path.slice('thing/service/'.length) : undefined;
  const body = called === undefined ? undefined : serviceAnswer(called, payload, answering);
  if (called !== undefined && body) {
    return reply(called === 'property/set' ? 'set' : called === 'property/get' ? 'get' : 'service', body);
  }
  if (unanswered.has(path)) return { kind: 'notice', answer: undefined };
  const id = requestOf(payload)?.['id'];
  return id === undefined ? undefined : reply('notice', { id, code: 200, data: {} });
};

/** A synchronous call: of a service where it names one, else free bytes, which come back. */
const rrpc = (topic: string, payload: Buffer, called: string | undefined, answering: Answering): Heard => {
  const body = called === undefined ? undefined : serviceAnswer(called, payload, answering);
  return { kind: 'rrpc', answer: { topic, payload: body ? JSON.stringify(body) : payload } };
};

/** The service of a call that shows its full topic. */
const calledBy = ({ scope, path }: DeviceTopic, payload: Buffer): string | undefined =>
  scope === 'sys' && path.startsWith('thing/service/') ? path.slice('thing/service/'.length) : methodOf(payload);

/** `property/set` of `thing.service.property.set`. */
const methodOf = (payload: Buffer): string | undefined => {
  const method = requestOf(payload)?.['method'];
  if (typeof method !== 'string' || !method.startsWith('thing.service.')) return undefined;
  return method.slice('thing.service.'.length).replace(/^property\./, 'property/');
};

/** The reply to a property set, a property get or a service call; undefined where the payload is none. */
const serviceAnswer = (called: string, payload: Buffer, answering: Answering): JsonObject | undefined => {
  const request = requestOf(payload);
  const id = request?.['id'];
  if (request === undefined || id === undefined) return undefined;
  const { model, random, asOf, settings } = answering;
  if (called === 'property/set') {
    const values = request['params'];
    if (isObject(values)) for (const [name, value] of Object.entries(values)) settings.set(name, value);
    return { id, code: 200, data: {} };
  }
  if (called === 'property/get') {
    const names = Array.isArray(request['params']) ? request['params'] : [];
    const known = model.properties.filter(({ identifier }) => names.includes(identifier));
    const value = ({ identifier, dataType }: Pick<Param, 'identifier' | 'dataType'>): [string, Json] => [
      identifier,
      settings.get(identifier) ?? drawValue(dataType, random, asOf),
    ];
    return { id, code: 200, data: Object.fromEntries(known.map(value)) };
  }
  const service = model.services.find(({ identifier }) => identifier === called);
  if (!service) return { id, code: REQUEST_ERROR, data: {} };
  return { id, code: 200, data: drawParams(service.output, random, asOf) };
};

const requestOf = (payload: Buffer): JsonObject | undefined => {
  try {
    const value = JSON.parse(payload.toString()) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
