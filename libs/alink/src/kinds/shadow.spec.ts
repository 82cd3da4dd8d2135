import { encodeShadowControl } from '../bodies/shadow';
import { publish } from '../../test/publish';

const ask = (request: object | string) =>
  publish({ scope: 'shadow', path: 'update' }, typeof request === 'string' ? request : JSON.stringify(request))!;

test('what an application desires goes to the device with version and time before the document', () => {
  const document = {
    version: 2,
    state: { reported: { version: 7 }, desired: { color: 'green' } },
    metadata: { reported: { version: { timestamp: 1 } }, desired: { color: { timestamp: 2 } } },
  };
  expect(encodeShadowControl(document, 1_469_564_576_999)).toBe(
    '{"method":"control","version":2,"timestamp":1469564576,"payload":{"status":"success",' +
      '"state":{"reported":{"version":7},"desired":{"color":"green"}},' +
      '"metadata":{"reported":{"version":{"timestamp":1}},"desired":{"color":{"timestamp":2}}}}}',
  );
});

test('16 KB of state are asked for, more is refused here', () => {
  const report = (size: number) => ask({ method: 'update', state: { reported: { a: 'x'.repeat(size) } }, version: 1 });
  const rest = JSON.stringify({ reported: { a: '' } }).length;
  expect(report(16 * 1024 - rest).ask).toBeDefined();
  const { reply } = report(16 * 1024 - rest + 1);
  expect(JSON.parse(reply!.payload)).toMatchObject({ payload: { content: { errorcode: '400' } } });
});

test('a token that is no short text does not come back', () => {
  for (const clientToken of [5, 'x'.repeat(257), '\ud800']) {
    expect(ask({ method: 'drop', clientToken }).reply!.payload).not.toContain('clientToken');
  }
});

test.each([
  ['{"method":"get",,,}', 'shadow.get'],
  ['{"method":"delete", ,"state":{"reported":{"a":"null"},,},"version":5,}', 'shadow.delete'],
])('commas that stand twice are read over, where they are: %s', (payload, kind) => {
  expect(ask(payload).ask!.question).toMatchObject({ kind });
});

test.each(['{,"method":"get"}', '{"method":,"get"}'])('but no comma begins anything: %s', (payload) => {
  expect(ask(payload).reply!.code).toBe(400);
});

test('commas that stand twice are no JSON anywhere else', () => {
  expect(publish({ path: 'thing/event/property/post' }, '{"id":"1",,"params":{"a":1}}')!.reply!.code).toBe(6207);
});
