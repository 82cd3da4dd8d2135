import { unmappedAddress } from './unmapped-address';

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:FFFF:C000:0201', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::192.0.2.1', '::192.0.2.1'],
  ['::ffff:0:192.0.2.1', '::ffff:0:192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::1', '::1'],
  ['', ''],
  ['broker-1:1883', 'broker-1:1883'],
])('%s is %s', (address, plain) => {
  expect(unmappedAddress(address)).toBe(plain);
});
