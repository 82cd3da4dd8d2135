/** What a device publishes, on topics of every family, and the reply to it. */
import { decodeUplink, type FindSubDevice } from '@alink/alink';
import { readVectors } from '@alink/testing';
import { compileModel, importThingModel } from '@alink/thing-model';
import { buildTopic, isValidTopic, parseTopic, type TopicScope } from '@alink/topic';
import { fuzzTarget } from '../fuzz-target';
import { isPlainText } from '../plain-text';
import { checkOutcome } from './alink-promises';

const vectors = readVectors<{
  tsl: unknown;
  cases: readonly { path: string; payload: string; rrpcId?: string }[];
}>('alink-uplink');
const asks = ['alink-asks', 'sub-devices'].flatMap(
  (file) => readVectors<{ cases: readonly { scope?: TopicScope; path: string; payload: string }[] }>(file).cases,
);

const { model } = importThingModel(vectors.tsl);
const models = [undefined, ...(['weak', 'strong', 'none'] as const).map((mode) => compileModel(model, mode))];

/** Any device that can be is attached, so that what is said of it is read. */
const subDevice: FindSubDevice = ({ productKey, deviceName }) =>
  isPlainText(productKey + deviceName) ? { productID: productKey, deviceName, model: models[1]! } : undefined;

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

export const alinkTarget = fuzzTarget<{ topic: string; payload: Uint8Array }>({
  name: 'alink',
  seeds: [
    ...asks.map(({ scope = 'sys', path, payload }) => ({
      topic: buildTopic({ scope, productKey: 'a1X', deviceName: 'd1', path }),
      payload: Buffer.from(payload),
    })),
    ...vectors.cases.map(({ path, payload, rrpcId }) => ({
      topic: buildTopic({ scope: 'sys', productKey: 'a1X', deviceName: 'd1', path, rrpcId }),
      payload: Buffer.from(payload),
    })),
    { topic: '/sys/a1X/d1/thing/event/property/post', payload: Buffer.from("{'id':07,params:{'Temp':+05.,},}") },
    {
      topic: '/sys/a1X/d1/thing/event/property/history/post',
      payload: Buffer.from(
        '{"id":"1","params":[{"identity":{"productKey":"a1S","deviceName":"lamp1"},"properties":[{"Temp":{"value":1,"time":5}}]}]}',
      ),
    },
    { topic: '/sys/a1X/d1/thing/service/property/set_reply', payload: Buffer.from("{id:'7','code':200,}") },
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
    'thing/deviceinfo/',
    '"attrKey"',
    '"attrValue"',
    '"attrKeys"',
    '"domain":"SYSTEM"',
    '"deviceSendTime":',
    '"productKey":"a1X"',
    '"deviceName":"lamp1"',
    '"identity":',
    '"subDevices":',
    '"deviceList":',
    '"proxieds":',
    '"signMethod":"Sha256"',
    '"clientId":"a|_ss=1|"',
    'thing/topo/',
    '+',
    ...otherTopics,
  ],
  check: ({ topic, payload }) => {
    const parsed = parseTopic(topic);
    // The node lets nothing else come this far.
    if (!parsed || !isValidTopic(topic) || !isPlainText(topic)) return 'no topic';
    const bytes = Buffer.from(payload);
    const now = 1_700_000_000_000;
    const outcomes = models.map((model) => {
      const outcome = decodeUplink({ topic, parsed, payload: bytes, now, model, subDevice });
      if (!outcome) return 'nothing';
      checkOutcome(outcome, bytes, topic);
      const { ask, message, reply, problems } = outcome;
      const what = message?.handle === 'thing' ? message.body.method : (message?.type ?? ask?.question.kind);
      return `${what} ${reply?.code} ${problems[0]?.code}`;
    });
    return outcomes.join();
  },
});
