import { extRrpcTopic, replyTopic, sysTopic } from './build-topic';
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
