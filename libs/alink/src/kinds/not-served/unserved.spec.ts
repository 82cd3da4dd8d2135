import { publish } from '../../../test/publish';

const SEEN = { code: 6831, message: expect.stringContaining('is not served') };

test.each([
  ['ota', 'device/inform'],
  ['ota', 'device/progress'],
] as const)('what a device says on %s %s, which nobody answers, is logged alone', (scope, path) => {
  const outcome = publish({ scope, path }, '{"id":1,"params":{"version":"1.0"}}')!;
  expect(outcome).toEqual({
    message: undefined,
    reply: undefined,
    echo: undefined,
    problems: [{ ...SEEN, step: expect.any(String) }],
    requestId: '',
    unserved: true,
  });
});

const AT = 1_700_000_000_000;

test.each([
  [
    'ota',
    'device/request',
    '{"id":1,"params":{"version":"1.0"}}',
    '/ota/device/request/a1X/d1',
    '{"id":1,"code":6831,"message":"ota/device/request is not served","version":"1.0","method":"device.request","data":{}}',
  ],
] as const)('a request on %s %s is refused on its reply topic', (scope, path, payload, topic, answer) => {
  const outcome = publish({ scope, path, now: AT }, payload)!;
  expect(outcome.message).toBeUndefined();
  expect(outcome.reply).toMatchObject({ topic, payload: answer, code: 6831 });
  expect(outcome.problems).toMatchObject([SEEN]);
});

test.each([
  ['sys', 'broadcast/request/1'],
  ['ota', 'device/upgrade'],
  ['shadow', 'get'],
  ['ext', 'error'],
  ['broadcast', 'news'],
] as const)('what a device says on %s %s means nothing', (scope, path) => {
  expect(publish({ scope, path }, '{"id":"1","code":200,"data":{},"params":{}}')).toBeUndefined();
});

test('a request that is not served is not answered where it has no id: nobody waits for it', () => {
  for (const path of ['thing/what/ever']) {
    expect(publish({ path }, '{"params":{}}')!.reply).toBeUndefined();
    expect(publish({ path }, '{"id":"7","params":{}}')!.reply!.code).toBe(6831);
  }
});

test.each(['no json', '{"id":"7"}', '[]'])('what is not served is not called malformed: %s', (payload) => {
  expect(publish({ path: 'thing/file/upload/mqtt/send' }, payload)!.problems).toMatchObject([SEEN]);
});
