import { publish } from '../../test/publish';
import { encodeDownlink } from '../encode-downlink';

const target = { productKey: 'a1X', deviceName: 'd1', ext: 3 };
const request = (path: string) =>
  ({ method: 'request', msgToken: '35974024', timestamp: 1, path, params: { cmd: 0 } }) as const;

test('a request goes out as all requests do, never as a synchronous call', () => {
  expect(encodeDownlink(request('thing/bootstrap/notify'), { ...target, callType: 'sync' })).toEqual({
    topic: '/sys/a1X/d1/thing/bootstrap/notify',
    payload: '{"method":"thing.bootstrap.notify","id":"35974024","params":{"cmd":0},"version":"1.0.0"}',
    qos: 0,
    replyKey: '35974024',
  });
});

test.each(['thing/service/property/set', 'thing/nothing', ''])('"%s" is no path of such a request', (path) => {
  expect(() => encodeDownlink(request(path), target)).toThrow(RangeError);
});

test.each(['thing/bootstrap/notify_reply', 'thing/job/notify_reply'])(
  'the answer on %s bears the id of the request',
  (path) => {
    const outcome = publish({ path }, '{"id":"35974024","code":200,"data":{}}')!;
    expect(outcome).toMatchObject({
      message: {
        handle: 'thing',
        type: 'request',
        body: { method: 'requestReply', msgToken: '35974024', code: 200, data: {} },
      },
      problems: [],
    });
  },
);
