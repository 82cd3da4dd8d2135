import { createHash } from 'node:crypto';
import { hashToken, makeClientId, makeDeviceToken, makeIotId, makeIotToken } from './issued-tokens';

test('names and tokens have the forms that devices have room for', () => {
  expect(makeClientId()).toMatch(/^[A-Za-z0-9]{26}$/);
  expect(makeDeviceToken(1_700_000_000_000)).toMatch(/^\^1\^1700000000000\^[0-9a-f]{15}$/);
  expect(makeIotId()).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(makeIotToken()).toMatch(/^[A-Za-z0-9]{32}$/);
});

test('no two are alike', () => {
  const made = Array.from({ length: 1000 }, () => makeIotToken());
  expect(new Set(made).size).toBe(1000);
});

test('what is kept is SHA-256 of salt and token, with a salt of its own', () => {
  const [one, other] = [hashToken('token'), hashToken('token')];
  expect(one.salt).toHaveLength(16);
  expect(Buffer.from(one.hash)).toEqual(createHash('sha256').update(one.salt).update('token').digest());
  expect(one.salt).not.toEqual(other.salt);
});
