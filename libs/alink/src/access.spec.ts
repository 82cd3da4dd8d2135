import { createHash } from 'node:crypto';
import { filterMatches, isValidTopic } from '@alink/topic';
import { maySubscribe, mayPublish, mayReceive } from './access';
import type { Direction } from './direction';
import { topicsOf } from './topics-of';

const self = { productKey: 'a1X', deviceName: 'd1' };
const absolute = (topic: string): string =>
  topic.startsWith('/') ? topic.replaceAll('{pk}', 'a1X').replaceAll('{dn}', 'd1') : `/sys/a1X/d1/${topic}`;

/** Published by devices (documentation, Alink chapters; the requests of all SDKs read). */
const up = `
  thing/event/property/post thing/event/alarm/post thing/event/mod:alarm/post thing/event/property/batch/post
  thing/event/property/pack/post thing/event/property/history/post
  thing/property/desired/get thing/property/desired/delete thing/model/up_raw
  thing/deviceinfo/update thing/deviceinfo/get thing/deviceinfo/delete thing/dsltemplate/get thing/dynamicTsl/get
  thing/sub/register thing/proxy/provisioning/product_register thing/sub/unregister thing/topo/add thing/topo/delete
  thing/topo/get thing/list/found thing/reset thing/config/get thing/config/log/get thing/log/post
  thing/ota/firmware/get thing/file/download thing/file/upload/mqtt/init thing/file/upload/mqtt/send
  thing/file/upload/mqtt/cancel thing/job/get thing/job/update thing/lan/prefix/get thing/awss/enrollee/match
  thing/awss/enrollee/found thing/cipher/get _thing/diag/post _thing/service/post secure_tunnel/proxy/request
  /ext/session/{pk}/{dn}/combine/login /ext/session/{pk}/{dn}/combine/logout
  /ext/session/{pk}/{dn}/combine/batch_login /ext/session/{pk}/{dn}/combine/batch_logout
  /ext/ntp/{pk}/{dn}/request /ota/device/inform/{pk}/{dn} /ota/device/progress/{pk}/{dn} /shadow/update/{pk}/{dn}
  thing/service/property/set_reply thing/service/property/get_reply thing/service/echo_reply
  thing/service/mod:echo_reply thing/model/down_raw_reply thing/config/push_reply thing/topo/add/notify_reply
  thing/topo/change_reply thing/gateway/permit_reply thing/disable_reply thing/enable_reply thing/delete_reply
  thing/job/notify_reply thing/bootstrap/notify_reply thing/lan/prefix/update_reply thing/lan/blacklist/update_reply
  thing/awss/device/switchap_reply rrpc/response/77
`;

/** Delivered to devices (documentation, "Topics that are subscribed automatically", and the Alink chapters). */
const down = `
  thing/model/down_raw thing/model/up_raw_reply thing/event/property/post_reply thing/event/alarm/post_reply
  thing/deviceinfo/update_reply thing/deviceinfo/delete_reply thing/deviceinfo/get_reply thing/dynamicTsl/get_reply
  thing/dsltemplate/get_reply rrpc/request/77 thing/service/property/set thing/service/property/get
  thing/event/property/history/post_reply thing/event/property/batch/post_reply thing/event/property/pack/post_reply
  thing/service/echo thing/service/mod:echo thing/gateway/permit thing/topo/change thing/topo/add/notify
  thing/sub/register_reply thing/sub/unregister_reply thing/topo/add_reply thing/topo/delete_reply
  thing/topo/get_reply thing/proxy/provisioning/product_register_reply thing/list/found_reply
  thing/disable thing/enable thing/delete thing/reset_reply
  /ota/device/upgrade/{pk}/{dn} thing/ota/firmware/get_reply thing/config/push thing/config/get_reply
  thing/config/log/get_reply thing/config/log/push thing/log/post_reply thing/model/config/push
  thing/lan/prefix/get_reply thing/lan/blacklist/update thing/lan/prefix/update
  thing/property/desired/get_reply thing/property/desired/delete_reply /shadow/get/{pk}/{dn}
  thing/awss/enrollee/match_reply thing/awss/enrollee/checkin thing/awss/enrollee/found_reply thing/cipher/get_reply
  thing/awss/device/switchap thing/bootstrap/config/push thing/bootstrap/notify _thing/event/notify
  _thing/service/post_reply _thing/diag/post_reply thing/job/notify thing/job/get_reply thing/job/update_reply
  thing/file/download_reply thing/file/upload/mqtt/init_reply thing/file/upload/mqtt/send_reply
  secure_tunnel/notify secure_tunnel/proxy/request_reply edge/debug/switch
  /ext/session/{pk}/{dn}/combine/login_reply /ext/session/{pk}/{dn}/combine/logout_reply
  /ext/session/{pk}/{dn}/combine/batch_login_reply /ext/session/{pk}/{dn}/combine/batch_logout_reply
  /ext/ntp/{pk}/{dn}/response /ext/error/{pk}/{dn} broadcast/request/77 /broadcast/{pk}/news
`;

/** One topic in both directions. */
const both = `
  /{pk}/{dn}/user/update /{pk}/{dn}/user/update/error /{pk}/{dn}/user/get /ota/device/request/{pk}/{dn}
  /ext/rrpc/77/sys/{pk}/{dn}/thing/service/echo /ext/rrpc/77/sys/{pk}/{dn}/thing/service/property/set
  /ext/rrpc/77/sys/{pk}/{dn}/thing/model/down_raw /ext/rrpc/77/{pk}/{dn}/user/get
`;

/** Used by nobody. */
const none = `
  foo thing/service/a/b thing/service/ rrpc/request/ rrpc/request/1/2 rrpc/response/1/2 rrpc/response
  broadcast/request/1/2 secure_tunnel/other edge/debug/other
  /{pk}/{dn}/user /{pk}/{dn}/user/ /{pk}/{dn}/update /{pk}/{dn}/thing/event/property/post
  /ext/session/{pk}/{dn}/combine/other /ext/ntp/{pk}/{dn}/other /ext/error/{pk}/{dn}/more
  /ota/device/other/{pk}/{dn} /shadow/other/{pk}/{dn}
  /ext/rrpc/77/sys/{pk}/{dn}/thing/event/property/post /ext/rrpc/77/sys/{pk}/{dn}/thing/service/echo_reply
  /ext/network/other $SYS/uptime /as/mqtt/status/{pk}/{dn}
`;

/** Whether a topic is among those that are listed for people: words in braces stand for a level, of `{topic}` for more. */
const listedTopics = topicsOf(self).map(({ topic, direction }) => {
  const pattern = topic.replaceAll(/\{\w+\}/g, (word) => (word === '{topic}' ? '.+' : '[^/]+'));
  return { pattern: new RegExp(`^${pattern}$`), direction };
});
const isListed = (topic: string, wanted: Direction): boolean =>
  listedTopics.some(({ pattern, direction }) => direction === wanted && pattern.test(topic));

const list = (text: string): string[] => text.trim().split(/\s+/).map(absolute);

describe.each([
  ['up', list(up), true, false],
  ['down', list(down), false, true],
  ['both ways', list(both), true, true],
  ['no way', list(none), false, false],
])('topics that go %s', (_name, topics, publish, receive) => {
  test.each(topics)('%s', (topic) => {
    expect(mayPublish(self, topic)).toBe(publish);
    expect(mayReceive(self, topic)).toBe(receive);
    const reply = topic.endsWith('_reply');
    expect(maySubscribe(self, topic).granted).toBe(receive || reply);
  });

  test.each(topics.filter((topic) => topic.includes('a1X')))('%s of another device', (topic) => {
    const others = [
      { productKey: 'a1X', deviceName: 'd2' },
      { productKey: 'a1Y', deviceName: 'd1' },
      { productKey: 'a1', deviceName: 'X/d1' },
      { productKey: 'd1', deviceName: 'a1X' },
    ];
    for (const other of others) {
      const shared = topic.startsWith('/broadcast/') && other.productKey === 'a1X';
      expect(mayPublish(other, topic)).toBe(false);
      expect(mayReceive(other, topic)).toBe(shared);
      expect(maySubscribe(other, topic).granted).toBe(shared);
    }
  });
});

describe.each([
  ['up', up],
  ['down', down],
  ['both', both],
] as const)('topics that go %s are in the list of topics', (direction, topics) => {
  test.each(list(topics))('%s', (topic) => {
    expect(isListed(topic, direction)).toBe(true);
  });
});

test.each([
  '/sys/a1X/d1/thing/event/+/post',
  '/sys/a1X/d1/thing/#',
  '/sys/a1X/d1/thing/event/\0/post',
  `/sys/a1X/d1/thing/${'x'.repeat(65_535)}`,
])('%.40j is no topic, and nobody publishes there (found by fuzzing)', (topic) => {
  expect(mayPublish({ productKey: 'a1X', deviceName: 'd1' }, topic)).toBe(false);
});

test('what is pushed to a new connection may be received and subscribed', () => {
  for (const topic of ['/ext/register', '/ext/regnwl', '/ext/auth/identity/response']) {
    expect(mayReceive(self, topic)).toBe(true);
    expect(maySubscribe(self, topic).granted).toBe(true);
    expect(mayPublish(self, topic)).toBe(false);
  }
});

/** What SDKs really subscribe. One refused filter stops some of them from working at all. */
const subscribed: Record<string, string> = {
  'alibabacloud-iot-device-sdk 1.2.8': `
    thing/event/property/post_reply thing/service/property/set thing/event/+/post_reply thing/deviceinfo/update_reply
    thing/deviceinfo/delete_reply thing/config/get_reply /shadow/get/{pk}/{dn} thing/config/push
    thing/config/push_reply thing/topo/add_reply thing/topo/delete_reply thing/topo/get_reply
    /ext/session/{pk}/{dn}/combine/login_reply /ext/session/{pk}/{dn}/combine/logout_reply thing/sub/register_reply
    rrpc/request/+ thing/service/echo`,
  'aliyun-iot-device-sdk 1.0.1': `
    thing/event/property/post_reply thing/deviceinfo/update_reply thing/deviceinfo/delete_reply
    thing/config/get_reply /shadow/get/{pk}/{dn} thing/topo/add_reply thing/topo/delete_reply thing/topo/get_reply
    /ext/session/{pk}/{dn}/combine/login_reply /ext/session/{pk}/{dn}/combine/logout_reply thing/sub/register_reply
    thing/event/alarm/post_reply thing/service/echo`,
  'C SDK 3.x data model': `
    thing/event/+/post_reply thing/service/property/set thing/service/+ thing/deviceinfo/update_reply
    thing/deviceinfo/delete_reply thing/dynamicTsl/get_reply rrpc/request/+ /ext/ntp/{pk}/{dn}/response
    /ext/error/{pk}/{dn} thing/model/down_raw thing/model/up_raw_reply thing/service/property/get
    thing/property/desired/get_reply thing/property/desired/delete_reply`,
  'C SDK 3.x gateway': `
    thing/topo/add/notify thing/gateway/permit thing/sub/register_reply thing/sub/unregister_reply
    thing/topo/add_reply thing/topo/delete_reply thing/topo/get_reply thing/list/found_reply
    /ext/session/{pk}/{dn}/combine/login_reply /ext/session/{pk}/{dn}/combine/logout_reply
    thing/disable thing/enable thing/delete`,
  'C SDK 3.x OTA and others': `
    /ota/device/request/{pk}/{dn} /ota/device/upgrade/{pk}/{dn} thing/config/get_reply thing/config/push
    thing/reset_reply thing/awss/enrollee/match_reply thing/awss/enrollee/checkin thing/lan/prefix/get_reply
    thing/lan/blacklist/update thing/service/#`,
  'Link SDK for C 4.x': `
    /{pk}/{dn}/user/get edge/debug/switch secure_tunnel/notify secure_tunnel/proxy/request_reply
    thing/event/property/batch/post_reply`,
  'aliyun-iot-linkkit 1.2.13': '/{pk}/{dn}/user/get /ext/rrpc/+/{pk}/{dn}/user/get',
  'Android Link SDK': 'thing/event/property/post_reply thing/disable thing/delete /{pk}/{dn}/user/get',
  'a Go client': 'thing/service/# /ext/network/probe/+ /ext/rrpc/+/sys/{pk}/{dn}/thing/service/+',
  'MQTT tools': '/sys/{pk}/{dn}/# /{pk}/{dn}/user/# /{pk}/{dn}/# /ext/rrpc/+/{pk}/{dn}/#',
  'a client that takes the disable reply for its own': 'thing/disable_reply',
  broadcast: '/broadcast/{pk}/news /broadcast/{pk}/#',
};

describe.each(Object.entries(subscribed))('%s may subscribe', (_sdk, filters) => {
  test.each(list(filters))('%s', (filter) => {
    expect(maySubscribe(self, filter)).toEqual({ granted: true });
  });
});

describe('refused filters', () => {
  test.each([
    ['#', 'no topic of a device begins like this'],
    ['/#', 'no topic of a device begins like this'],
    ['+/sys/a1X/d1/#', 'no topic of a device begins like this'],
    ['/sys/#', 'no topic of a device begins like this'],
    ['/sys/a1X/#', 'no topic of a device begins like this'],
    ['$share/g/sys/a1X/d1/#', 'no topic of a device begins like this'],
    ['/ext/rrpc/#', 'no topic of a device begins like this'],
    ['/ext/rrpc/+/#', 'no topic of a device begins like this'],
    ['/ext/#', 'no topic of a device begins like this'],
    ['/sys/+/d1/thing/service/property/set', 'it could select topics of another device'],
    ['/sys/a1X/+/thing/service/property/set', 'it could select topics of another device'],
    ['/sys/+/+/thing/file/upload/mqtt/init_reply', 'it could select topics of another device'],
    ['/+/a1X/d1/thing/service/property/set', 'it could select topics of another device'],
    ['/a1X/+/user/get', 'it could select topics of another device'],
    ['/a1X/d2/#', 'it could select topics of another device'],
    ['/ext/rrpc/+/+/+/user/get', 'it could select topics of another device'],
    ['/shadow/get/a1X/+', 'it could select topics of another device'],
    ['/broadcast/+/news', 'it could select topics of another device'],
    ['/broadcast/a1Y/#', 'it could select topics of another device'],
    ['/sys/a1X/d1/thing/event/property/post', 'devices publish there, nothing is delivered'],
    ['/sys/a1X/d1/foo', 'there is no such topic'],
    ['/sys/a1X/d1/a#', 'not a valid MQTT filter'],
    ['', 'not a valid MQTT filter'],
  ])('%s: %s', (filter, reason) => {
    expect(maySubscribe(self, filter)).toEqual({ granted: false, reason });
  });

  test('a device that is named like a wildcard owns nobody', () => {
    for (const named of ['+', '#', 'x+']) {
      expect(maySubscribe({ productKey: 'a1X', deviceName: named }, `/sys/a1X/${named}/thing/disable`).granted).toBe(
        false,
      );
    }
    expect(maySubscribe({ productKey: 'a1X', deviceName: '+' }, '/sys/a1X/+/thing/service/property/set').granted).toBe(
      false,
    );
  });
});

describe('20000 random texts', () => {
  const levels = [
    '',
    'sys',
    'a1X',
    'd1',
    'd2',
    'ext',
    'rrpc',
    'ota',
    'device',
    'shadow',
    'get',
    'user',
    'thing',
    'service',
  ];
  const more = ['property', 'set', 'post', 'event', '+', '#', '$SYS', 'broadcast', 'post_reply', 'request', 'a1Y', 'é'];
  const words = [...levels, ...more];
  const tape = createHash('shake256', { outputLength: 20_000 * 10 })
    .update('topics')
    .digest();
  const texts: string[] = [];
  for (let start = 0; start < tape.length; start += 10) {
    const bytes = [...tape.subarray(start, start + 10)];
    const prefixes = ['/', '/sys/a1X/d1/', '/sys/a1X/d2/', '/ext/rrpc/+/', '/a1X/', '/sys/a1X/'];
    const text = bytes.slice(2, 2 + (bytes[1]! % 8)).map((byte) => words[byte % words.length]);
    texts.push((prefixes[bytes[0]! % prefixes.length] ?? '') + text.join('/'));
  }
  const other = { productKey: 'a1X', deviceName: 'd2' };
  const othersTopics = [...list(up), ...list(down), ...list(both)]
    .filter((topic) => !topic.startsWith('/broadcast/'))
    .map((topic) => topic.replace('/d1', '/d2'));

  test('no topic is open to two devices for publishing', () => {
    const allowed = texts.filter((text) => isValidTopic(text) && mayPublish(self, text));
    expect(allowed.length).toBeGreaterThan(50);
    for (const text of allowed) expect(mayPublish(other, text)).toBe(false);
  });

  test('no granted filter selects a topic of another device', () => {
    const granted = texts.filter((text) => maySubscribe(self, text).granted);
    expect(granted.length).toBeGreaterThan(100);
    for (const filter of granted) {
      expect([filter, othersTopics.filter((topic) => filterMatches(filter, topic))]).toEqual([filter, []]);
    }
  });
});
