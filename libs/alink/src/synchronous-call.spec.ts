import { parseTopic } from '@alink/topic';
import { answeredCallIdOf, callIdOf } from './synchronous-call';

test.each([
  ['/sys/a1X/d1/rrpc/request/77', '77', undefined],
  ['/sys/a1X/d1/rrpc/response/77', undefined, '77'],
  ['/ext/rrpc/77/a1X/d1/user/get', '77', '77'],
  ['/ext/rrpc/77/sys/a1X/d1/thing/service/echo', '77', '77'],
  ['/sys/a1X/d1/rrpc/request/', undefined, undefined],
  ['/sys/a1X/d1/rrpc/request/7/7', undefined, undefined],
  ['/sys/a1X/d1/thing/service/property/set', undefined, undefined],
  ['/a1X/d1/user/rrpc/request/77', undefined, undefined],
])('%s: call %s, answer %s', (topic, call, answer) => {
  const parsed = parseTopic(topic)!;
  expect([callIdOf(parsed), answeredCallIdOf(parsed)]).toEqual([call, answer]);
});
