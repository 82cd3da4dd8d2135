import { publish } from '../../test/publish';
import { encodeDownlink } from '../encode-downlink';
import { CONFIGURATION_PUSH, configurationData } from './configuration';

const get = (params: unknown) => publish({ path: 'thing/config/get' }, JSON.stringify({ id: '1', params }))!;
const told = { configId: '12', configSize: 17, sign: 'ab'.repeat(32) };
const url = 'http://iot.example.com/files/c12.x.y';

test.each([
  ['as the C SDK 3.x asks', { configScope: 'product', getType: 'file', attributeKeys: '' }, 'product', 'file'],
  ['nothing said', {}, 'product', 'file'],
  ['its own, and the text itself', { configScope: 'device', getType: 'content' }, 'device', 'content'],
])('%s', (_name, params, scope, form) => {
  expect(get(params).ask!.question).toEqual({ kind: 'config.get', scope, form });
});

test.each([
  ['another form', { configScope: 'product', getType: 'ftp' }, 6717],
  ['another scope', { configScope: 'world', getType: 'file' }, 6718],
  ['a scope that is no text', { configScope: 1 }, 6718],
  ['params that are a list', [], 460],
])('%s is refused with its code', (_name, params, code) => {
  expect(get(params).reply).toMatchObject({ code });
});

test('the answer stands in the order of the documentation, compact, with the method that C SDKs know', () => {
  const { ask } = get({ configScope: 'product', getType: 'file' });
  expect(ask!.told({ code: 200, data: { url, ...Object.fromEntries(Object.entries(told).reverse()) } })!.payload).toBe(
    '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.config.get","data":' +
      `{"configId":"12","configSize":17,"sign":"${told.sign}","signMethod":"Sha256","url":"${url}","getType":"file"}}`,
  );
});

test('the text itself stands last, so that nothing of it is found before', () => {
  const { ask } = get({ getType: 'content' });
  const content = { sign: 'of the times', url: 1 };
  expect(ask!.told({ code: 200, data: { ...told, content } })!.payload).toContain(
    '"signMethod":"Sha256","getType":"content","content":{"sign":"of the times","url":1}}}',
  );
});

test.each([
  [6713, 'thing config function is not available'],
  [6710, 'no data'],
])('%i is told in the words of the documentation', (code, message) => {
  expect(get({}).ask!.told({ code })!.payload).toBe(
    `{"id":"1","code":${code},"message":"${message}","version":"1.0","method":"thing.config.get","data":{}}`,
  );
});

test('a push is a request with the same object', () => {
  const params = configurationData({ ...told, url });
  const message = { method: 'request', msgToken: '35974024', timestamp: 1, path: CONFIGURATION_PUSH, params } as const;
  expect(encodeDownlink(message, { productKey: 'a1X', deviceName: 'd1', ext: 0 })).toMatchObject({
    topic: '/sys/a1X/d1/thing/config/push',
    payload:
      '{"method":"thing.config.push","id":"35974024","params":' +
      `{"configId":"12","configSize":17,"sign":"${told.sign}","signMethod":"Sha256","url":"${url}","getType":"file"},"version":"1.0.0"}`,
  });
});

test('the answer to a push bears its id; what the C SDK 3.x says of a failure is no JSON, and answers nothing', () => {
  const reply = (text: string) => publish({ path: 'thing/config/push_reply' }, text)!;
  expect(reply('{"id":"35974024","code":200,"data":{}}')).toMatchObject({
    message: { type: 'request', body: { method: 'requestReply', msgToken: '35974024', code: 200 } },
  });
  const broken = reply('"id":"35974024","code":400,"data":{}');
  expect(broken.message).toBeUndefined();
  expect(broken.problems).toMatchObject([{ code: 6207 }]);
});
