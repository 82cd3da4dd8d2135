/** Topics and filters: whose they are, and who may use them. */
import { maySubscribe, mayPublish, mayReceive } from '@alink/alink';
import { buildTopic, filterMatches, isValidFilter, isValidTopic, parseTopic, stripQuery } from '@alink/topic';
import { fuzzTarget, promise } from '../fuzz-target';
import { isPlainText } from '../plain-text';

/** Topics that belong to nobody: each connection gets its own answer on them. */
const shared = ['/ext/register', '/ext/regnwl', '/ext/auth/identity/response'];

const topics = [
  '/sys/a1X/d1/thing/event/property/post',
  '/sys/a1X/d1/thing/service/property/set',
  '/sys/a1X/d1/thing/event/property/post_reply?_rid=7',
  '/sys/a1X/d1/rrpc/request/77',
  '/ext/rrpc/77/sys/a1X/d1/thing/service/echo',
  '/ext/session/a1X/d1/combine/login',
  '/ext/ntp/a1X/d1/request',
  '/ota/device/upgrade/a1X/d1',
  '/shadow/get/a1X/d1',
  '/broadcast/a1X/all',
  '/a1X/d1/user/get',
  ...shared,
];
const filters = [
  '/sys/a1X/d1/#',
  '/a1X/d1/user/+',
  '/ext/rrpc/+/sys/a1X/d1/#',
  '/+/a1X/d1/#',
  '#',
  'a/b',
  '/ext/network/probe/x',
];

/** Characters of a filter that is compared with the regular expression, which has no room for the longest. */
const MAX_COMPARED = 300;

/** MQTT 3.1.1, section 4.7, as a regular expression: slow, and another hand than the lib's. */
const selects = (filter: string, topic: string): boolean => {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const source = filter
    .split('/')
    .map((level) =>
      level === '+'
        ? '[^/]*'
        : level === '#'
          ? '#'
          : level.replace(/[^\w]/g, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`),
    )
    .join('/')
    .replace(/^#$/, '.*')
    .replace(/\/#$/, '(/.*)?');
  return new RegExp(`^${source}$`, 'su').test(topic);
};

/** Whether both names stand side by side as levels of a topic. */
const names = (topic: string, productKey: string, deviceName: string): boolean =>
  `${topic}/`.includes(`/${productKey}/${deviceName}/`);

/** Topics that a filter selects, for names in place of its wildcards. */
const selectedBy = (filter: string, fill: readonly string[]): string[] =>
  fill.flatMap((level) => {
    const filled = filter.replaceAll('+', level);
    return fill.map((tail) => filled.replace(/#$/, `${tail}/d2/user/get`));
  });

export const topicTarget = fuzzTarget<{ productKey: string; deviceName: string; topic: string; filter: string }>({
  name: 'topic',
  seeds: topics.map((topic, n) => ({
    productKey: 'a1X',
    deviceName: 'd1',
    topic,
    filter: filters[n % filters.length]!,
  })),
  words: [
    '/',
    '+',
    '#',
    '/+',
    '/#',
    '//',
    '/sys/',
    '/ext/',
    '/ext/rrpc/1',
    '/ota/device/',
    '/shadow/',
    '/broadcast/',
    '/a1X/d1/',
    'a1X',
    'd1',
    'd2',
    '_reply',
    'thing/',
    'user/',
    '?_rid=1',
    ...topics,
    ...filters,
  ],
  check: ({ productKey, deviceName, topic, filter }) => {
    const self = { productKey, deviceName };
    const stripped = stripQuery(topic);
    promise(!stripped.includes('?') && topic.startsWith(stripped), 'a query is cut off');
    const parsed = parseTopic(stripped);
    if (parsed) {
      promise(parsed.productKey !== '' && !parsed.productKey.includes('/'), 'a ProductKey is one level');
      promise(
        !parsed.deviceName.includes('/') && (parsed.deviceName !== '' || parsed.scope === 'broadcast'),
        'a DeviceName is one level',
      );
      promise(parsed.path !== '', 'a topic is about something');
      // Behind names that end a topic, one slash is read over.
      promise(
        [stripped, stripped.replace(/\/$/, '')].includes(buildTopic(parsed)),
        'a topic is put together again as it was taken apart',
      );
    }
    const up = mayPublish(self, stripped);
    const down = mayReceive(self, stripped);
    promise(!up || isValidTopic(stripped), 'a device publishes on topics only');
    promise(!up || names(stripped, productKey, deviceName), 'a device publishes under its own names');
    promise(
      !down ||
        names(stripped, productKey, deviceName) ||
        shared.includes(stripped) ||
        stripped.startsWith(`/broadcast/${productKey}/`),
      'a device receives what carries its names',
    );

    const verdict = maySubscribe(self, filter);
    const valid = isValidFilter(filter);
    promise(valid || !verdict.granted, 'only valid filters are granted');
    if (valid && filter.length <= MAX_COMPARED && isPlainText(filter) && isPlainText(topic)) {
      promise(filterMatches(filter, topic) === selects(filter, topic), 'a filter selects what MQTT says');
    }
    if (verdict.granted) {
      for (const selected of [stripped, ...selectedBy(filter, ['d2', 'a2Y', productKey, deviceName, 'sys', ''])]) {
        if (!filterMatches(filter, selected)) continue;
        const owner = parseTopic(selected);
        const own =
          !owner ||
          (owner.productKey === productKey && (owner.deviceName === deviceName || owner.scope === 'broadcast'));
        promise(own, 'a granted filter selects no topic of another device');
      }
    }
    return `${parsed?.scope} ${parsed?.rrpcId !== undefined} ${up} ${down} ${verdict.granted ? 'granted' : verdict.reason}`;
  },
});
