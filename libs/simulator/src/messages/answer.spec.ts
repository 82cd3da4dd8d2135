import { importThingModel, type Json } from '@alink/thing-model';
import { randomOf } from '../values/random';
import { answerTo } from './answer';

const int = { type: 'int', specs: { min: '0', max: '9', step: '1' } };
const { model } = importThingModel({
  properties: [{ identifier: 'level', name: 'level', accessMode: 'rw', required: false, dataType: int }],
  events: [],
  services: [
    {
      ...{ identifier: 'count', name: 'count', callType: 'sync', inputData: [] },
      outputData: [{ identifier: 'sum', name: 'sum', dataType: int }],
    },
  ],
} as never);
const settings = new Map<string, Json>();
const tell = (topic: string, payload: string) => {
  const device = { productKey: 'pk', deviceName: 'dn' };
  const heard = answerTo(topic, Buffer.from(payload), { device, model, random: randomOf('1'), asOf: 1e12, settings });
  return heard && { ...heard, answer: heard.answer && { ...heard.answer, payload: heard.answer.payload.toString() } };
};
const request = (method: string, params: unknown = {}) => JSON.stringify({ id: '5', version: '1.0', method, params });
const S = '/sys/pk/dn';

test('a property set is done, and read by a property get', () => {
  const topic = `${S}/thing/service/property/set`;
  expect(tell(topic, request('thing.service.property.set', { level: 3 }))).toEqual({
    kind: 'set',
    answer: { topic: `${topic}_reply`, payload: '{"id":"5","code":200,"data":{}}' },
  });
  expect(tell(`${S}/thing/service/property/get`, request('thing.service.property.get', ['level', 'none']))).toEqual({
    kind: 'get',
    answer: { topic: `${S}/thing/service/property/get_reply`, payload: '{"id":"5","code":200,"data":{"level":3}}' },
  });
});

const output = expect.stringMatching(/^\{"id":"5","code":200,"data":\{"sum":\d\}\}$/);

test.each([
  ['asynchronously', `${S}/thing/service/count`, `${S}/thing/service/count_reply`, 'service'],
  ['synchronously', `${S}/rrpc/request/77`, `${S}/rrpc/response/77`, 'rrpc'],
  ['on its full topic', `/ext/rrpc/77${S}/thing/service/count`, `/ext/rrpc/77${S}/thing/service/count`, 'rrpc'],
])('a service that is called %s answers with its output', (_how, topic, answerTopic, kind) => {
  expect(tell(topic, request('thing.service.count'))).toEqual({
    kind,
    answer: { topic: answerTopic, payload: output },
  });
});

test('a service that the model does not have is a parameter error', () => {
  expect(tell(`${S}/thing/service/none`, request('thing.service.none'))?.answer?.payload).toBe(
    '{"id":"5","code":460,"data":{}}',
  );
});

test.each([
  [`${S}/rrpc/request/9`, 'free bytes', `${S}/rrpc/response/9`],
  ['/ext/rrpc/9/pk/dn/user/get', '{"any":1}', '/ext/rrpc/9/pk/dn/user/get'],
])('free bytes of a call on %s come back', (topic, payload, answerTopic) => {
  expect(tell(topic, payload)).toEqual({ kind: 'rrpc', answer: { topic: answerTopic, payload } });
});

test('pushes are acknowledged, what wants no answer has none', () => {
  expect(tell(`${S}/thing/config/push`, request('thing.config.push'))?.answer).toEqual({
    topic: `${S}/thing/config/push_reply`,
    payload: '{"id":"5","code":200,"data":{}}',
  });
  expect(tell(`${S}/thing/config/log/push`, request('thing.config.log.push'))).toEqual({
    kind: 'notice',
    answer: undefined,
  });
  expect(tell('/pk/dn/user/get', 'x')).toEqual({ kind: 'custom', answer: undefined });
  expect(tell('/broadcast/pk/news', 'x')).toEqual({ kind: 'broadcast', answer: undefined });
  expect(tell(`${S}/broadcast/request/7`, 'x')).toEqual({ kind: 'broadcast', answer: undefined });
  expect(tell('/shadow/get/pk/dn', '{"method":"control"}')).toEqual({ kind: 'shadow', answer: undefined });
});

test.each([
  ['no topic', '{}'],
  [`${S}/thing/service/count`, 'not JSON'],
  [`${S}/thing/service/count`, '[]'],
  ['/ota/device/upgrade/pk/dn', '{}'],
])('what means nothing on %s is left alone', (topic, payload) => {
  expect(tell(topic, payload)).toBeUndefined();
});
