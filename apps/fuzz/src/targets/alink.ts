/** What a device publishes, on topics of every family, and the reply to it. */
import { alinkCodes, decodeUplink, type UplinkOutcome } from '@alink/alink';
import { readVectors } from '@alink/testing';
import { compileModel, importThingModel } from '@alink/thing-model';
import { buildTopic, isValidTopic, parseTopic } from '@alink/topic';
import { fuzzTarget, promise } from '../fuzz-target';
import { isPlainText } from '../plain-text';

const vectors = readVectors<{
  tsl: unknown;
  cases: readonly { path: string; payload: string; rrpcId?: string }[];
}>('alink-uplink');

const { model } = importThingModel(vectors.tsl);
const models = [undefined, ...(['weak', 'strong', 'none'] as const).map((mode) => compileModel(model, mode))];

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
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
};

/** The id that the device wrote, read by another parser; undefined where it wrote none that can be told. */
const writtenId = (payload: string): string | number | undefined => {
  const body = parse(payload) ?? parse(payload.replace(/^\uFEFF/, '').replace(/\0+$/, ''));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { id } = body as { id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};

const checkReply = ({ reply, problems }: UplinkOutcome, payload: string, topic: string): void => {
  if (!reply) return;
  promise(isValidTopic(reply.topic), 'a reply goes to a topic that MQTT can carry');
  const text = reply.payload;
  promise(text.length <= MAX_REPLY_LENGTH + 6 * topic.length, 'a reply is bounded');
  const body = parse(text) as Record<string, unknown> | undefined;
  promise(body !== undefined, 'a reply is JSON');
  promise(Object.keys(body).join() === 'id,code,message,version,method,data', 'a reply has its members in order');
  promise(body.code === reply.code && String(reply.code) in alinkCodes, 'a reply has a code of the list');
  promise(
    typeof body.message === 'string' && !/[{}"\\\p{Cc}]/u.test(body.message),
    'a message is harmless to searching parsers',
  );
  const idToken = /^\{"id":("(?:[^"\\]|\\.)*"|[-+.\deE]+),"code":/s.exec(text)?.[1];
  promise(idToken !== undefined, 'a reply begins with the id');
  const id = writtenId(payload);
  if (id !== undefined && String(id).length <= MAX_ID_LENGTH && isStorable(id)) {
    // Digits without end are a number too, and no id.
    promise(Object.is(body.id, id) || (typeof id === 'number' && body.id === ''), 'a reply repeats the id');
  }
  promise(idToken === '""' || payload.includes(idToken), 'an id is repeated as it was written');
  const failure = reply.failed?.(500);
  promise(
    failure?.topic === reply.topic && failure.payload.startsWith(`{"id":${idToken},"code":500,`),
    'a reply can be taken back',
  );
  promise(reply.code === 200 || problems.length > 0, 'a refusal has a reason');
};

/** Topics of the other families, and one path of each body. */
const otherTopics = [
  '/a1X/d1/user/update',
  '/ext/rrpc/77/a1X/d1/user/get',
  '/ext/ntp/a1X/d1/request',
  '/ext/session/a1X/d1/combine/login',
  '/ota/device/inform/a1X/d1',
  '/shadow/update/a1X/d1',
  '/broadcast/a1X/news',
];

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

export const alinkTarget = fuzzTarget<{ topic: string; payload: Uint8Array }>({
  name: 'alink',
  seeds: [
    ...vectors.cases.map(({ path, payload, rrpcId }) => ({
      topic: buildTopic({ scope: 'sys', productKey: 'a1X', deviceName: 'd1', path, rrpcId }),
      payload: Buffer.from(payload),
    })),
    ...otherTopics.map((topic) => ({ topic, payload: Buffer.from('{"id":"1","params":{"a":[1]}}') })),
  ],
  words: [
    '"id"',
    '"id":',
    '"params"',
    '"value"',
    '"time"',
    'Temp',
    'Sw',
    'Mode',
    'Pos',
    'alarm',
    'Code',
    '\\u0000',
    '\\ud800',
    '\\"',
    '{',
    '}',
    '_reply',
    '/sys/a1X/d1/',
    '/ext/rrpc/7',
    'thing/event/',
    'thing/service/',
    '/post',
    'rrpc/response/',
    '+',
    ...otherTopics,
  ],
  check: ({ topic, payload }) => {
    const parsed = parseTopic(topic);
    // The node lets nothing else come this far.
    if (!parsed || !isValidTopic(topic) || !isPlainText(topic)) return 'no topic';
    const bytes = Buffer.from(payload);
    const text = bytes.toString();
    const now = 1_700_000_000_000;
    const outcomes = models.map((model) => {
      const outcome = decodeUplink({ topic, parsed, payload: bytes, now, model });
      if (!outcome) return 'nothing';
      checkReply(outcome, text, topic);
      checkMessage(outcome, bytes, topic);
      const { message, reply, problems, requestId } = outcome;
      promise(isStorable(requestId), 'a request id can be kept');
      for (const problem of problems) {
        promise(
          problem.message.length <= 256 && !/[{}"\\\p{Cc}]/u.test(problem.message),
          'a problem is one short line',
        );
      }
      return `${message?.handle === 'thing' ? message.body.method : message?.type} ${reply?.code} ${problems[0]?.code}`;
    });
    return outcomes.join();
  },
});
