import { readReply } from './reply';

const read = (topic: string, payload: string) => readReply(topic, Buffer.from(payload));
const POST = '/sys/pk/dn/thing/event/property/post_reply';
const SHADOW = '/shadow/get/pk/dn';

test.each([
  [POST, '{"id":"7","code":200,"message":"success","data":{}}', { of: { id: '7' }, code: 200, message: 'success' }],
  [POST, '{"id":7,"code":6306}', { of: { id: '7' }, code: 6306, message: '' }],
  ['/ext/ntp/pk/dn/response', '{"deviceSendTime":"1"}', { of: { kind: 'ntp' }, code: 200, message: 'success' }],
  [
    SHADOW,
    '{"method":"reply","payload":{"status":"success","version":1},"timestamp":1}',
    { of: { kind: 'shadow' }, code: 200, message: 'success' },
  ],
  [
    SHADOW,
    '{"method":"reply","payload":{"status":"error","content":{"errorcode":"409","errormessage":"version"}}}',
    { of: { kind: 'shadow' }, code: 409, message: 'version' },
  ],
])('%s %s', (topic, payload, reply) => {
  expect(read(topic, payload)).toEqual(reply);
});

test.each([
  [SHADOW, '{"method":"control","payload":{"status":"success"}}'],
  ['/sys/pk/dn/thing/service/property/set', '{"id":"1"}'],
  [POST, 'no JSON'],
  [POST, 'null'],
])('%s %s is no reply', (topic, payload) => {
  expect(read(topic, payload)).toBeUndefined();
});
