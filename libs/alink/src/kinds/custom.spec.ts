import { publish } from '../../test/publish';

const bytes = Buffer.from([0, 255, 123]);

test("a custom message is kept as it came, and is the device's own where it subscribes", () => {
  expect(publish({ scope: 'custom', path: 'user/update' }, bytes)).toEqual({
    message: { handle: 'ext', type: 'custom', bytes },
    echo: true,
    problems: [],
    requestId: '',
  });
});

test('the answer to a synchronous call has the topic of the call, and does not come back', () => {
  const outcome = publish({ scope: 'custom', path: 'user/get', rrpcId: '77' }, bytes);
  expect(outcome).toMatchObject({ message: { handle: 'ext', type: 'custom', bytes } });
  expect(outcome!.echo).toBeUndefined();
});

test.each(['user', 'user/', 'update'])('"%s" is no custom topic', (path) => {
  expect(publish({ scope: 'custom', path }, bytes)).toBeUndefined();
});

test('the script that the topic asks for is kept with the bytes', () => {
  const { message } = publish({ scope: 'custom', path: 'user/update', script: 'default' }, bytes)!;
  expect(message).toEqual({ handle: 'ext', type: 'custom', bytes, script: 'default' });
});
