import { decodeUplink } from '../decode-uplink';

test.each([
  ['thing/property/post', 6831],
  ['thing/service/property/post', 6831],
  ['_thing/event/property/post', 6831],
  ['thing/log/post', 200],
  ['_thing/diag/post', 200],
  ['thing/deviceinfo/update', 200],
])('a request on %s, which is not served, is answered with %i', (path, code) => {
  const payload = Buffer.from('{"id":"1","params":{"Temp":1}}');
  const uplink = { topic: `/sys/a1X/d1/${path}`, path, payload, now: 0, model: undefined };
  const { message, reply, problems } = decodeUplink(uplink)!;
  expect(message).toBeUndefined();
  expect(reply!.code).toBe(code);
  expect(problems).toEqual([
    {
      code: 6831,
      message: `${path} is not served`,
      step: expect.stringContaining(code === 200 ? 'do without' : 'report properties on thing/event/property/post'),
    },
  ]);
});
