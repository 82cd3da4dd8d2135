import { LOGGED_MESSAGES, type Handle } from '@alink/contract';
import { actionOfEntry, actionOfReport, wantedActions } from './log-action';

const SYS = '/sys/p/dev001';

describe('the kind of a message is that of unitedrhino', () => {
  test.each<[Handle, string, string, string]>([
    ['thing', 'property', `${SYS}/thing/event/property/post`, 'property'],
    ['thing', 'event', `${SYS}/thing/event/hot/post`, 'event'],
    ['thing', 'action', `${SYS}/thing/service/echo_reply`, 'action'],
    ['ext', 'custom', '/p/dev001/user/update', 'ext'],
    ['ext', 'ota', '/ota/device/inform/p/dev001', 'ota'],
    // Nodes of other protocols.
    ['thing', 'event', '$thing/up/event/p/dev001', 'event'],
    ['ext', 'ntp', '$ext/up/ntp/p/dev001', 'ntp'],
    ['ota', 'report', '$ota/up/report/p/dev001', 'ota'],
    ['gateway', 'topo', '$gateway/up/topo/p/dev001', 'gateway'],
    ['config', 'get', '$config/up/get/p/dev001', 'ext'],
  ])('%s/%s on %s: %s', (handle, type, topic, action) => {
    expect(actionOfReport({ handle, type, topic })).toBe(action);
  });

  test.each([
    [`${SYS}/thing/event/property/pack/post`, 'property'],
    [`${SYS}/thing/event/property/history/post`, 'property'],
    [`${SYS}/thing/service/property/set_reply`, 'property'],
    [`${SYS}/thing/property/desired/get`, 'property'],
    [`${SYS}/thing/deviceinfo/update`, 'property'],
    [`${SYS}/thing/event/hot/post`, 'event'],
    [`${SYS}/thing/service/echo_reply`, 'action'],
    [`/ext/rrpc/77${SYS}/thing/service/echo`, 'action'],
    [`${SYS}/thing/topo/add`, 'gateway'],
    [`${SYS}/thing/list/found`, 'gateway'],
    [`${SYS}/thing/proxy/provisioning/product_register`, 'gateway'],
    ['/ext/session/p/dev001/combine/login', 'gateway'],
    ['/ext/ntp/p/dev001/request', 'ntp'],
    ['/ota/device/progress/p/dev001', 'ota'],
    [`${SYS}/thing/ota/firmware/get`, 'ota'],
    [`${SYS}/thing/config/get`, 'ext'],
    ['/p/dev001/thing/event/property/post', 'ext'],
    ['what is this', 'ext'],
  ])('of one that a node dropped on %s: %s', (topic, action) => {
    expect(actionOfEntry('publish', topic)).toBe(action);
  });
});

test('what else happens keeps its word', () => {
  expect(actionOfEntry('refuse', `${SYS}/thing/event/property/post`)).toBe('refuse');
  expect(actionOfEntry('publish', '')).toBe('publish');
});

test('publish asks for every message', () => {
  expect(wantedActions(['publish', 'refuse'])).toEqual(['publish', ...LOGGED_MESSAGES, 'refuse']);
  expect(wantedActions(['event'])).toEqual(['event']);
});
