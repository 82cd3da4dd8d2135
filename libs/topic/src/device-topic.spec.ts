import { parseTopic, scriptOf, stripQuery, type DeviceTopic } from './device-topic';

const own = (scope: DeviceTopic['scope'], path: string, rrpcId?: string) => ({
  scope,
  productKey: 'a1X',
  deviceName: 'd1',
  path,
  ...(rrpcId && { rrpcId }),
});

test.each([
  ['/sys/a1X/d1/thing/event/property/post', own('sys', 'thing/event/property/post')],
  ['/sys/a1X/d1/rrpc/request/77', own('sys', 'rrpc/request/77')],
  ['/a1X/d1/user/update/error', own('custom', 'user/update/error')],
  ['/ext/ntp/a1X/d1/request', own('ext', 'ntp/request')],
  ['/ext/session/a1X/d1/combine/batch_login', own('ext', 'session/combine/batch_login')],
  ['/ext/error/a1X/d1', own('ext', 'error')],
  ['/ota/device/upgrade/a1X/d1', own('ota', 'device/upgrade')],
  ['/shadow/update/a1X/d1', own('shadow', 'update')],
  ['/ext/rrpc/77/sys/a1X/d1/thing/service/echo', own('sys', 'thing/service/echo', '77')],
  ['/ext/rrpc/77/a1X/d1/user/get', own('custom', 'user/get', '77')],
  ['/broadcast/a1X/news/today', { scope: 'broadcast', productKey: 'a1X', deviceName: '', path: 'news/today' }],
  ['/sys/a1X/d.1:x@y/thing/service/mod:svc', { ...own('sys', 'thing/service/mod:svc'), deviceName: 'd.1:x@y' }],
])('%s', (topic, expected) => {
  expect(parseTopic(topic)).toEqual(expected);
});

test.each([
  '',
  '/',
  'sys/a1X/d1/thing/event/property/post',
  '/sys',
  '/sys/',
  '/sys/a1X',
  '/sys/a1X/d1',
  '/sys/a1X/d1/',
  '/sys//d1/thing/x',
  '/sys/a1X//thing/x',
  '/a1X/d1',
  '//a1X/d1/user/x',
  '/ext/register',
  '/ext/rrpc',
  '/ext/rrpc/77',
  '/ext/rrpc//a1X/d1/user/get',
  '/ext/rrpc/77//a1X/d1/user/get',
  '/ext/rrpc/1/ext/rrpc/2/a1X/d1/user/get',
  '/ext/rrpc/1/ota/device/upgrade/a1X/d1',
  '/ext/network/probe/1',
  '/ext/ntp/a1X',
  '/ota/device/upgrade/a1X',
  '/ota/device/upgrade/a1X/d1/more',
  '/ota/device//a1X/d1',
  '/ota/other/upgrade/a1X/d1',
  '/shadow/get/a1X',
  '/shadow//a1X/d1',
  '/broadcast/a1X',
  '/broadcast/a1X/',
  '/broadcast//x',
])('no topic of a device: "%s"', (topic) => {
  expect(parseTopic(topic)).toBeUndefined();
});

test.each([
  ['/sys/a1X/d1/thing/event/property/post?_rid=7', '/sys/a1X/d1/thing/event/property/post'],
  ['/a1X/d1/user/update?_sn=default?x', '/a1X/d1/user/update'],
  ['/a1X/d1/user/update', '/a1X/d1/user/update'],
  ['?', ''],
])('stripQuery %s', (topic, expected) => {
  expect(stripQuery(topic)).toBe(expected);
});

test.each([
  ['/a1X/d1/user/update?_sn=default', 'default'],
  ['/a1X/d1/user/update?_rid=7&_sn=my-script', 'my-script'],
  ['/a1X/d1/user/update?_sn=default&_rid=7', 'default'],
  ['/a1X/d1/user/update?_sn=default?_rid=7', 'default'],
  ['/a1X/d1/user/update?_rid=7', undefined],
  ['/a1X/d1/user/update?_sn=', undefined],
  ['/a1X/d1/user/update?x_sn=default', undefined],
  ['/a1X/d1/user/_sn=default', undefined],
  ['/a1X/d1/user/update?_sn=../../etc', undefined],
])('scriptOf %s', (topic, expected) => {
  expect(scriptOf(topic)).toBe(expected);
});
