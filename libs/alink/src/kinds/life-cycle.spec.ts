import { publish } from '../../test/publish';
import { mayPublish, maySubscribe } from '../access';
import { encodeDownlink } from '../encode-downlink';

test('a reset is answered well: there is no binding that it could undo', () => {
  const payload = '{"id": 42, "version": "1.0", "method": "thing.reset", "params": {}}';
  expect(publish({ path: 'thing/reset' }, payload)).toMatchObject({
    message: undefined,
    reply: {
      topic: '/sys/a1X/d1/thing/reset_reply',
      payload: '{"id":42,"code":200,"message":"success","version":"1.0","method":"thing.reset","data":{}}',
    },
    problems: [],
  });
});

test('a reset needs no params, and without an id no answer', () => {
  expect(publish({ path: 'thing/reset' }, '{"id":"1"}')!.reply!.code).toBe(200);
  expect(publish({ path: 'thing/reset' }, '{}')!.reply).toBeUndefined();
  expect(publish({ path: 'thing/reset' }, '{"id":"1",')!.reply!.code).toBe(6207);
});

const gateway = { productKey: 'a1X', deviceName: 'd1', ext: 1 };
const of = { productKey: 'a1S', deviceName: 'lamp1' };

test.each(['disable', 'enable', 'delete'])('thing/%s goes to the gateway device on the sub-device’s topic', (name) => {
  const path = `thing/${name}`;
  const message = { method: 'request', msgToken: '35974024', timestamp: 1, path, params: {}, of } as const;
  expect(encodeDownlink(message, gateway)).toEqual({
    topic: `/sys/a1S/lamp1/thing/${name}`,
    payload: `{"method":"thing.${name}","id":"35974024","params":{},"version":"1.0.0"}`,
    qos: 0,
    replyKey: '35974024',
  });
});

test.each(['thing/disable_reply', 'thing/enable_reply', 'thing/delete_reply'])('it is answered on %s', (path) => {
  expect(publish({ path }, '{"id":"35974024","code":200,"data":{}}')).toMatchObject({
    message: { handle: 'thing', type: 'request', body: { method: 'requestReply', msgToken: '35974024', code: 200 } },
    problems: [],
  });
});

/** A third-party client takes itself for the one that disables, and documents list the answer among what devices receive. */
test.each(['thing/disable', 'thing/enable', 'thing/delete'])(
  'a device may not say %s, and may wait for the answer',
  (path) => {
    const topic = `/sys/a1S/lamp1/${path}`;
    expect(mayPublish(of, topic)).toBe(false);
    expect(maySubscribe(of, topic).granted).toBe(true);
    expect(maySubscribe(of, `${topic}_reply`).granted).toBe(true);
    expect(mayPublish(of, `${topic}_reply`)).toBe(true);
  },
);
