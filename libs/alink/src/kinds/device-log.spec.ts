import { publish } from '../../test/publish';
import type { LogLine } from '../device-message';
import { encodeDownlink } from '../encode-downlink';
import { LOG_MODE_PUSH, logModeData } from './device-log';

const NOW = 1_700_000_000_000;
const post = (params: unknown, method = 'thing.log.post') =>
  publish({ path: 'thing/log/post', now: NOW }, JSON.stringify({ id: '7', version: '1.0', params, method }))!;
const linesOf = (outcome: ReturnType<typeof post>): readonly LogLine[] => {
  const { message } = outcome;
  if (message?.handle !== 'log' || message.body.method !== 'logReport') throw new Error('no lines are kept');
  return message.body.params;
};
const line = {
  utcTime: '2023-11-14T22:13:19.464+0000',
  logLevel: 'ERROR',
  module: 'net',
  code: '4103',
  traceContext: '123',
  logContent: 'no route',
};

test('lines of the Link SDK for C 4.x are kept with all their parts', () => {
  const outcome = post([line, { logLevel: 'FATAL', module: 'net_rt', code: 200, logContent: 'time=1^rtt=30' }]);
  expect(linesOf(outcome)).toEqual([
    {
      timestamp: 1_699_999_999_464,
      logLevel: 2,
      module: 'net',
      code: '4103',
      traceContext: '123',
      content: 'no route',
    },
    { timestamp: NOW, logLevel: 2, module: 'net_rt', code: '200', traceContext: '', content: 'time=1^rtt=30' },
  ]);
  expect(outcome.reply!.payload).toBe(
    '{"id":"7","code":200,"message":"success","version":"1.0","method":"thing.log.post","data":{}}',
  );
});

test('the C SDK 3.x tells what its words are, and calls the method otherwise', () => {
  const params = {
    template: 'timestamp logLevel module traceContext logContent',
    contents: ['1234 INFO awss 99 connected to the router', '5 WARN wifi'],
  };
  const outcome = post(params, 'things.log.post');
  expect(linesOf(outcome)).toEqual([
    // It counts milliseconds from its start: that is no time.
    { timestamp: NOW, logLevel: 4, module: 'awss', code: '', traceContext: '99', content: 'connected to the router' },
    { timestamp: NOW, logLevel: 3, module: 'wifi', code: '', traceContext: '', content: '' },
  ]);
});

test.each([
  ['with an offset', '2023-11-15T06:13:19.464+0800', 1_699_999_999_464],
  ['with a colon in it', '2023-11-15T06:13:19+08:00', 1_699_999_999_000],
  ['in UTC', '2023-11-14T22:13:19Z', 1_699_999_999_000],
  ['as milliseconds', 1_699_999_999_464, 1_699_999_999_464],
  ['as seconds in a text', '1699999999', 1_699_999_999_000],
  ['before the clock was set', '1970-01-01T00:00:10.000+0000', NOW],
  ['two days ahead', '2023-11-16T22:13:20.000+0000', NOW],
  ['none at all', 'soon', NOW],
])('a time %s', (_name, utcTime, timestamp) => {
  expect(linesOf(post([{ ...line, utcTime }]))[0]!.timestamp).toBe(timestamp);
});

test('what is too long is cut, what no database keeps is left out, and no character is torn', () => {
  const [kept] = linesOf(post([{ module: 'm'.repeat(500), logContent: `a\0\ud800${'😀'.repeat(5000)}` }]));
  expect(kept!.module).toHaveLength(128);
  expect(Array.from(kept!.content)).toHaveLength(4096);
  expect(kept!.content).toMatch(/^a\ufffd😀+$/u);
});

test('40 lines are taken, 41 are not', () => {
  const many = (count: number) => post(Array.from({ length: count }, () => line));
  expect(linesOf(many(40))).toHaveLength(40);
  expect(many(41)).toMatchObject({ message: undefined, reply: { code: 460 } });
});

test.each([
  ['no line', []],
  ['a text', 'line'],
  ['an object that is none', { lines: [line] }],
  ['a template without lines', { template: 'logContent', contents: [] }],
  ['a line that is no object', [line, 7]],
  ['a line that says nothing', [line, { logLevel: 'INFO', utcTime: line.utcTime }]],
])('%s is refused as a whole', (_name, params) => {
  expect(post(params)).toMatchObject({ message: undefined, reply: { code: 460 } });
});

describe('the settings', () => {
  const get = (params: unknown) => publish({ path: 'thing/config/log/get' }, JSON.stringify({ id: '1', params }))!;

  test('are asked for and told as in the documentation', () => {
    const { ask } = get({ configScope: 'device', getType: 'content' });
    expect(ask!.question).toEqual({ kind: 'log.mode' });
    expect(ask!.told({ code: 200, data: { mode: 1 } })!.payload).toBe(
      '{"id":"1","code":200,"message":"success","version":"1.0","method":"thing.config.log.get","data":{"getType":"content","content":{"mode":1}}}',
    );
    expect(JSON.parse(ask!.told({ code: 6100 })!.payload)).toMatchObject({ code: 6100, data: {} });
  });

  test.each([
    [{ configScope: 'device', getType: 'file' }, 6717],
    [{ configScope: 'product', getType: 'content' }, 6718],
    [[], 460],
  ])('%j is refused', (params, code) => {
    expect(get(params).reply).toMatchObject({ code });
  });

  test('go out as a notice, to which nothing is answered', () => {
    const message = { method: 'request', path: LOG_MODE_PUSH, params: logModeData({ mode: 0 }) } as const;
    const sent = encodeDownlink(
      { ...message, msgToken: '35974024', timestamp: 1 },
      { productKey: 'a1X', deviceName: 'd1', ext: 0 },
    );
    expect(sent).toMatchObject({
      topic: '/sys/a1X/d1/thing/config/log/push',
      payload:
        '{"method":"thing.config.log.push","id":"35974024","params":{"getType":"content","content":{"mode":0}},"version":"1.0.0"}',
    });
    expect(publish({ path: 'thing/config/log/push_reply' }, '{"id":"1","code":200}')?.message).toBeUndefined();
  });
});
