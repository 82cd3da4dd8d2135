import { formatUsername, isDeviceName, isProductKey, parseUsername } from './username';

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

test.each([
  ['dev0', true],
  ['864430010001091', true],
  ['a_b-c@d.e:f', true],
  ['d'.repeat(32), true],
  ['dev', false],
  ['d'.repeat(33), false],
  ['dev 1', false],
  ['dev/1', false],
  ['dev001\n', false],
  ['.dev1', false],
  ['dev1.', false],
  ['de..v1', false],
  ['....', false],
])('a device may be called "%s": %s', (name, may) => {
  expect(isDeviceName(name)).toBe(may);
});

test.each([
  ['a1B2-c_3', true],
  ['k'.repeat(64), true],
  ['', false],
  ['k'.repeat(65), false],
  ['a.b', false],
  ['a\0', false],
])('a product may have the key "%s": %s', (key, may) => {
  expect(isProductKey(key)).toBe(may);
});
