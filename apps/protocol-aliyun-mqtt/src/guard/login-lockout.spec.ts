import { LoginLockout } from './login-lockout';

const lockoutOf = (options = { failuresPerMinute: 10, lockMs: 300_000 }) => {
  const clock = { time: 1_000_000, now: () => clock.time };
  return { clock, lockout: new LoginLockout(options, clock) };
};
const home = '192.0.2.1:50000';
const elsewhere = '198.51.100.9:50000';

test('ten failures within a minute lock that device at that address for five minutes', () => {
  const { clock, lockout } = lockoutOf();
  const locks = Array.from({ length: 10 }, () => lockout.failed('pk&dev', elsewhere));
  expect(locks).toEqual([...Array.from({ length: 9 }, () => undefined), 'pair']);
  expect(lockout.isLocked('pk&dev', '198.51.100.9:50001')).toBe(true);
  expect(lockout.isLocked('pk&dev', home)).toBe(false);
  expect(lockout.isLocked('pk&neighbour', elsewhere)).toBe(false);
  clock.time += 299_999;
  expect(lockout.isLocked('pk&dev', elsewhere)).toBe(true);
  clock.time += 1;
  expect(lockout.isLocked('pk&dev', elsewhere)).toBe(false);
});

test('a success forgives what was before', () => {
  const { lockout } = lockoutOf();
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 9; n++) expect(lockout.failed('pk&dev', home)).toBeUndefined();
    lockout.succeeded('pk&dev', home);
  }
  expect(lockout.isLocked('pk&dev', home)).toBe(false);
});

test('eight failures a minute never lock', () => {
  const { clock, lockout } = lockoutOf();
  for (let n = 0; n < 500; n++) {
    expect(lockout.failed('pk&dev', home)).toBeUndefined();
    clock.time += 60_000 / 8;
  }
});

test('an address alone is locked at twenty times the rate', () => {
  const { lockout } = lockoutOf();
  const locks = Array.from({ length: 200 }, (_, n) => lockout.failed(`pk&dev${n}`, home));
  expect(locks.filter(Boolean)).toEqual(['address']);
  expect(locks.at(-1)).toBe('address');
  expect(lockout.isLocked('pk&anybody', home)).toBe(true);
  expect(lockout.isLocked('pk&anybody', elsewhere)).toBe(false);
});

test('one bad device behind a NAT does not lock out its neighbours', () => {
  const { clock, lockout } = lockoutOf();
  // It retries every two seconds for an hour; while it is locked its attempts do not come to be counted.
  for (let n = 0; n < 1800; n++) {
    if (!lockout.isLocked('pk&bad', home)) lockout.failed('pk&bad', home);
    expect(lockout.isLocked('pk&neighbour', home)).toBe(false);
    clock.time += 2000;
  }
});

test('guesses at one device from everywhere do not lock the device out at its own address', () => {
  const { lockout } = lockoutOf();
  for (let n = 0; n < 5000; n++) lockout.failed('pk&dev', `10.${n >> 8}.${n & 255}.1:1`);
  expect(lockout.isLocked('pk&dev', home)).toBe(false);
});

test('an IPv6 /64 is one address', () => {
  const { lockout } = lockoutOf();
  for (let n = 0; n < 10; n++) lockout.failed('pk&dev', `[2001:db8:1:2::${n}]:1883`);
  expect(lockout.isLocked('pk&dev', '[2001:db8:1:2:9:9:9:9]:1')).toBe(true);
  expect(lockout.isLocked('pk&dev', '[2001:db8:1:3::1]:1')).toBe(false);
});

test('new guesses do not push a lock out', () => {
  const { lockout } = lockoutOf();
  for (let n = 0; n < 10; n++) lockout.failed('pk&dev', elsewhere);
  for (let n = 0; n < 60_000; n++) lockout.failed(`pk&made-up-${n}`, `10.${n >> 8}.${n & 255}.1:1`);
  expect(lockout.isLocked('pk&dev', elsewhere)).toBe(true);
});

test.each([
  { failuresPerMinute: 0, lockMs: 300_000 },
  { failuresPerMinute: 10, lockMs: 0 },
])('off: %j', (options) => {
  const { lockout } = lockoutOf(options);
  for (let n = 0; n < 1000; n++) expect(lockout.failed('pk&dev', home)).toBeUndefined();
  expect(lockout.isLocked('pk&dev', home)).toBe(false);
});
