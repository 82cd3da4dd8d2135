import { alinkCodes } from './codes';
import { encodeReply } from './reply';

const request = { idToken: '"1"', method: 'thing.event.property.post' };

test('a good reply, to the byte (documentation, "Device properties, events, and services"; order of members by need of parsers)', () => {
  expect(encodeReply({ ...request, code: 200 })).toBe(
    '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.event.property.post","data":{}}',
  );
});

test.each(Object.entries(alinkCodes))(
  'code %s has the message "%s", which no parser stumbles over',
  (code, message) => {
    const reply = encodeReply({ ...request, code: Number(code) });
    expect(JSON.parse(reply)).toEqual({
      id: '1',
      code: Number(code),
      message,
      version: '1.0',
      method: request.method,
      data: {},
    });
    expect(message).not.toMatch(/["{}\\]/);
  },
);

test('data, a message of its own, a number as id', () => {
  expect(encodeReply({ idToken: '7', code: 6304, message: 'x -> y', method: 'a"b', data: [{ n: 1 }] })).toBe(
    '{"id":7,"code":6304,"message":"x -> y","version":"1.0","method":"a\\"b","data":[{"n":1}]}',
  );
});

test('a code outside the catalogue has a message too', () => {
  expect(encodeReply({ ...request, code: 1 })).toContain('"message":"request error"');
});
