import { formatUsername, parseUsername } from './username';

test.each([
  ['dev001&aliyun_test_01', { deviceName: 'dev001', productKey: 'aliyun_test_01' }],
  ['a.b-c_d@e:f&a1X', { deviceName: 'a.b-c_d@e:f', productKey: 'a1X' }],
  ['odd&name&a1X', { deviceName: 'odd&name', productKey: 'a1X' }],
])('%s', (username, identity) => {
  expect(parseUsername(username)).toEqual(identity);
  expect(formatUsername(identity)).toBe(username);
});

test.each(['', '&', 'dev001', '&a1X', 'dev001&'])('"%s" names no device', (username) => {
  expect(parseUsername(username)).toBeUndefined();
});
