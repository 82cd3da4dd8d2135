import { rewriteLooseJson } from './loose-json';

/** What a text is read as; undefined where it is refused. */
const read = (text: string): unknown => {
  const { json, expected } = rewriteLooseJson(text);
  return expected ? undefined : JSON.parse(json);
};

describe('what firmware writes', () => {
  const REPORT = { id: '1', version: '1.0', params: { LightSwitch: 1 }, method: 'thing.event.property.post' };

  test.each<[text: string, value: unknown, what: string]>([
    [
      "{'id':'1','version':'1.0','params':{'LightSwitch':1},'method':'thing.event.property.post'}",
      REPORT,
      'a text in single quotes',
    ],
    ['{params:{LED:1}}', { params: { LED: 1 } }, 'a key without quotes'],
    ['{ params : { _a$1 : 1 , 温度 : 2 } }', { params: { _a$1: 1, 温度: 2 } }, 'a key without quotes'],
    ['{"params":{"LED":1,}}', { params: { LED: 1 } }, 'a comma before the end of the object'],
    ['{"a":[1, 2 , ] , }', { a: [1, 2] }, 'a comma before the end of the list'],
    ['[{},[],]', [{}, []], 'a comma before the end of the list'],
    ['{"Hour":07,"Min":00,"Off":-05,"Sum":007.50}', { Hour: 7, Min: 0, Off: -5, Sum: 7.5 }, 'a number with'],
    ['{"T":+25,"H":+0,"P":+01.5e+3}', { T: 25, H: 0, P: 1500 }, 'a number with'],
    ['{"V":220.,"I":-5.,"E":5.e3}', { V: 220, I: -5, E: 5000 }, 'a number with'],
    ['{"s":"a\tb\r\nc\u0001"}', { s: 'a\tb\r\nc\u0001' }, 'a control character in a text'],
    ["{'a':'say \"hi\"','b':'it\\'s','c':'\\u6e29\\n'}", { a: 'say "hi"', b: "it's", c: '温\n' }, 'a text in single'],
    ['{"a":"it\\\'s"}', { a: "it's" }, 'an escaped single quote'],
    ["['a',true,false,null,-0]", ['a', true, false, null, -0], 'a text in single quotes'],
  ])('%s', (text, value, what) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(read(text)).toEqual(value);
    expect(rewriteLooseJson(text).loose?.what).toContain(what);
  });

  test('the first loose place is told', () => {
    expect(rewriteLooseJson('{"id":"1",params:{\'LED\':01,}}').loose).toEqual({ at: 10, what: 'a key without quotes' });
  });
});

describe('what stays refused, with its place', () => {
  test.each<[text: string, at: number, what: string]>([
    ['', 0, 'a value'],
    ['hello', 0, 'a value'],
    ['{"a":nan}', 5, 'a value'],
    ['{"a":NaN}', 5, 'a value'],
    ['{"a":inf}', 5, 'a value'],
    ['{"a":-inf}', 5, 'a value'],
    ['{"a":Infinity}', 5, 'a value'],
    ['{"a":undefined}', 5, 'a value'],
    ['{"a":.5}', 5, 'a value'],
    ['{"a":-.5}', 5, 'a value'],
    ['{"a":+.5}', 5, 'a value'],
    ['{"a":+-5}', 5, 'a value'],
    ['{"a":- 5}', 5, 'a value'],
    ['{"a":}', 5, 'a value'],
    ['{"a":0x1F}', 6, 'a comma or the end of the object'],
    ['{"a":10L}', 7, 'a comma or the end of the object'],
    ['{"a":5.5.5}', 8, 'a comma or the end of the object'],
    ['{"a":5e}', 6, 'a comma or the end of the object'],
    ['{"a":True}', 5, 'a value'],
    ['{"a":trueish}', 9, 'a comma or the end of the object'],
    ['{"a":1', 6, 'a comma or the end of the object'],
    ['{"a":{"b":1}', 12, 'a comma or the end of the object'],
    ['{"a":1}}', 7, 'the end of the text'],
    ['{"a":1}{"a":2}', 7, 'the end of the text'],
    ['{"a":1} x', 8, 'the end of the text'],
    ['{"a":1 "b":2}', 7, 'a comma or the end of the object'],
    ['{"a":1,,"b":2}', 7, 'a key'],
    ['{,}', 1, 'a key'],
    ['{"a"}', 4, 'a colon'],
    ['{a=1}', 2, 'a colon'],
    ['{a-b:1}', 2, 'a colon'],
    ['{1:2}', 1, 'a key'],
    ['[1,,2]', 3, 'a value'],
    ['[,]', 1, 'a value'],
    ['[1 2]', 3, 'a comma or the end of the list'],
    ['[1}', 2, 'a comma or the end of the list'],
    ['[{}{}]', 3, 'a comma or the end of the list'],
    ['{"a":"b', 7, 'the end of the text that begins at position 5'],
    ['{"a":\'b"}', 9, 'the end of the text that begins at position 5'],
    ['{"a":"\\x41"}', 6, 'an escape that JSON has'],
    ['{"a":"\\u12"}', 6, 'an escape that JSON has'],
    ['{"a":/* 1 */1}', 5, 'a value'],
    ['// {}', 0, 'a value'],
    ['\uFEFF{}', 0, 'a value'],
    ['{"a":“b”}', 5, 'a value'],
  ])('%s', (text, at, what) => {
    expect(rewriteLooseJson(text).expected).toEqual({ at, what });
  });
});

describe('as in strict JSON', () => {
  test.each([
    '{"id":"1","params":{"a":[1,-0,1.50e+3,12345678901234567890,true,null]},"s":"\\u6e29\\/\\"\'"}',
    ' [ ] ',
    '{\r\n\t"a" : { } , "b" : [ { } ]\n}',
    '"text"',
    '-1E-5',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ])('%.60s comes out unchanged', (text) => {
    expect(rewriteLooseJson(text)).toEqual({ json: text, loose: undefined, expected: undefined });
  });

  test.each([
    ['a key that comes twice', "{'a':1,'b':2,'a':3}", '{"a":1,"b":2,"a":3}'],
    ['__proto__', "{__proto__:{'x':1},'constructor':2}", '{"__proto__":{"x":1},"constructor":2}'],
    ['numbers of many digits', '{a:0012345678901234567890,b:+1e999}', '{"a":12345678901234567890,"b":1e999}'],
    ['a lone surrogate', "{'a':'\\ud800'}", '{"a":"\\ud800"}'],
  ])('%s', (_name, loose, strict) => {
    expect(rewriteLooseJson(loose).json).toBe(strict);
    const value = read(loose) as object;
    expect(Object.entries(value)).toEqual(Object.entries(JSON.parse(strict) as object));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('commas that may be missing', () => {
  const commas = (text: string) => rewriteLooseJson(text, { missingCommas: true });

  test('stand between the objects of a list, and nowhere else', () => {
    expect(commas('[{"a":1} {"a":2}\n{"a":"} {"}]').json).toBe('[{"a":1} ,{"a":2}\n,{"a":"} {"}]');
    expect(commas('[{"a":1}{"a":2}]').loose).toBeUndefined();
    expect(commas('[1{"a":2}]').expected).toEqual({ at: 2, what: 'a comma or the end of the list' });
    expect(commas('[{"a":2}1]').expected).toEqual({ at: 8, what: 'a comma or the end of the list' });
    expect(commas('{"a":{}{}}').expected).toEqual({ at: 7, what: 'a comma or the end of the object' });
    expect(commas('{"a":1}{"a":2}').expected).toEqual({ at: 7, what: 'the end of the text' });
  });

  test('may be missing in a loose text', () => {
    expect(JSON.parse(commas("[{'a':'}{'},{b:1}{'a':02},]").json)).toEqual([{ a: '}{' }, { b: 1 }, { a: 2 }]);
  });
});

/** The longest payload. */
const LENGTH = 256 * 1024;

test.each<[name: string, text: string]>([
  ['openings', '{a:'.repeat(LENGTH / 3)],
  ['lists', '['.repeat(LENGTH)],
  ['zeros', `{a:${'0'.repeat(LENGTH)}x`],
  ['white space', `{a:1${' '.repeat(LENGTH)}x`],
  ['control characters', `{'a':'${'\u0001'.repeat(LENGTH)}`],
  ['one text', `'${'x'.repeat(LENGTH)}`],
  ['one key', `{${'k'.repeat(LENGTH)}`],
  ['escapes', `'${"\\'".repeat(LENGTH / 2)}`],
  ['commas', `[${'1,'.repeat(LENGTH / 2)}`],
  ['members', `{${'a:1,'.repeat(LENGTH / 4)}x`],
])('256 KB of %s take milliseconds', (_name, text) => {
  const began = performance.now();
  expect(rewriteLooseJson(text).expected).toBeDefined();
  // Work that grew with the square of the length would take minutes.
  expect(performance.now() - began).toBeLessThan(1000);
});
