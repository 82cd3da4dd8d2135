import { createHash } from 'node:crypto';
import { idTokenOf, scanIdToken } from './id-token';

describe('scanIdToken', () => {
  test.each([
    ['{"id":"123"}', '"123"'],
    ['{"id":123}', '123'],
    ['{"id":-1.50e+3}', '-1.50e+3'],
    [' \r\n\t{ "id" : "1" , "x" : 2 }', '"1"'],
    ['{"params":{"id":"no"},"list":[{"id":"no"}],"id":"yes"}', '"yes"'],
    ['{"text":"{\\"id\\":\\"no\\"}","id":"yes"}', '"yes"'],
    ['{"text":"\\\\","id":"yes"}', '"yes"'],
    ['{"params":{"a":"}\\"]"},"id":"yes"}', '"yes"'],
    ['{"id":"a\\"b\\u0041\\/"}', '"a\\"b\\u0041\\/"'],
    ['{"\\u0069d":"yes"}', '"yes"'],
    ['{"id":"first","id":"last"}', '"last"'],
    ['{"id":"first","id":null}', undefined],
    ['{"ID":"1"}', undefined],
    ['{"id":null}', undefined],
    ['{"id":true}', undefined],
    ['{"id":{"id":"1"}}', undefined],
    ['{"id":["1"]}', undefined],
    ['{}', undefined],
    ['', undefined],
    ['[{"id":"1"}]', undefined],
    ['"id"', undefined],
  ])('%s: %s', (text, token) => {
    expect(scanIdToken(text)).toBe(token);
  });

  // What stands before the break counts, and only whole tokens do.
  test.each([
    ['{"id":"9","params":{"Temp":}}', '"9"'],
    ['{"id":"9","params":{', '"9"'],
    ['{"id":"9",oops', '"9"'],
    ['{"id":"9"', '"9"'],
    ['{"id":"9', undefined],
    ['{"id":12', undefined],
    ['{"id":12,', '12'],
    ['{"id":012,', undefined],
    ['{"id":1x,', undefined],
    ['{"id":"\\q",', undefined],
    ['{"id":"a\nb",', undefined],
    ['{"id"', undefined],
    ['{"id":', undefined],
    ['{"i', undefined],
    ['{"\\q":1,"id":2,', '2'],
    ['{id:"9"}', undefined],
  ])('broken: %s: %s', (text, token) => {
    expect(scanIdToken(text)).toBe(token);
  });
});

describe('idTokenOf', () => {
  test.each([
    ['{"id":"1"}', '"1"'],
    ['{"id":"1","x":"\\n"}', '"1"'],
    ['{"id":"\\u0031"}', '"\\u0031"'],
    ['{"id":1.0}', '1.0'],
    ['{"id":12345678901234567890}', '12345678901234567890'],
    ['{"id":null}', '""'],
    ['{"id":[]}', '""'],
    ['{"x":1}', '""'],
  ])('%s: %s', (text, token) => {
    expect(idTokenOf(text, (JSON.parse(text) as { id: unknown }).id)).toBe(token);
  });
});

/** Walks JSON by its grammar, one character at a time, and keeps the raw text of every outermost member. */
const membersOf = (text: string): Map<string, string> => {
  let at = 0;
  const space = () => {
    while (' \n\r\t'.includes(text[at] ?? 'x')) at++;
  };
  const token = (): string => {
    space();
    const start = at;
    if (text[at] === '"') {
      at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      at++;
    } else if (text[at] === '{' || text[at] === '[') {
      const close = text[at] === '{' ? '}' : ']';
      at++;
      for (space(); text[at] !== close; space()) {
        if (text[at] === ',' || text[at] === ':') at++;
        else token();
      }
      at++;
    } else while (!' \n\r\t,:}]'.includes(text[at]!)) at++;
    return text.slice(start, at);
  };
  const members = new Map<string, string>();
  space();
  at++;
  for (space(); text[at] !== '}'; space()) {
    if (text[at] === ',') at++;
    const key = JSON.parse(token()) as string;
    space();
    at++;
    members.set(key, token());
  }
  return members;
};

test('5000 random objects agree with a parser of the whole grammar', () => {
  const tape = createHash('shake256', { outputLength: 5000 * 64 })
    .update('ids')
    .digest();
  let at = 0;
  const byte = () => tape[at++ % tape.length]!;
  const pick = (list: readonly string[]) => list[byte() % list.length]!;
  const gap = () => pick(['', '', ' ', '\n\t ']);
  const keys = ['"id"', '"id"', '"\\u0069d"', '"i\\u0064"', '"ID"', '"params"', '"\\"id"', '"id\\\\"', '"{"', '""'];
  const scalars = [
    '"1"',
    '1',
    '-0',
    '1.50',
    '1e5',
    '""',
    '"a\\"}"',
    '"\\\\"',
    '"\\/x"',
    '"{\\"id\\":2}"',
    'null',
    'true',
  ];
  const value = (depth: number): string => {
    const kind = byte() % 4;
    if (depth > 3 || kind > 1) return pick(scalars);
    const parts = Array.from({ length: byte() % 4 }, () => (kind ? value(depth + 1) : member(depth + 1)));
    return kind ? `[${gap()}${parts.join(`,${gap()}`)}${gap()}]` : `{${gap()}${parts.join(`${gap()},`)}${gap()}}`;
  };
  const member = (depth: number): string => `${gap()}${pick(keys)}${gap()}:${gap()}${value(depth)}`;
  let found = 0;
  for (let round = 0; round < 5000; round++) {
    const text = `${gap()}{${Array.from({ length: byte() % 6 }, () => member(0)).join(',')}${gap()}}${gap()}`;
    const { id } = JSON.parse(text) as { id: unknown };
    const usable = typeof id === 'string' || typeof id === 'number';
    const expected = usable ? membersOf(text).get('id') : undefined;
    expect([text, scanIdToken(text)]).toEqual([text, expected]);
    expect(idTokenOf(text, id)).toBe(expected ?? '""');
    if (usable) {
      found++;
      expect(JSON.parse(expected!)).toBe(id);
    }
  }
  expect(found).toBeGreaterThan(1000);
});

test('cut anywhere, a message gives its whole id or none', () => {
  const text = '{"x":{"id":"no"},"id":"12\\"3","params":{"a":[1,"}"]}}';
  for (let length = 0; length <= text.length; length++) {
    expect([undefined, '"12\\"3"']).toContain(scanIdToken(text.slice(0, length)));
  }
});
