/** What must be true of whatever comes of a device's message. */
import { alinkCodes, type Ask, type Reply, type UplinkOutcome, type UplinkReply } from '@alink/alink';
import { isValidTopic } from '@alink/topic';
import { promise } from '../fuzz-target';
import { isPlainText } from '../plain-text';

/** Longest id that is echoed, in characters. */
const MAX_ID_LENGTH = 256;
/** Characters of a reply beside its method: an id in escapes, code and message. */
const MAX_REPLY_LENGTH = 6 * MAX_ID_LENGTH + 1024;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Whether PostgreSQL can keep every text in a value. */
export const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
};

/** The message, where it is strict JSON, whatever stands around it. Zeros are looked for once, however many there are. */
const strictBody = (payload: string): unknown =>
  parse(payload) ?? parse(payload.replace(/^\uFEFF/, '').replace(/(?<!\0)\0+$/, ''));

/** The id that the device wrote, read by another parser; undefined where it wrote none that can be told. */
const writtenId = (payload: string): string | number | undefined => {
  const body = strictBody(payload);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { id } = body as { id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};

/** What is named in a reply: at most so many properties, each with a short text. */
const MAX_NAMED_LENGTH = 200 * 256;

/** The shadow's replies have a form of their own, without an id. */
const checkShadowReply = ({ payload, code, failed }: UplinkReply): void => {
  const status = (parse(payload) as { payload?: { status?: unknown } } | undefined)?.payload?.status;
  const error = (text = ''): unknown =>
    (parse(text) as { payload?: { content?: { errorcode?: unknown } } } | undefined)?.payload?.content?.errorcode;
  promise(status === (code === 200 ? 'success' : 'error'), 'a reply of the shadow says how it went');
  promise(code === 200 || error(payload) === String(code), 'a reply of the shadow has its code');
  promise(error(failed?.(500).payload) === '500', 'a reply of the shadow can be taken back');
};

const checkReply = (reply: UplinkReply, payload: string, topic: string): void => {
  promise(isValidTopic(reply.topic), 'a reply goes to a topic that MQTT can carry');
  const text = reply.payload;
  promise(text.length <= MAX_REPLY_LENGTH + MAX_NAMED_LENGTH + 6 * topic.length, 'a reply is bounded');
  if (reply.topic.startsWith('/shadow/')) return checkShadowReply(reply);
  const body = parse(text) as Record<string, unknown> | undefined;
  promise(body !== undefined, 'a reply is JSON');
  promise(Object.keys(body).join() === 'id,code,message,version,method,data', 'a reply has its members in order');
  promise(body.code === reply.code && String(reply.code) in alinkCodes, 'a reply has a code of the list');
  promise(
    typeof body.message === 'string' && !/[{}"\\\p{Cc}]/u.test(body.message),
    'a message is harmless to searching parsers',
  );
  const named = Object.entries(body.data ?? {}).filter(([, words]) => typeof words === 'string');
  promise(!/[{}"\\\p{Cc}]/u.test(named.flat().join('')), 'what data name is harmless to searching parsers');
  const idToken = /^\{"id":("(?:[^"\\]|\\.)*"|[-+.\deE]+),"code":/s.exec(text)?.[1];
  promise(idToken !== undefined, 'a reply begins with the id');
  const id = writtenId(payload);
  if (id !== undefined && String(id).length <= MAX_ID_LENGTH && isStorable(id)) {
    // Digits without end are a number too, and no id.
    promise(Object.is(body.id, id) || (typeof id === 'number' && body.id === ''), 'a reply repeats the id');
  }
  // A loose one is repeated as strict JSON has it.
  const isStrict = strictBody(payload) !== undefined;
  promise(!isStrict || idToken === '""' || payload.includes(idToken), 'an id is repeated as it was written');
  const failure = reply.failed?.(500);
  promise(
    failure?.topic === reply.topic && failure.payload.startsWith(`{"id":${idToken},"code":500,`),
    'a reply can be taken back',
  );
};

/** Whoever keeps a message must be able to keep all of it. */
const checkMessage = ({ message }: UplinkOutcome, payload: Buffer, topic: string): void => {
  if (!message) return;
  if (message.handle === 'ext') {
    promise(message.bytes.equals(payload), 'bytes are kept as they came');
    return;
  }
  const body = JSON.stringify(message.body);
  promise(body.length <= 8 * payload.length + 8 * topic.length + 65_536, 'a message is bounded');
  promise(isStorable(JSON.parse(body)), 'a message can be kept');
  promise(Number.isSafeInteger(message.body.timestamp) && message.body.timestamp >= 0, 'a message has a time');
};

const SHADOW = { version: 2, state: { reported: { a: [1] } }, metadata: { reported: { a: { timestamp: 3 } } } };

const CONFIGURATION = { configId: 'c1', configSize: 2, sign: 'ab', content: { a: 1 } };
const TASK = { taskId: 't1', status: 'SENT', jobDocument: { a: [1] } };

const LAMP = { productKey: 'a1S', deviceName: 'lamp1' };
const REGISTRATION = {
  registered: [{ ...LAMP, iotId: 'i1', deviceSecret: 's3cr3t' }],
  refused: [{ productKey: 'a1S', deviceName: 'lamp2', code: 6288, message: 'it is {off}' }],
};
const REFUSED = { registered: [], refused: [{ ...LAMP, code: 6619 }] };

/** What may be answered to each question, good and bad. */
const answers: Record<Ask['question']['kind'], readonly Reply[]> = {
  time: [{ code: 200, data: { receivedAt: 1_700_000_000_000, sentAt: 1_700_000_000_005 } }, { code: 500 }],
  'config.get': [{ code: 200, data: { ...CONFIGURATION } }, { code: 6710 }],
  'desired.get': [{ code: 200, data: { Temp: { value: 1, version: 2 } } }, { code: 200, data: {} }, { code: 6661 }],
  'desired.delete': [{ code: 200 }, { code: 6100 }],
  'jobs.list': [{ code: 200, data: [{ taskId: 't1', status: 'SENT' }] }, { code: 200, data: [] }, { code: 6100 }],
  'jobs.next': [{ code: 200, data: { ...TASK } }, { code: 200 }],
  'jobs.get': [{ code: 200, data: { ...TASK } }, { code: 200 }],
  'jobs.update': [{ code: 200 }, { code: 460, message: 'no such {task}' }],
  'log.mode': [{ code: 200, data: { mode: 1 } }, { code: 500 }],
  'shadow.get': [
    { code: 200, data: { ...SHADOW } },
    { code: 407, message: 'the shadow is "empty"' },
  ],
  'shadow.update': [{ code: 200, data: { version: 3 } }, { code: 409 }, { code: 408 }],
  'shadow.delete': [{ code: 200, data: { version: 0 } }, { code: 409 }],
  'tags.update': [{ code: 200 }, { code: 6100 }, { code: 460, message: 'more than {100} "tags"' }],
  'tags.get': [{ code: 200, data: [{ key: 'fw', value: '1.2' }] }, { code: 200, data: [] }, { code: 6100 }],
  'tags.delete': [{ code: 200 }, { code: 6100 }],
  'topology.register': [{ code: 200, data: { ...REGISTRATION } }, { code: 6619, data: { ...REFUSED } }, { code: 500 }],
  'topology.registerSigned': [{ code: 200, data: { ...REGISTRATION } }, { code: 500 }],
  'topology.unregister': [{ code: 200 }, { code: 6401 }],
  'topology.add': [{ code: 200 }, { code: 401, data: [LAMP] }, { code: 6400 }],
  'topology.bind': [],
  'topology.delete': [{ code: 200 }, { code: 6401, data: [LAMP] }],
  'topology.get': [{ code: 200, data: [LAMP] }, { code: 200, data: [] }, { code: 500 }],
  'topology.found': [{ code: 200 }, { code: 6250 }],
  'subSession.login': [{ code: 200 }, { code: 6287, data: [LAMP] }, { code: 460, message: 'only a "gateway" may' }],
  'subSession.logout': [{ code: 200 }, { code: 520, data: [LAMP] }],
};

/** Whoever is asked must be able to keep all of the question, and the device must understand every answer. */
const checkAsk = ({ question, told }: Ask, payload: string, topic: string): void => {
  promise(isStorable(question), 'a question can be kept');
  promise(JSON.stringify(question).length <= 8 * payload.length + 1024, 'a question is bounded');
  for (const answer of answers[question.kind]) {
    const reply = told(answer);
    if (!reply) continue;
    if (question.kind !== 'time') checkReply(reply, payload, topic);
    else
      promise(/^\{("deviceSendTime":[^{}]+,)?"serverRecvTime":[^{}]+\}$/.test(reply.payload), 'the time is one object');
  }
};

/** @param payload that the outcome came of */
export const checkOutcome = (outcome: UplinkOutcome, payload: Buffer, topic: string): void => {
  const { ask, message, reply, problems, requestId } = outcome;
  const text = payload.toString();
  promise(isStorable(requestId), 'a request id can be kept');
  promise(!ask || (!message && !reply), 'who must ask keeps and says nothing yet');
  if (ask) checkAsk(ask, text, topic);
  if (reply) checkReply(reply, text, topic);
  checkMessage(outcome, payload, topic);
  promise(!reply || reply.code === 200 || problems.length > 0, 'a refusal has a reason');
  for (const problem of problems) {
    promise(problem.message.length <= 256 && !/[{}"\\\p{Cc}]/u.test(problem.message), 'a problem is one short line');
  }
};
