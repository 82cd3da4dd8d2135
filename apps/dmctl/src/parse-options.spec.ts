import { InvalidArgumentError } from 'commander';
import { parseEndpoint, parseJsonObject, parseLimit, parseMoment, parsePort, parseUser } from './parse-options';

describe('endpoint', () => {
  test.each(['localhost:9081', '10.0.0.1:1', 'dm.example-1.org:65535', '[::1]:9081'])('%s', (text) => {
    expect(parseEndpoint(text)).toBe(text);
  });
  test.each(['', 'localhost', ':9081', 'localhost:0', 'localhost:65536', 'http://localhost:9081', 'a b:1', 'a:1x'])(
    'not %j',
    (text) => expect(() => parseEndpoint(text)).toThrow(InvalidArgumentError),
  );
});

describe('whole numbers', () => {
  test('within their bounds', () => {
    expect([parsePort('1883'), parseLimit('1')]).toEqual([1883, 1]);
  });
  test.each(['0', '-1', '65536', '1.5', '1e3', '', 'x', '99999999999'])('not %j', (text) => {
    expect(() => parsePort(text)).toThrow('It must be a whole number from 1 to 65535.');
  });
});

describe('moment', () => {
  const now = 1_778_593_700_000;
  const parse = parseMoment(() => now);
  test.each([
    ['30s', now - 30_000],
    ['10m', now - 600_000],
    ['2h', now - 7_200_000],
    ['7d', now - 604_800_000],
    ['1778593628940', 1778593628940],
    ['2026-05-12T13:47:08.940Z', 1778593628940],
  ])('%s', (text, expected) => expect(parse(text)).toBe(expected));
  test.each(['', '10', '10x', '-5m', 'yesterday', '2026-99-99', '1.5h'])('not %j', (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });
});

describe('JSON object', () => {
  test('stays the text that it was', () => {
    expect(parseJsonObject('{"big":12345678901234567890}')).toBe('{"big":12345678901234567890}');
  });
  test.each(['', '{', '[]', 'null', '1', '"x"', "{'a':1}"])('not %j', (text) => {
    expect(() => parseJsonObject(text)).toThrow(/JSON.*for example '\{"temperature":28\}'/);
  });
});

describe('user', () => {
  test('is read', () => expect(parseUser('{"UserID":"42","IsAdmin":true}')).toEqual({ UserID: '42', IsAdmin: true }));
  test('is not larger than servers take', () => {
    const text = JSON.stringify({ Account: 'a'.repeat(4096) });
    expect(() => parseUser(text)).toThrow('It must have at most 4096 characters.');
  });
  test.each(['', 'bob', '[]', '42'])('not %j', (text) => expect(() => parseUser(text)).toThrow(InvalidArgumentError));
});
