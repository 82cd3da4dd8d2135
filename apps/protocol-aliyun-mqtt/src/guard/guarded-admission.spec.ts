import { deviceCredentials } from '@alink/signing';
import { readAttempt, type Attempt } from '../connect/attempt';
import { refusals, type Refusal } from '../connect/refusals';
import type { Verdict } from '../connect/verdict';
import { ConnectRate } from './connect-rate';
import { GuardedAdmission } from './guarded-admission';
import { LoginLockout, type Lock } from './login-lockout';

const right = 'secret-of-dev';
const CONNECTS_PER_MINUTE = 5;
const attemptWith = (secret: string, over: Partial<Attempt> = {}): Attempt => ({
  ...readAttempt({
    ...deviceCredentials({ productKey: 'pk', deviceName: 'dev', deviceSecret: secret }),
    keepalive: 60,
    address: '192.0.2.1:1',
    secure: false,
  }),
  ...over,
});
const rightPassword = attemptWith(right).password;

/** Admits the right password, and counts how often it was asked. */
const guarded = (refuse: Refusal = refusals.wrongSign(() => 'test'), misuse?: Refusal) => {
  const clock = { time: 0, now: () => clock.time };
  const locks: Lock[] = [];
  let asked = 0;
  let refused = 0;
  const inner = {
    misuse: () => misuse,
    decide: async (attempt: Attempt): Promise<Verdict> => {
      asked += 1;
      if (attempt.password === rightPassword) return { as: 'device', device: attempt.identity ?? {} } as Verdict;
      return { as: 'refused', refusal: refuse };
    },
  };
  const lockout = new LoginLockout({ failuresPerMinute: 10, lockMs: 300_000 }, clock, {
    onLock: (lock) => void locks.push(lock),
    onRefused: () => void refused++,
  });
  const admission = new GuardedAdmission(inner, lockout, new ConnectRate(CONNECTS_PER_MINUTE, clock));
  return { clock, locks, admission, asked: () => asked, refused: () => refused };
};
const codeOf = (verdict: Verdict): number => (verdict.as === 'refused' ? verdict.refusal.returnCode : 0);

test('the eleventh wrong password is refused from memory, with the same code; so is the right one', async () => {
  const { admission, asked, refused, locks, clock } = guarded();
  for (let n = 0; n < 10; n++) expect(codeOf(await admission.decide(attemptWith('wrong')))).toBe(4);
  expect(locks).toEqual(['pair']);
  for (const secret of ['wrong', right]) expect(codeOf(await admission.decide(attemptWith(secret)))).toBe(4);
  expect([asked(), refused()]).toEqual([10, 2]);
  const elsewhere = attemptWith(right, { address: '198.51.100.1:1' });
  expect(codeOf(await admission.decide(elsewhere))).toBe(0);
  clock.time = 300_000;
  expect(codeOf(await admission.decide(attemptWith(right)))).toBe(0);
  expect(locks).toHaveLength(1);
});

test('what a lock refuses has a line that says until when and why, and not one for each attempt', async () => {
  const { admission } = guarded();
  const verdicts: Verdict[] = [];
  for (let n = 0; n < 10; n++) verdicts.push(await admission.decide(attemptWith('wrong')));
  // Why a password is wrong is found out after the answer.
  await new Promise((resolve) => setImmediate(resolve));
  for (let n = 0; n < 3; n++) verdicts.push(await admission.decide(attemptWith('wrong')));
  const locked = verdicts.flatMap((verdict) => (verdict.as === 'refused' ? verdict.refusal : [])).slice(10);
  expect(locked.map(({ quiet }) => quiet)).toEqual([false, true, true]);
  expect(locked[0]!.cause).toMatch(
    /^locked until \d\d:\d\d:\d\d, in 300 s; .*because: bad user name or password: test$/,
  );
});

test('who shares an address with guessers gets in: at once where it has been before, and for the first time', async () => {
  const { admission, locks } = guarded();
  expect(codeOf(await admission.decide(attemptWith(right)))).toBe(0);
  for (let n = 0; n < 15; n++) expect(codeOf(await admission.decide(attemptWith('wrong')))).toBe(4);
  expect(locks).toEqual(['slowPair']);
  expect(codeOf(await admission.decide(attemptWith(right)))).toBe(0);

  const guess = (n: number): Promise<Verdict> =>
    admission.decide(attemptWith('wrong', { identity: { productKey: 'pk', deviceName: `dev${n}` } }));
  for (let n = 0; n < 300; n++) await guess(n);
  expect(locks).toEqual(['slowPair', 'slowAddress']);
  expect(await guess(301)).toMatchObject({ as: 'refused', lateMs: 1000 });
  const newcomer = attemptWith(right, { identity: { productKey: 'pk', deviceName: 'newcomer' } });
  expect(await admission.decide(newcomer)).not.toHaveProperty('lateMs');
  expect(codeOf(await admission.decide(newcomer))).toBe(0);
});

test('a CONNECT that nobody may send is answered as ever during a lock', async () => {
  const { admission } = guarded(undefined, refusals.malformedClientId('test'));
  for (let n = 0; n < 10; n++) await admission.decide(attemptWith('wrong'));
  expect(codeOf(await admission.decide(attemptWith('wrong')))).toBe(2);
});

test('a device that logs in too often hears so, and only once it has proved its secret', async () => {
  const { admission } = guarded();
  const codes: number[] = [];
  for (let n = 0; n < 7; n++) codes.push(codeOf(await admission.decide(attemptWith(right))));
  expect(codes).toEqual([0, 0, 0, 0, 0, 3, 3]);
  expect(codeOf(await admission.decide(attemptWith('wrong')))).toBe(4);
});

test('a success forgives', async () => {
  const { admission, locks } = guarded();
  for (let n = 0; n < 40; n++) await admission.decide(attemptWith(n % 10 === 9 ? right : 'wrong'));
  expect(locks).toEqual([]);
});

test.each([
  ['unknown device', refusals.unknownDevice()],
  ['unknown product', refusals.unknownProduct()],
  ['wrong token', refusals.wrongToken()],
  ['a CONNECT whose form is wrong', refusals.keepalive(0)],
])('%s counts like a wrong password: being locked tells nothing', async (_name, refusal) => {
  const { admission, locks } = guarded(refusal);
  for (let n = 0; n < 10; n++) await admission.decide(attemptWith('wrong'));
  expect(locks).toEqual(['pair']);
});

test.each([
  ['dm.rpc away', refusals.unavailable('dm.rpc is away')],
  ['a disabled device', refusals.disabledDevice()],
])('%s is no failed login', async (_name, refusal) => {
  const { admission, locks } = guarded(refusal);
  for (let n = 0; n < 50; n++) await admission.decide(attemptWith('wrong'));
  expect(locks).toEqual([]);
});

test('a wrong iotToken counts too, and stays CONNACK 3', async () => {
  const { admission, locks } = guarded(refusals.wrongIotToken());
  const attempt = readAttempt({
    clientId: 'x|securemode=-1|',
    username: 'an-iot-id',
    password: 'guess',
    keepalive: 60,
    address: '192.0.2.1:1',
    secure: true,
  });
  for (let n = 0; n < 10; n++) await admission.decide(attempt);
  expect(locks).toEqual(['pair']);
  expect(codeOf(await admission.decide(attempt))).toBe(3);
});

test('whatever the CONNECT looks like, a locked one is refused without an error', async () => {
  const { admission } = guarded();
  for (const [clientId, username] of [
    ['', ''],
    ['x|', 'dev&pk'],
    ['x|signmethod=crc32|', 'dev&pk'],
    ['plain', 'nothing'],
  ] as const) {
    const attempt = readAttempt({ clientId, username, password: '', keepalive: 0, address: '', secure: false });
    for (let n = 0; n < 12; n++) expect(codeOf(await admission.decide(attempt))).toBe(4);
  }
});

test('a certificate stands for its device: junk from the same address does not lock it out', async () => {
  const { admission } = guarded();
  const nameless = { identity: undefined, username: '' };
  for (let n = 0; n < 11; n++) await admission.decide(attemptWith('wrong', nameless));
  const withCertificate = attemptWith(right, { ...nameless, certificates: [Buffer.from('one')] });
  expect(codeOf(await admission.decide(withCertificate))).toBe(0);
  expect(codeOf(await admission.decide(attemptWith(right, nameless)))).toBe(4);
});
