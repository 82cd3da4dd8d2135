import { claimedFile, fileTokenEnd, maskFileTokens, readFileToken, signFileToken } from './file-token';

const NOW = 1_700_000_000_000;
const END = NOW / 1000 + 60;
const token = signFileToken('key', 'c12', END);

test('a token names its file until it ends, and says so itself', () => {
  expect(token).toMatch(/^c12\.[0-9a-z]+\.[\w-]{22}$/);
  expect(readFileToken(['key'], token, NOW)).toBe('c12');
  expect(readFileToken(['key'], token, END * 1000 - 1)).toBe('c12');
  expect(readFileToken(['key'], token, END * 1000)).toBeUndefined();
});

test('a key that has been changed still opens what it has signed', () => {
  expect(readFileToken(['new', 'key'], token, NOW)).toBe('c12');
  expect(readFileToken(['new'], token, NOW)).toBeUndefined();
  expect(readFileToken([], token, NOW)).toBeUndefined();
});

test.each([
  ['another file', token.replace('c12', 'c13')],
  ['a later end', token.replace(/\.[0-9a-z]+\./, `.${(END + 3600).toString(36)}.`)],
  ['another code', `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`],
  ['a short code', token.slice(0, -1)],
  ['no code', 'c12'],
  ['nothing', ''],
  ['a path', `../${token}`],
  ['a number that is none', `c12.zzzzzzzzzz.${'A'.repeat(22)}`],
])('%s: no token', (_name, text) => {
  expect(readFileToken(['key'], text, NOW)).toBeUndefined();
});

test('what a token claims is told without a key, since its end is in clear', () => {
  expect(claimedFile(token, NOW)).toBe('c12');
  expect(claimedFile(token, END * 1000)).toBeUndefined();
});

test('in a log a URL stands without its token, and nothing else is touched', () => {
  const url = (name: string) => `{"url":"http://iot.example.com/files/${name}","at":"/a/b.c"}`;
  expect(maskFileTokens(url(token))).toBe(url('***'));
  expect(maskFileTokens(`${url(token)} ${url(token)}`)).toBe(`${url('***')} ${url('***')}`);
  expect(maskFileTokens(url('firmware.1.0.bin'))).toBe(url('firmware.1.0.bin'));
});

test('an hour long all tokens end together, a day later at least', () => {
  const hour = Math.ceil(NOW / 3_600_000) * 3_600_000;
  expect(fileTokenEnd(hour - 3_599_999)).toBe(hour / 1000 + 24 * 3600);
  expect(fileTokenEnd(hour)).toBe(hour / 1000 + 24 * 3600);
  expect(fileTokenEnd(hour + 1)).toBe(hour / 1000 + 25 * 3600);
});
