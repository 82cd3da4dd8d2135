import { publish } from '../../test/publish';

test.each([
  ['thing/property/post', 6831],
  ['thing/service/property/post', 6831],
  ['_thing/event/property/post', 6831],
  ['thing/log/post', 200],
  ['_thing/diag/post', 200],
  ['thing/property/desired/get', 200],
])('a request on %s, which is not served, is answered with %i', (path, code) => {
  const { message, reply, problems } = publish({ path }, '{"id":"1","params":{"Temp":1}}')!;
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
