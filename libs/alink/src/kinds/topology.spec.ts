import { publish } from '../../test/publish';
import { encodeDownlink } from '../encode-downlink';

const ask = (path: string, params: unknown) => publish({ path }, JSON.stringify({ id: '1', params }))!;

const lamp = { productKey: 'a1S', deviceName: 'lamp1' };
const signed = { ...lamp, sign: '00' };
const ofProduct = { ...signed, random: '1' };
const self = { productKey: 'a1X', deviceName: 'd1' };
/** The device that asks, where a device may have its name. */
const GATEWAY = { productKey: 'a1X', deviceName: 'gateway1' };

const lists: readonly [path: string, item: Record<string, unknown>, max: number][] = [
  ['thing/sub/register', lamp, 30],
  ['thing/sub/unregister', lamp, 200],
  ['thing/topo/add', signed, 200],
  ['thing/topo/delete', lamp, 200],
  ['thing/list/found', lamp, 200],
];

describe.each(lists)('%s', (path, item, max) => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...item, deviceName: `lamp${index}` }));

  test.each<[what: string, params: unknown, said: string]>([
    ['no list', item, 'params is no list'],
    ['an empty list', [], 'params is empty'],
    ['too many', many(max + 1), `params has more than ${max} items`],
    ['what is no object', [null], 'item 1 names no device'],
    ['a list in the list', [[lamp]], 'item 1 names no device'],
    ['no DeviceName', [item, { ...item, deviceName: undefined }], 'item 2 names no device'],
    ['a name that is no text', [{ ...item, productKey: 7 }], 'item 1 names no device'],
  ])('%s is malformed', (_what, params, said) => {
    const { reply, ask: asked, problems } = ask(path, params);
    expect(asked).toBeUndefined();
    expect(JSON.parse(reply!.payload)).toMatchObject({
      code: 460,
      message: `request parameter error: ${said}`,
      data: {},
    });
    expect(problems).toMatchObject([{ code: 460, step: expect.stringMatching(/^[A-Z].*\.$/) }]);
  });

  test('as many as there may be are asked about', () => {
    expect(ask(path, many(max)).ask!.question).toMatchObject({ devices: many(max) });
  });

  test('what a reply must not hold is no name', () => {
    for (const name of ['', '"}{', 'a/b', 'a+b', '#', 'x'.repeat(65), 'a\0b']) {
      for (const strange of [
        { ...item, deviceName: name },
        { ...item, productKey: name },
      ]) {
        const { reply, ask: asked } = ask(path, [item, strange]);
        expect(asked).toBeUndefined();
        expect([6100, 6250, 6280]).toContain(reply!.code);
        expect(reply!.payload).toMatch(/"data":\{\}\}$/);
      }
    }
  });
});

test.each(['thing/sub/register', 'thing/sub/unregister', 'thing/topo/delete', 'thing/list/found'])(
  'on %s a device that is named twice counts once',
  (path) => {
    const { question } = ask(path, [lamp, { ...lamp, more: true }, { ...lamp, deviceName: 'lamp2' }]).ask!;
    expect(question).toMatchObject({ devices: [lamp, { ...lamp, deviceName: 'lamp2' }] });
  },
);

test.each([
  ['thing/topo/add', [signed, { ...signed, sign: '11' }]],
  ['thing/proxy/provisioning/product_register', { proxieds: [ofProduct, { ...ofProduct, sign: '11' }] }],
])('on %s nobody could say which of two signatures counts', (path, params) => {
  expect(ask(path, params).reply!.payload).toContain('item 2 names a device again');
});

test.each<[what: string, path: string, params: unknown, said: string]>([
  ['no signature', 'thing/topo/add', [lamp], 'item 1 has no sign'],
  ['a signature that is no text', 'thing/topo/add', [{ ...lamp, sign: {} }], 'sign of item 1 is no plain text'],
  ['a client id without end', 'thing/topo/add', [{ ...signed, clientId: 'x'.repeat(1025) }], 'clientId of item 1'],
  ['a client id with U+0000', 'thing/topo/add', [{ ...signed, clientId: 'a\0' }], 'clientId of item 1'],
  ['a list as the time', 'thing/topo/add', [{ ...signed, timestamp: [1] }], 'timestamp of item 1 is no plain text'],
  ['no proxieds', 'thing/proxy/provisioning/product_register', [ofProduct], 'proxieds is no list'],
  ['no random', 'thing/proxy/provisioning/product_register', { proxieds: [signed] }, 'item 1 has no random'],
  [
    'no signature of the product',
    'thing/proxy/provisioning/product_register',
    { proxieds: [{ ...lamp, random: 1 }] },
    'item 1 has no sign',
  ],
  [
    'too many of a product',
    'thing/proxy/provisioning/product_register',
    { proxieds: Array.from({ length: 31 }, () => ofProduct) },
    'proxieds has more than 30 items',
  ],
])('%s is malformed', (_what, path, params, said) => {
  const { payload } = ask(path, params).reply!;
  expect(JSON.parse(payload)).toMatchObject({ code: 460, message: expect.stringContaining(said), data: {} });
});

test.each<[code: number, path: string, names: object]>([
  [6280, 'thing/sub/register', { productKey: 'a1S', deviceName: 'no+' }],
  [6280, 'thing/list/found', { productKey: 'a1S', deviceName: 'no blank' }],
  [6250, 'thing/sub/register', { productKey: 'a1/S', deviceName: 'lamp1' }],
  [6250, 'thing/list/found', { productKey: '', deviceName: 'lamp1' }],
  [6100, 'thing/topo/delete', { productKey: 'a1S', deviceName: 'no blank' }],
  [6402, 'thing/sub/register', self],
  [6402, 'thing/topo/add', { ...self, sign: '00' }],
])('%i is said of one that cannot be meant on %s', (code, path, names) => {
  const { reply, problems } = ask(path, [names]);
  expect(reply!.code).toBe(code);
  expect(problems).toMatchObject([{ code, detail: 'item 1', step: expect.stringMatching(/^[A-Z].*\.$/) }]);
});

test.each(['灯1', 'd1', 'x'.repeat(64)])(
  'whether a device may be called %s, whoever makes devices knows',
  (deviceName) => {
    for (const path of ['thing/sub/register', 'thing/topo/add', 'thing/topo/delete', 'thing/list/found']) {
      expect(ask(path, [{ productKey: 'a1S', deviceName, sign: '00' }]).ask).toBeDefined();
    }
  },
);

test('with sys.ack 0 it is asked all the same, and nothing is told', () => {
  const outcome = publish({ path: 'thing/topo/add' }, JSON.stringify({ id: '1', sys: { ack: 0 }, params: [signed] }))!;
  expect(outcome.ask!.question).toEqual({ kind: 'topology.add', devices: [signed] });
  expect(outcome.ask!.told({ code: 200 })).toBeUndefined();
});

test('what is refused in words is told in these words', () => {
  const { told } = ask('thing/sub/register', [lamp]).ask!;
  const { payload } = told({ code: 460, message: 'only a gateway device may', data: { registered: [] } })!;
  expect(JSON.parse(payload)).toMatchObject({ code: 460, message: 'only a gateway device may', data: {} });
});

describe('what a gateway device is told', () => {
  test.each<[path: string, params: object]>([
    ['thing/topo/add/notify', [lamp] as unknown as object],
    ['thing/topo/change', { status: 1, subList: [lamp] }],
    ['thing/gateway/permit', { productKey: 'a1S', time: 60 }],
  ])('%s', (path, params) => {
    const message = { method: 'request', msgToken: '35974024', timestamp: 1, path, params: params as never } as const;
    expect(encodeDownlink(message, { ...GATEWAY, ext: 3, callType: 'sync' })).toEqual({
      topic: `/sys/a1X/gateway1/${path}`,
      payload: `{"method":"${path.replaceAll('/', '.')}","id":"35974024","params":${JSON.stringify(params)},"version":"1.0.0"}`,
      qos: 0,
      replyKey: '35974024',
    });
  });

  test.each(['thing/topo/add/notify_reply', 'thing/topo/change_reply', 'thing/gateway/permit_reply'])(
    'is answered on %s',
    (path) => {
      const outcome = publish({ path }, '{"id":"35974024","code":200,"message":"success","data":{}}')!;
      expect(outcome.message).toMatchObject({
        handle: 'thing',
        type: 'request',
        body: { method: 'requestReply', msgToken: '35974024', code: 200 },
      });
      expect(outcome.reply).toBeUndefined();
    },
  );
});
