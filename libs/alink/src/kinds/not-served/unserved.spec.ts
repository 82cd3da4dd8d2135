import { publish } from '../../../test/publish';

test.each([
  ['ota', 'device/inform'],
  ['ota', 'device/request'],
  ['shadow', 'update'],
  ['ext', 'session/combine/login'],
] as const)('what a device says on %s %s is kept as bytes, and nobody answers', (scope, path) => {
  const bytes = Buffer.from('{"id":1,"params":{"version":"1.0"}}');
  expect(publish({ scope, path }, bytes)).toEqual({
    message: { handle: 'ext', type: scope, bytes },
    problems: [],
    requestId: '',
  });
});

test.each([
  ['sys', 'secure_tunnel/proxy/request'],
  ['sys', 'thing/config/push_reply'],
  ['sys', 'broadcast/request/1'],
  ['ota', 'device/upgrade'],
  ['shadow', 'get'],
  ['ext', 'error'],
  ['broadcast', 'news'],
] as const)('what a device says on %s %s means nothing', (scope, path) => {
  expect(publish({ scope, path }, '{"id":"1","code":200,"data":{},"params":{}}')).toBeUndefined();
});

test('a request that is not served is not answered where it has no id: nobody waits for it', () => {
  for (const path of ['thing/config/get', 'thing/what/ever']) {
    expect(publish({ path }, '{"params":{}}')!.reply).toBeUndefined();
    expect(publish({ path }, '{"id":"7","params":{}}')!.reply!.code).toBe(200);
  }
});
