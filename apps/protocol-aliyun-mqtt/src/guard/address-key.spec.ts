import { seededRandom } from '@alink/testing';
import { addressKey } from './address-key';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['[::ffff:c000:201]:4711', '192.0.2.1'],
  ['::ffff:192.0.2.1:4711', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::1:54711', '2001:db8:0:0::/64'],
  ['[2001:db8::1]:4711', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6:4711', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['[fe80::1%eth0]:4711', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['', ''],
  ['broker-1', ''],
  ['x'.repeat(100_000), ''],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test('a /64 is one address however it is written and whatever the port', () => {
  const random = seededRandom(64);
  const group = (): string => random.int(0x1000, 0xffff).toString(16);
  for (let n = 0; n < 500; n++) {
    const network = Array.from({ length: 4 }, group).join(':');
    const host = (): string => Array.from({ length: 4 }, group).join(':');
    const key = `${network}::/64`;
    expect(addressKey(`${network}:${host()}`)).toBe(key);
    expect(addressKey(`[${network}:${host()}]:${random.int(1, 65_535)}`)).toBe(key);
    expect(addressKey(`${network.toUpperCase()}:${host()}:${random.int(1, 65_535)}`)).toBe(key);
  }
});
