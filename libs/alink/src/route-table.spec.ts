import { RouteTable } from './route-table';

const table = new RouteTable(
  ['thing/service/property/set_reply', 'thing/service/+_reply', 'thing/event/+/post', 'rrpc/response/+'].map(
    (path) => ({
      path,
    }),
  ),
);

test.each([
  ['thing/service/property/set_reply', 'thing/service/property/set_reply', ''],
  ['thing/service/echo_reply', 'thing/service/+_reply', 'echo'],
  ['thing/service/_reply_reply', 'thing/service/+_reply', '_reply'],
  ['thing/event/mod:alarm/post', 'thing/event/+/post', 'mod:alarm'],
  ['rrpc/response/7', 'rrpc/response/+', '7'],
])('%s goes to %s', (path, route, name) => {
  expect(table.find(path)).toMatchObject({ route: { path: route }, name, method: path.replaceAll('/', '.') });
});

test.each([
  'thing/service/_reply',
  'thing/service/a/b_reply',
  'thing/event//post',
  'thing/event/post',
  'rrpc/response/',
  '',
])('"%s" goes nowhere', (path) => {
  expect(table.find(path)).toBeUndefined();
});

test('two routes of one path are a mistake', () => {
  expect(() => new RouteTable([{ path: 'a/+' }, { path: 'a/+' }])).toThrow('two routes for a/+');
});
