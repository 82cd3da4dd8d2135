import { FormError, MAX_FORM_BYTES, MAX_FORM_FIELDS, readForm } from './form-body';

const read = (text: string | Buffer): Record<string, string> => Object.fromEntries(readForm(Buffer.from(text)));

describe('readForm', () => {
  test('reads a registration as the Link SDK for C 3.x sends it', () => {
    expect(read('productKey=a1X&deviceName=d1&random=8Ygb7ULYh53B6OA&sign=0a1B&signMethod=hmacsha256')).toEqual({
      productKey: 'a1X',
      deviceName: 'd1',
      random: '8Ygb7ULYh53B6OA',
      sign: '0a1B',
      signMethod: 'hmacsha256',
    });
  });

  test.each<[string, string, Record<string, string>]>([
    ['blanks in both forms', 'a=b+c%20d', { a: 'b c d' }],
    ['UTF-8, percent-encoded and not', 'name=%E6%B8%A9度', { name: '温度' }],
    ['separators as a part of a value', 'clientId=d1%26a1X&sign=a%3Db=c', { clientId: 'd1&a1X', sign: 'a=b=c' }],
    ['the first value of a key', 'sign=1&sign=2', { sign: '1' }],
    ['a key without value', 'a&b=&=c', { a: '', b: '', '': 'c' }],
    ['empty pairs', '&&a=1&', { a: '1' }],
    ['nothing', '', {}],
    ['a stray percent sign', 'a=100%&b=%zz&c=%4', { a: '100%', b: '%zz', c: '%4' }],
    ['a question mark at the start', '?a=1', { '?a': '1' }],
    ['keys that objects have too', '__proto__=1&constructor=2', JSON.parse('{"__proto__":"1","constructor":"2"}')],
  ])('reads %s', (_name, body, fields) => {
    expect([...readForm(Buffer.from(body))]).toEqual(Object.entries(fields));
  });

  const many = (count: number): string => Array.from({ length: count }, (_, n) => `k${n}=1`).join('&');

  test('has room for its limits, and not for more', () => {
    expect(readForm(Buffer.from(`a=${'x'.repeat(MAX_FORM_BYTES - 2)}`)).size).toBe(1);
    expect(readForm(Buffer.from(many(MAX_FORM_FIELDS))).size).toBe(MAX_FORM_FIELDS);
    expect(() => readForm(Buffer.alloc(MAX_FORM_BYTES + 1, 'a'))).toThrow(
      new FormError('the form is longer than 4096 bytes'),
    );
    expect(() => readForm(Buffer.from(many(MAX_FORM_FIELDS + 1)))).toThrow(
      new FormError('the form has more than 20 fields'),
    );
    // The same key counts each time: the limit is on work.
    expect(() => readForm(Buffer.from('a=1&'.repeat(MAX_FORM_FIELDS + 1)))).toThrow(FormError);
  });

  test.each<[string, Buffer, string]>([
    ['a byte that no UTF-8 has', Buffer.from('613dff', 'hex'), 'the form is not UTF-8'],
    ['a percent-encoded byte that no UTF-8 has', Buffer.from('sign=%ff'), 'the form holds bytes that are no text'],
    ['U+0000', Buffer.from('deviceName=d1\0'), 'the form holds bytes that are no text'],
    ['percent-encoded U+0000', Buffer.from('%00=1'), 'the form holds bytes that are no text'],
  ])('refuses %s', (_name, body, message) => {
    expect(() => readForm(body)).toThrow(new FormError(message));
  });
});
