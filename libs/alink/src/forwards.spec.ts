import { customFilterFault, forwardOf, forwardTargetFault, type ForwardRule } from './forwards';

const sender = { productKey: 'k1', deviceName: 'dev1' };
const rule: ForwardRule = {
  topic: 'user/update',
  targetProductKey: 'k2',
  targetDeviceName: 'gate',
  targetTopic: 'user/get',
};

test('a message goes to the device and the topic that the rule names', () => {
  expect(forwardOf(rule, sender, 'user/update')).toEqual({ deviceName: 'gate', topic: '/k2/gate/user/get' });
  expect(forwardOf(rule, sender, 'user/update/error')).toBeUndefined();
});

test('names and topic of the sender stand where the rule wants them', () => {
  const templates = {
    topic: 'user/+/up',
    targetDeviceName: '{deviceName}.b',
    targetTopic: 'user/{productKey}/{deviceName}/{topic}',
  };
  expect(forwardOf({ ...rule, ...templates }, sender, 'user/a/up')).toEqual({
    deviceName: 'dev1.b',
    topic: '/k2/dev1.b/user/k1/dev1/a/up',
  });
});

test('nothing comes back to its sender on the same topic, nor goes to a name that no device can have', () => {
  const same = { ...rule, targetProductKey: 'k1', targetDeviceName: '{deviceName}', targetTopic: 'user/{topic}' };
  expect(forwardOf(same, sender, 'user/update')).toBeUndefined();
  const long = { ...rule, targetDeviceName: '{deviceName}{deviceName}{deviceName}' };
  expect(forwardOf(long, { ...sender, deviceName: 'd'.repeat(60) }, 'user/update')).toBeUndefined();
});

test.each(['user/update', 'user/+/a', 'user/#'])('%s selects custom topics', (filter) => {
  expect(customFilterFault(filter)).toBeUndefined();
});
test.each(['', 'user/', 'update', '#', 'user/a#', `user/${'a'.repeat(128)}`])('"%s" selects none', (filter) => {
  expect(customFilterFault(filter)).toEqual(expect.any(String));
});

test.each([
  ['gate', 'user/get'],
  ['{deviceName}', 'user/{topic}'],
  ['{deviceName}-b', 'user/{productKey}/{deviceName}'],
])('%s on %s is a target', (targetDeviceName, targetTopic) => {
  expect(forwardTargetFault({ targetDeviceName, targetTopic })).toBeUndefined();
});
test.each([
  ['', 'user/get', 'targetDeviceName'],
  ['a/b', 'user/get', 'targetDeviceName'],
  ['{productKey}', 'user/get', 'targetDeviceName'],
  ['{constructor}', 'user/get', 'targetDeviceName'],
  ['gate', '', 'targetTopic'],
  ['gate', 'user/', 'targetTopic'],
  ['gate', 'thing/service/property/set', 'targetTopic'],
  ['gate', 'user/+', 'targetTopic'],
  ['gate', 'user/{other}', 'targetTopic'],
])('"%s" on "%s" is none', (targetDeviceName, targetTopic, field) => {
  expect(forwardTargetFault({ targetDeviceName, targetTopic })).toMatchObject({ field });
});
