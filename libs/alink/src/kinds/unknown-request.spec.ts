import { publish } from '../../test/publish';

test.each([
  ['thing/property/post', 'report properties on thing/event/property/post'],
  ['thing/service/property/post', 'report properties on thing/event/property/post'],
  ['_thing/event/property/post', 'report properties on thing/event/property/post'],
  ['thing/topo/what', 'do without'],
  ['thing/what/ever', 'do without'],
])('a request on %s, which is not served, is refused', (path, step) => {
  const outcome = publish({ path }, '{"id":"1","params":{"Temp":1}}')!;
  expect(outcome).toMatchObject({ message: undefined, unserved: true, reply: { code: 6831 } });
  expect(JSON.parse(outcome.reply!.payload)).toMatchObject({ code: 6831, message: `${path} is not served` });
  expect(outcome.problems).toEqual([
    { code: 6831, message: `${path} is not served`, step: expect.stringContaining(step) },
  ]);
});

test.each(['thing/awss/enrollee/match', 'thing/awss/what/ever', 'thing/lan/prefix/get'])(
  '%s, which SDKs repeat for ever, is answered well and logged as not offered',
  (path) => {
    const outcome = publish({ path }, '{"id":"1","params":{}}')!;
    expect(JSON.parse(outcome.reply!.payload)).toMatchObject({ code: 200, message: 'success', data: {} });
    expect(outcome.problems).toMatchObject([{ code: 6831, message: `${path} is not offered` }]);
  },
);
