import { alinkCodes } from './codes';
import { encodeReply } from './reply';

const METHOD = 'thing.event.property.post';
const encode = (code: number): string => encodeReply({ code }, '"1"', `"${METHOD}"`);

test('a good reply, to the byte (documentation, "Device properties, events, and services"; order of members by need of parsers)', () => {
  expect(encode(200)).toBe(
    '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.event.property.post","data":{}}',
  );
});

test.each(Object.entries(alinkCodes))(
  'code %s has the message "%s", which no parser stumbles over',
  (code, message) => {
    expect(JSON.parse(encode(Number(code)))).toEqual({
      id: '1',
      code: Number(code),
      message,
      version: '1.0',
      method: METHOD,
      data: {},
    });
    expect(message).not.toMatch(/["{}\\]/);
  },
);

test('data, a message of its own, a number as id', () => {
  expect(encodeReply({ code: 6304, message: 'x -> y', data: [{ n: 1 }] }, '7', JSON.stringify('a"b'))).toBe(
    '{"id":7,"code":6304,"message":"x -> y","version":"1.0","method":"a\\"b","data":[{"n":1}]}',
  );
});

test('a code outside the catalogue has a message too', () => {
  expect(encode(1)).toContain('"message":"request error"');
});

test('neither a brace nor a quote stands inside a text of the data (Link SDK for C 4.x, core_json_value)', () => {
  const data = { 'a{"}': ['}', '{"id":"2"}', 'back\\slash\\', '\\"', '\n"'], deep: { '"': { plain: 'x' } } };
  const text = encodeReply({ code: 200, data }, '"1"', '"m"');
  expect(JSON.parse(text)).toMatchObject({ data });
  for (const found of text.match(/"[^"]*"/g)!) expect(found).not.toMatch(/[{}]/);
  expect(text.indexOf('"id"')).toBeLessThan(text.indexOf('"code"'));
});
