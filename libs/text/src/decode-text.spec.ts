import { decodeText, isZip, type TextError } from './index';

const text = '{"name":"温度 °C 😀"}\n';
const utf16le = Buffer.from(text, 'utf16le');
const utf16be = Buffer.from(utf16le).swap16();
/** `温度` in GBK. */
const gbk = Buffer.from([0xce, 0xc2, 0xb6, 0xc8]);

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16, as PowerShell writes it', Buffer.concat([Buffer.of(0xff, 0xfe), utf16le])],
  ['UTF-16 with the high byte first', Buffer.concat([Buffer.of(0xfe, 0xff), utf16be])],
  ['UTF-16 without a mark', utf16le],
  ['UTF-16 without a mark, high byte first', utf16be],
])('%s is read', (_, bytes) => expect(decodeText(bytes)).toBe(text));

test('nothing and one byte are text', () => {
  expect([decodeText(Buffer.alloc(0)), decodeText(Buffer.of(0x37))]).toEqual(['', '7']);
});

const refusal = (bytes: Uint8Array): TextError => {
  try {
    decodeText(bytes);
  } catch (error) {
    return error as TextError;
  }
  throw new Error('was taken');
};

test.each([
  [
    'GBK',
    Buffer.concat([Buffer.from('{\n"name":"'), gbk]),
    'is written in GBK, not in UTF-8 (line 2): save it as UTF-8',
  ],
  ['GBK that begins with it', gbk, 'is written in GBK, not in UTF-8 (line 1): save it as UTF-8'],
  ['other bytes', Buffer.concat([Buffer.from('a\nb\nc'), Buffer.of(0xff)]), 'is not UTF-8 (line 3): save it as UTF-8'],
  ['half a character of UTF-16', Buffer.of(0xff, 0xfe, 0x00, 0xd8), 'is broken UTF-16: save it as UTF-8'],
  ['gzip', Buffer.of(0x1f, 0x8b, 8), 'is a gzip archive, not text'],
])('%s is refused by name', (_, bytes, message) => {
  expect(refusal(bytes)).toMatchObject({ name: 'TextError', message, isWorkbook: false });
});

test('workbooks are refused as such, and archives as archives', () => {
  const zip = Buffer.from('PK\u0003\u0004');
  expect(refusal(Buffer.concat([zip, Buffer.from('..[Content_Types].xml')]))).toMatchObject({
    message: 'is an Excel workbook (.xlsx), not text',
    isWorkbook: true,
  });
  expect(refusal(Buffer.of(0xd0, 0xcf, 0x11, 0xe0))).toMatchObject({ isWorkbook: true });
  expect(refusal(zip)).toMatchObject({ message: 'is a zip archive, not text', isWorkbook: false });
  expect([isZip(zip), isZip(Buffer.from('PK'))]).toEqual([true, false]);
});
