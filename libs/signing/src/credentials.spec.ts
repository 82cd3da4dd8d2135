import { parseClientId } from './client-id';
import { signedContents } from './content';
import { deviceCredentials, type CredentialOptions } from './credentials';
import { verifyPassword } from './password';
import { parseUsername } from './username';

const device = { productKey: 'a1X', deviceName: 'd1', deviceSecret: 's3cr3t' };

test('defaults: TCP, SHA-256, no timestamp', () => {
  expect(deviceCredentials(device)).toMatchObject({
    clientId: 'a1X.d1|securemode=3,signmethod=hmacsha256|',
    username: 'd1&a1X',
  });
});

test('as Link SDK for C 4.x signs', () => {
  const { clientId, password } = deviceCredentials({
    ...device,
    securemode: '2',
    timestamp: 2524608000000,
    extra: { ext: '3', _ss: '1' },
  });
  expect(clientId).toBe('a1X.d1|securemode=2,signmethod=hmacsha256,timestamp=2524608000000,ext=3,_ss=1|');
  expect(password).toBe('0109625e627b30f9bd872991bbfd4104e4c5d05aa2700a70f590dde0e5831a8b');
});

test.each<[string, Partial<CredentialOptions>]>([
  ['defaults', {}],
  ['MD5 with timestamp', { signMethod: 'hmacmd5', timestamp: '1' }],
  ['SHA-1, empty client id', { signMethod: 'hmacsha1', clientId: '', timestamp: '1' }],
  ['own client id', { clientId: 'x&y', securemode: '-2' }],
])('what is made verifies as first candidate: %s', (_name, options) => {
  const { clientId, username, password } = deviceCredentials({ ...device, ...options });
  const parsed = parseClientId(clientId);
  expect(parsed.problem).toBeUndefined();
  const contents = signedContents({ parsed, ...parseUsername(username)! });
  expect(verifyPassword({ method: parsed.signMethod!, key: 's3cr3t', contents, password })).toBe(0);
});

test.each<[string, Partial<CredentialOptions>]>([
  ['a bar in the client id', { clientId: 'a|b' }],
  ['a comma in a value', { extra: { k: 'a,b' } }],
  ['a bar in a value', { timestamp: '1|' }],
  ['"=" in a key', { extra: { 'k=': 'v' } }],
])('refuses %s', (_name, options) => {
  expect(() => deviceCredentials({ ...device, ...options })).toThrow(RangeError);
});
