import { parseJson, readPayloadJson } from './payload-json';

const read = (text: string) => readPayloadJson(Buffer.from(text));
const faultOf = (payload: Buffer) => readPayloadJson(payload).fault!;

test.each([
  ['strict JSON', '{"a":1}'],
  ['a byte order mark', '\uFEFF{"a":1}'],
  ['a line feed', '{"a":1}\r\n'],
  ['the end of a C string', '{"a":1}\0'],
  ['a buffer in which it stands', '{"a":1}\0\0\0\0'],
  ['a line feed before the end of the string', '{"a":1}\r\n\0\0'],
  ['a line feed after it', '\uFEFF{"a":1}\0\r\n'],
])('%s is read without a word', (_name, text) => {
  const { value, fault, remarks } = read(text);
  expect({ value, fault, remarks }).toEqual({ value: { a: 1 }, fault: undefined, remarks: [] });
});

test('what only a loose reader takes is read, and told once a day', () => {
  const { value, json, fault, remarks } = read("\uFEFF{'a':01,}\0\n");
  expect({ value, json, fault }).toEqual({ value: { a: 1 }, json: '{"a":1}', fault: undefined });
  expect(remarks).toEqual([
    {
      code: 200,
      message: 'payload is no strict JSON, and was read all the same: a text in single quotes at position 1',
      detail: "in {'a':01,}",
      step: expect.any(String) as string,
      seldom: 'json',
    },
  ]);
});

describe('what cannot be read', () => {
  test.each([
    ['{"a":nan}', 'a value at position 5', 'in {"a":nan}'],
    ['{"a":1', 'a comma or the end of the object at position 6, where the text ends', 'in {"a":1'],
    ['\0\0', 'a value at position 0, where the text ends', 'in nothing'],
    ['{"a":1}\0rest', 'the end of the text at position 7', 'in {"a":1}\\u{0}rest'],
    ['{"a":\u202e\u001b[2J\ud800}', 'a value at position 5', 'in {"a":\\u{202e}\\u{1b}[2J\\u{fffd}}'],
    [
      `{"${'k'.repeat(100)}":oops,"${'v'.repeat(100)}":1}`,
      'a value at position 104',
      `in …${'k'.repeat(28)}":oops,"${'v'.repeat(24)}…`,
    ],
  ])('%.30s: the place for the device, and what stands there for people', (text, expected, detail) => {
    expect(read(text)).toMatchObject({
      value: undefined,
      fault: { code: 6207, message: `payload is not JSON: expected ${expected}`, detail },
    });
  });

  test('an excerpt is short and one line, whatever the bytes are', () => {
    for (let first = 0; first < 256; first++) {
      const { message, detail } = faultOf(Buffer.alloc(2000, Buffer.from([first, 0x22, 255 - first, 0x0a])));
      expect(detail!.length).toBeLessThan(700);
      expect(detail).not.toMatch(/[\p{C}\u2028\u2029]/u);
      expect(message).toMatch(/^payload is not JSON: [^"'{}\p{C}]{1,120}$/u);
    }
  });
});

/** 温度 and 昞 in GBK; the second byte of the latter is a backslash. */
const TEMPERATURE = Buffer.from([0xce, 0xc2, 0xb6, 0xc8]);
const BACKSLASH = Buffer.from([0x95, 0x5c]);
const around = (bytes: Buffer) => Buffer.concat([Buffer.from('{"a":"'), bytes, Buffer.from('"}')]);

describe('bytes that are no UTF-8', () => {
  test('GBK is named where it can be read', () => {
    const { value, remarks } = readPayloadJson(around(TEMPERATURE));
    expect(value).toEqual({ a: '\uFFFD\u00b6\uFFFD' });
    expect(remarks).toMatchObject([
      { code: 200, message: expect.stringContaining('GBK') as string, seldom: 'encoding' },
    ]);
  });

  test('GBK is named where it cannot', () => {
    expect(faultOf(around(Buffer.concat([TEMPERATURE, BACKSLASH]))).message).toMatch(
      /^payload is not JSON: the bytes are GBK, not UTF-8; expected .+ at position \d+/,
    );
    expect(faultOf(Buffer.concat([TEMPERATURE, Buffer.from([0, 0])])).message).toMatch(/: the bytes are GBK/);
  });

  test('others are not called so', () => {
    expect(faultOf(Buffer.from([0x01, 0x03, 0xff, 0xfe, 0x80])).message).toMatch(/: the bytes are not UTF-8; /);
    expect(readPayloadJson(around(Buffer.from([0xff]))).remarks[0]?.message).toMatch(/^the bytes are not UTF-8; /);
  });

  test('U+FFFD itself is UTF-8', () => {
    expect(read('{"a":"\uFFFD"}').remarks).toEqual([]);
  });
});

test('JSON inside a text is read by the same reader', () => {
  expect(parseJson("{'a':01}")).toEqual({ a: 1 });
  expect(parseJson('null')).toBeNull();
  expect(parseJson('nan')).toBeUndefined();
});
