/** What comes over unitedrhino's bus to a device, and what its dm hears of it. */
import { Code, readDevicePublish, subjects, writeDevicePublish, type Handle } from '@alink/contract';
import { eventually } from '@alink/testing';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';

const SYS = `/sys/${PRODUCT_KEY}/dev1/`;
const named = { productID: PRODUCT_KEY, deviceName: 'dev1' };

let bed: MessageBed;
/** What its dm has heard from the device: method, token and the rest. */
let reported: Record<string, unknown>[];

beforeEach(async () => {
  bed = await createMessageBed({ dmKind: 'unitedrhino', tags: { fw: '1.0' } });
  bed.downlink.listen(bed.session);
  reported = [];
  bed.bus.subscribe('device.up.>', ({ data, respond }) => {
    reported.push(JSON.parse(readDevicePublish(data).payload.toString()) as Record<string, unknown>);
    respond?.('+ACK');
  });
});
afterEach(() => bed.stop());

const send = async (body: object, handle: Handle = 'thing', type = 'property'): Promise<void> => {
  bed.bus.publish(
    subjects.down(handle, PRODUCT_KEY, 'dev1'),
    writeDevicePublish({ ...named, handle, type, body: { timestamp: NOW, ...body } }, NOW),
  );
  await new Promise((resolve) => setImmediate(resolve));
};
const setting = { method: 'control', msgToken: 'a1b2c3', params: { Temp: 21 } };

test('a setting reaches the device, and its answer is a report with the token that its dm gave', async () => {
  await send(setting);
  const [[topic, payload]] = bed.heard() as [[string, string]];
  expect(topic).toBe(`${SYS}thing/service/property/set`);
  const { id } = JSON.parse(payload) as { id: string };
  await bed.publish('thing/service/property/set_reply', `{"id":"${id}","code":200,"data":{}}`);
  expect(reported).toMatchObject([{ method: 'controlReply', msgToken: 'a1b2c3', code: 200 }]);
});

test('one that is not written is told as a report, so that nobody waits', async () => {
  bed.link.isFull = true;
  await send(setting);
  await eventually(() => expect(reported).toMatchObject([{ method: 'controlReply', msgToken: 'a1b2c3' }]));
  expect(reported).toMatchObject([{ code: Code.deviceTimeout, msg: 'device takes nothing' }]);
});

test('on the reply inbox of its stream nothing is said: that would be taken for an acknowledgement', async () => {
  bed.link.isFull = true;
  const text = writeDevicePublish({ ...named, handle: 'thing', type: 'property', body: setting }, NOW);
  await expect(bed.bus.request(subjects.down('thing', PRODUCT_KEY, 'dev1'), text, 100)).rejects.toThrow('no answer');
});

test('its reply to a question of the device is no command', async () => {
  await bed.publish('thing/deviceinfo/update', '{"id":"5","params":[{"attrKey":"site","attrValue":"A1"}]}');
  await eventually(() => expect(reported).toHaveLength(1));
  expect(reported).toMatchObject([{ method: 'reportInfo', params: { tags: { fw: '1.0', site: 'A1' } } }]);
  await send({ method: 'reportInfoReply', msgToken: reported[0]!['msgToken'], code: 200 });
  await eventually(() => expect(bed.link.sent).toHaveLength(1));
  expect(bed.heard()).toEqual([[`${SYS}thing/deviceinfo/update_reply`, expect.stringContaining('"code":200')]]);
  expect(bed.asked).toEqual([]);
});

test.each([
  ['reportReply', 'thing', 'property'],
  ['eventReply', 'thing', 'event'],
  ['getNtpReply', 'ext', 'ntp'],
  ['', 'ota', 'progress'],
  ['report', 'log', 'report'],
] as const)('a reply that nobody waits for (%s, %s/%s) reaches no device', async (method, handle, type) => {
  await send({ method, msgToken: '1', code: 200 }, handle, type);
  expect([bed.heard(), bed.activities, reported]).toEqual([[], [], []]);
});

test('firmware that is due reaches the device as Alibaba says it', async () => {
  const file = { size: 5, name: 'a.bin', fileUrl: 'https://files/a.bin', fileMd5: 'a'.repeat(32) };
  const whole = { version: '2.0', isDiff: 1, signMethod: 'MD5', extra: '{"k":"v"}', ...file, signature: file.fileMd5 };
  await send({ method: 'upgrade', msgToken: '1', data: whole }, 'ota', 'upgrade');
  await send(
    { method: 'upgrade', msgToken: '2', data: { version: '2.1', isDiff: 2, extra: '', files: [file, file] } },
    'ota',
    'upgrade',
  );
  const heard = bed.heard();
  expect(heard.map(([topic]) => topic)).toEqual(Array(2).fill(`/ota/device/upgrade/${PRODUCT_KEY}/dev1`));
  const [one, several] = heard.map(([, payload]) => JSON.parse(payload) as Record<string, unknown>);
  expect(one).toEqual({
    code: '1000',
    message: 'success',
    id: expect.stringMatching(/^[1-9]\d*$/),
    data: {
      version: '2.0',
      size: 5,
      url: 'https://files/a.bin',
      md5: 'a'.repeat(32),
      sign: 'a'.repeat(32),
      signMethod: 'Md5',
      extData: { k: 'v' },
    },
  });
  const listed = { fileName: 'a.bin', fileUrl: 'https://files/a.bin', fileSize: 5, fileSign: 'a'.repeat(32) };
  expect(several!['data']).toEqual({ version: '2.1', isDiff: 1, files: [listed, listed], signMethod: 'Md5' });
});

test.each([
  ['gateway', 'status', { method: 'online' }],
  ['thing', 'service', { method: 'bindChange' }],
  ['ota', 'upgrade', { method: 'upgrade', data: {} }],
] as const)(
  'what Alink has no words for (%s/%s) is dropped with a line in the device’s log',
  async (handle, type, body) => {
    await send(body, handle, type);
    expect(bed.heard()).toEqual([]);
    expect(bed.activities).toMatchObject([
      { kind: 'drop', deviceName: 'dev1', topic: `${handle}/${type}`, text: expect.stringContaining('dropped') },
    ]);
  },
);

test('lines of the device’s log are kept where our platform would have thrown them away, and answered then', async () => {
  const params = [{ logLevel: 'INFO', logContent: 'started' }];
  await bed.publish('thing/log/post', JSON.stringify({ id: '7', version: '1.0', params, method: 'thing.log.post' }));
  expect(reported).toMatchObject([{ method: 'report', params: [{ content: 'started', logLevel: 4 }] }]);
  expect(bed.heard()).toEqual([
    [`${SYS}thing/log/post_reply`, expect.stringMatching(/"id":"7","code":200,"message":"success"/)],
  ]);
  await bed.publish('thing/log/post', '{"id":"8","version":"1.0","params":[]}');
  expect(bed.heard()).toEqual([[`${SYS}thing/log/post_reply`, expect.stringMatching(/"id":"8","code":460/)]]);
  expect(bed.activities.map(({ kind }) => kind)).toEqual(['report', 'drop']);
});

test('a message on a topic of the device’s own is acknowledged and echoed, and told to be kept by nobody', async () => {
  const topic = `/${PRODUCT_KEY}/dev1/user/update`;
  bed.link.filters.push(topic);
  await bed.publish(topic, 'x');
  expect(bed.heard()).toEqual([[topic, 'x']]);
  expect(reported).toEqual([]);
  expect(bed.activities).toMatchObject([{ kind: 'drop', code: 6831, text: expect.stringContaining('unitedrhino') }]);
});

test('a configuration that is pushed becomes a file of ours, and a request for it', async () => {
  await send({ method: 'push', payload: '{"interval":60}' }, 'config', 'push');
  const [[topic, payload]] = bed.heard() as [[string, string]];
  expect(topic).toBe(`${SYS}thing/config/push`);
  expect(payload).toMatch(
    /^\{"method":"thing\.config\.push","id":"\d{8,10}","params":\{"configId":"\w{16}","configSize":15,"sign":"\w{64}","signMethod":"Sha256","url":"http:\/\/iot\.example\.com\/files\/[\w~.-]+","getType":"file"\},"version":"1\.0\.0"\}$/,
  );
  // The answer goes to nobody: its dm expects none.
  const { id } = JSON.parse(payload) as { id: string };
  await bed.publish('thing/config/push_reply', `{"id":"${id}","code":200,"data":{}}`);
  expect(reported).toEqual([]);
});

test.each([
  [1, 0],
  [2, 1],
  [5, 1],
])('level %i of the log is mode %i of the device', async (level, mode) => {
  await send({ method: 'getStatus', data: { logLevel: level } }, 'log', 'update');
  const [[topic, payload]] = bed.heard() as [[string, string]];
  expect(topic).toBe(`${SYS}thing/config/log/push`);
  expect(JSON.parse(payload)).toMatchObject({ params: { getType: 'content', content: { mode } } });
});

test('a push without a text is dropped, with a line', async () => {
  await send({ method: 'push', payload: '' }, 'config', 'push');
  expect(bed.heard()).toEqual([]);
  expect(bed.activities).toMatchObject([
    { kind: 'drop', text: expect.stringContaining('a configuration without a text') },
  ]);
});

describe('to a gateway device', () => {
  const topo = (body: object) => send(body, 'gateway', 'topo');
  const devices = [{ productID: 'p2', deviceName: 'sub1', deviceAlias: '' }];
  const identities = [{ productKey: 'key of p2', deviceName: 'sub1' }];
  /** What it is asked: topic, id and params. */
  const asked = async () => {
    await eventually(() => expect(bed.link.sent).toHaveLength(1));
    const [[topic, payload]] = bed.heard() as [[string, string]];
    return { topic, ...(JSON.parse(payload) as { id: string; params: unknown }) };
  };

  test.each([
    [1, 0],
    [2, 1],
  ])('change %i of its sub-devices is status %i, by the names that devices know', async (status, told) => {
    await topo({ method: 'change', msgToken: '204', code: 200, payload: { status, devices } });
    const { topic, id, params } = await asked();
    expect(topic).toBe(`${SYS}thing/topo/change`);
    expect(params).toEqual({ status: told, subList: identities });
    await bed.publish('thing/topo/change_reply', `{"id":"${id}","code":200,"data":{}}`);
    expect(reported).toEqual([]);
  });

  test('sub-devices to bind, and that it has heard of them', async () => {
    await topo({ method: 'notifyBind', msgToken: '304', payload: { devices } });
    const { topic, id, params } = await asked();
    expect([topic, params]).toEqual([`${SYS}thing/topo/add/notify`, identities]);
    await bed.publish('thing/topo/add/notify_reply', `{"id":"${id}","code":200,"data":{}}`);
    expect(reported).toMatchObject([{ method: 'notifyBind', msgToken: '304', code: 200, sys: { noAsk: true } }]);
  });

  test('to look for sub-devices, and why it does not', async () => {
    await topo({ method: 'getFound', msgToken: '404' });
    const { topic, id, params } = await asked();
    expect([topic, params]).toEqual([`${SYS}thing/gateway/permit`, { productKey: '', time: 60 }]);
    await bed.publish('thing/gateway/permit_reply', `{"id":"${id}","code":5001,"data":{}}`);
    expect(reported).toMatchObject([{ method: 'getFound', msgToken: '404', code: 5001 }]);
    bed.link.isFull = true;
    await topo({ method: 'getFound', msgToken: '504' });
    expect(reported.at(-1)).toMatchObject({ msgToken: '504', code: Code.deviceTimeout, msg: 'device takes nothing' });
  });

  test('replies that nobody waits for, and the null of those that there are none for, reach no device', async () => {
    for (const method of ['bind', 'unbind', 'getTopo', 'register', 'found', 'constructor']) {
      await topo({ method, msgToken: '1', code: 200 });
    }
    const nothing = writeDevicePublish({ ...named, handle: 'gateway', type: 'topo', body: null as never }, NOW);
    bed.bus.publish(subjects.down('gateway', PRODUCT_KEY, 'dev1'), nothing);
    await topo({ method: 'change', payload: { status: 9, devices } });
    await eventually(() => expect(bed.activities).toMatchObject([{ kind: 'drop', code: 6831 }]));
    expect([bed.heard(), reported]).toEqual([[], []]);
  });
});
