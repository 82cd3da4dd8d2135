import { RouteTable } from './route-table';

const table = new RouteTable(
  [
    'thing/service/property/set_reply',
    'thing/service/{service}_reply',
    'thing/event/{event}/post',
    'rrpc/response/{messageId}',
    'user/{topic+}',
    'thing/{rest*}',
  ].map((path) => ({ path })),
);

test.each([
  ['thing/service/property/set_reply', 'thing/service/property/set_reply', ''],
  ['thing/service/echo_reply', 'thing/service/{service}_reply', 'echo'],
  ['thing/service/_reply_reply', 'thing/service/{service}_reply', '_reply'],
  ['thing/event/mod:alarm/post', 'thing/event/{event}/post', 'mod:alarm'],
  ['rrpc/response/7', 'rrpc/response/{messageId}', '7'],
  ['user/a', 'user/{topic+}', 'a'],
  ['user/a/b', 'user/{topic+}', 'a/b'],
  ['thing/service/_reply', 'thing/{rest*}', 'service/_reply'],
  ['thing/service/a/b_reply', 'thing/{rest*}', 'service/a/b_reply'],
  ['thing/event//post', 'thing/{rest*}', 'event//post'],
  ['thing/event/post', 'thing/{rest*}', 'event/post'],
  ['thing/', 'thing/{rest*}', ''],
])('%s goes to %s', (path, route, name) => {
  const method = path.replaceAll('/', '.');
  expect(table.find(path)).toMatchObject({ route: { path: route }, name, method, methodToken: `"${method}"` });
});

test.each(['thing', 'user/', 'rrpc/response/', 'rrpc/response/a/b', ''])('"%s" goes nowhere', (path) => {
  expect(table.find(path)).toBeUndefined();
});

test('two routes of one path are a mistake', () => {
  expect(() => new RouteTable([{ path: 'a/{b}' }, { path: 'a/{c}' }])).toThrow('two routes for a/{c}');
});
