import { LoginLockout, type Lock } from './login-lockout';

const lockoutOf = (options = { failuresPerMinute: 10, lockMs: 300_000 }) => {
  const clock = { time: 1_000_000, now: () => clock.time };
  const locks: Lock[] = [];
  let refused = 0;
  const events = { onLock: (lock: Lock) => void locks.push(lock), onRefused: () => void refused++ };
  const lockout = new LoginLockout(options, clock, events);
  const claim = (deviceName: string) => ({ productKey: 'pk', deviceName });
  return {
    clock,
    locks,
    refused: () => refused,
    /** @returns what that has locked */
    failed: (deviceName: string, address: string): Lock | undefined => {
      const before = locks.length;
      lockout.failed(claim(deviceName), address);
      return locks[before];
    },
    /** @returns how late a wrong answer is */
    lateness: (deviceName: string, address: string) => lockout.failed(claim(deviceName), address)?.lateMs ?? 0,
    succeeded: (deviceName: string, address: string) => lockout.succeeded(claim(deviceName), address),
    refuses: (deviceName: string, address: string) => lockout.refuses(claim(deviceName), address) !== undefined,
    lockout,
  };
};
const home = '192.0.2.1:50000';
const elsewhere = '198.51.100.9:50000';

test('ten failures within a minute lock that device at that address for five minutes', () => {
  const { clock, failed, refuses } = lockoutOf();
  const locks = Array.from({ length: 10 }, () => failed('dev', elsewhere));
  expect(locks).toEqual([...Array.from({ length: 9 }, () => undefined), 'pair']);
  expect(refuses('dev', '198.51.100.9:50001')).toBe(true);
  expect(refuses('dev', home)).toBe(false);
  expect(refuses('neighbour', elsewhere)).toBe(false);
  clock.time += 299_999;
  expect(refuses('dev', elsewhere)).toBe(true);
  clock.time += 1;
  expect(refuses('dev', elsewhere)).toBe(false);
});

test('a success forgives what was before', () => {
  const { failed, succeeded, refuses } = lockoutOf();
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 9; n++) expect(failed('dev', home)).toBeUndefined();
    succeeded('dev', home);
  }
  expect(refuses('dev', home)).toBe(false);
});

test('eight failures a minute never lock', () => {
  const { clock, failed } = lockoutOf();
  for (let n = 0; n < 500; n++) {
    expect(failed('dev', home)).toBeUndefined();
    clock.time += 60_000 / 8;
  }
});

test('an address alone is slowed at twenty times the rate, and never shut', () => {
  const { clock, failed, refuses, lateness } = lockoutOf();
  const locks = Array.from({ length: 200 }, (_, n) => failed(`dev${n}`, home));
  expect(locks.filter(Boolean)).toEqual(['slowAddress']);
  expect(locks.at(-1)).toBe('slowAddress');
  expect(refuses('anybody', home)).toBe(false);
  expect(lateness('anybody', home)).toBe(1000);
  expect(lateness('anybody', elsewhere)).toBe(0);
  clock.time += 300_000;
  expect(lateness('somebody', home)).toBe(0);
});

test('what waits for a slow answer is bounded', () => {
  const { lateness } = lockoutOf();
  const late = Array.from({ length: 5000 }, (_, n) => lateness(`dev${n}`, home)).filter((ms) => ms > 0);
  expect(late).toHaveLength(1000);
});

describe('a pair that has logged in well lately', () => {
  test('is not locked by the failures of others at its address: their answers come late', () => {
    const { succeeded, failed, refuses, lateness, locks } = lockoutOf();
    succeeded('dev', home);
    for (let n = 0; n < 10; n++) failed('dev', home);
    expect(locks).toEqual(['slowPair']);
    for (let n = 0; n < 100; n++) {
      expect(lateness('dev', home)).toBe(1000);
      expect(refuses('dev', home)).toBe(false);
    }
    // One line as long as it lasts.
    expect(locks).toEqual(['slowPair']);
    expect(refuses('dev', elsewhere)).toBe(false);
  });

  test('is so for a week, at that address and no other', () => {
    const { clock, succeeded, failed, refuses, locks } = lockoutOf();
    succeeded('dev', home);
    for (let n = 0; n < 10; n++) failed('dev', elsewhere);
    expect(refuses('dev', elsewhere)).toBe(true);
    clock.time += 7 * 24 * 3_600_000;
    for (let n = 0; n < 10; n++) failed('dev', home);
    expect(locks).toEqual(['pair', 'pair']);
    expect(refuses('dev', home)).toBe(true);
  });
});

test('a locked login is told until when and why, at most once a minute, with the number of the others', async () => {
  const { clock, lockout } = lockoutOf();
  const claim = { productKey: 'pk', deviceName: 'dev' };
  for (let n = 0; n < 10; n++) lockout.failed(claim, home, () => `cause ${n}`);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lockout.refuses(claim, home)).toEqual({ leftMs: 300_000, cause: 'cause 9', heldBack: 0 });
  clock.time += 59_999;
  for (let n = 0; n < 7; n++) expect(lockout.refuses(claim, home)).toMatchObject({ heldBack: undefined });
  clock.time += 1;
  expect(lockout.refuses(claim, home)).toEqual({ leftMs: 240_000, cause: 'cause 9', heldBack: 7 });
});

test.each(['', 'unknown'])('without an address (%j) only the device is locked', (nowhere) => {
  const { failed, refuses } = lockoutOf();
  const locks = Array.from({ length: 1000 }, (_, n) => failed(`dev${n % 100}`, nowhere));
  expect(locks.filter(Boolean)).toEqual(Array.from({ length: 100 }, () => 'pair'));
  expect(refuses('dev1', nowhere)).toBe(true);
  expect(refuses('anybody', nowhere)).toBe(false);
});

test('one bad device behind a NAT does not lock out its neighbours', () => {
  const { clock, failed, refuses } = lockoutOf();
  // It retries every two seconds for an hour; while it is locked its attempts do not come to be counted.
  for (let n = 0; n < 1800; n++) {
    if (!refuses('bad', home)) failed('bad', home);
    expect(refuses('neighbour', home)).toBe(false);
    clock.time += 2000;
  }
});

test('guesses at one device from everywhere do not lock the device out at its own address', () => {
  const { failed, refuses } = lockoutOf();
  for (let n = 0; n < 5000; n++) failed('dev', `10.${n >> 8}.${n & 255}.1:1`);
  expect(refuses('dev', home)).toBe(false);
});

test('an IPv6 /64 is one address', () => {
  const { failed, refuses } = lockoutOf();
  for (let n = 0; n < 10; n++) failed('dev', `[2001:db8:1:2::${n}]:1883`);
  expect(refuses('dev', '[2001:db8:1:2:9:9:9:9]:1')).toBe(true);
  expect(refuses('dev', '[2001:db8:1:3::1]:1')).toBe(false);
});

test('new guesses do not push a lock out', () => {
  const { failed, refuses } = lockoutOf();
  for (let n = 0; n < 10; n++) failed('dev', elsewhere);
  for (let n = 0; n < 60_000; n++) failed(`made-up-${n}`, `10.${n >> 8}.${n & 255}.1:1`);
  expect(refuses('dev', elsewhere)).toBe(true);
});

test.each([
  { failuresPerMinute: 0, lockMs: 300_000 },
  { failuresPerMinute: 10, lockMs: 0 },
])('off: %j', (options) => {
  const { failed, refuses } = lockoutOf(options);
  for (let n = 0; n < 1000; n++) expect(failed('dev', home)).toBeUndefined();
  expect(refuses('dev', home)).toBe(false);
});
