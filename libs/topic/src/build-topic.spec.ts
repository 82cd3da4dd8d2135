import { buildTopic, extRrpcTopic, replyTopic, sysTopic } from './build-topic';
import { parseTopic } from './device-topic';

const self = { productKey: 'a1X', deviceName: 'd1' };

test('what is built is read back', () => {
  const topic = sysTopic(self, 'thing/service/echo');
  expect(topic).toBe('/sys/a1X/d1/thing/service/echo');
  expect(replyTopic(topic)).toBe('/sys/a1X/d1/thing/service/echo_reply');
  expect(extRrpcTopic('77', topic)).toBe('/ext/rrpc/77/sys/a1X/d1/thing/service/echo');
  expect(parseTopic(extRrpcTopic('77', topic))).toEqual({
    scope: 'sys',
    ...self,
    path: 'thing/service/echo',
    rrpcId: '77',
  });
});

test.each([
  '/sys/a1X/d1/thing/event/property/post',
  '/a1X/d1/user/update/error',
  '/ext/ntp/a1X/d1/request',
  '/ext/session/a1X/d1/combine/batch_login',
  '/ext/error/a1X/d1',
  '/ota/device/upgrade/a1X/d1',
  '/shadow/update/a1X/d1',
  '/broadcast/a1X/news/today',
  '/ext/rrpc/77/sys/a1X/d1/thing/service/echo',
  '/ext/rrpc/77/a1X/d1/user/get',
])('%s is put together again as it was taken apart', (topic) => {
  expect(buildTopic(parseTopic(topic)!)).toBe(topic);
});
