import { DefinedTopics } from '@alink/alink';
import { Code, readDevicePublish, subjects, writeDevicePublish, type PublishContent } from '@alink/contract';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';

const SYS = `/sys/${PRODUCT_KEY}/dev1/`;
const named = { productID: PRODUCT_KEY, deviceName: 'dev1' };

let bed: MessageBed;
const start = async (options?: Parameters<typeof createMessageBed>[0]): Promise<void> => {
  bed = await createMessageBed(options);
  bed.downlink.listen(bed.session);
};
afterEach(() => bed.stop());

const message = (content: Pick<PublishContent, 'handle' | 'type' | 'body'> & { topic?: string }): string =>
  writeDevicePublish({ ...named, ...content }, NOW);
const thing = (body: object): string => message({ handle: 'thing', type: 'property', body });
const setting = (msgToken: string): string =>
  thing({ method: 'control', msgToken, timestamp: NOW, params: { Temp: 21 } });

/** Sends a command and waits for what its caller hears. */
const command = async (text: string, handle: 'thing' | 'ext' = 'thing'): Promise<Record<string, unknown>> => {
  const answer = await bed.bus.request(subjects.down(handle, PRODUCT_KEY, 'dev1'), text, 5000);
  return JSON.parse(readDevicePublish(answer).payload.toString()) as Record<string, unknown>;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a setting reaches the device, and its answer the caller and the record', async () => {
  await start();
  const answer = command(setting('35974024'));
  await turn();
  expect(bed.heard()).toEqual([
    [
      `${SYS}thing/service/property/set`,
      '{"method":"thing.service.property.set","id":"35974024","params":{"Temp":21},"version":"1.0.0"}',
    ],
  ]);
  await bed.publish('thing/service/property/set_reply', '{"id":"35974024","code":200,"data":{}}');
  expect(await answer).toMatchObject({ method: 'controlReply', msgToken: '35974024', code: 200 });
  expect(bed.reports).toMatchObject([{ message: { method: 'controlReply', msgToken: '35974024', code: 200 } }]);
});

test.each(['not-a-number', '7', '4294967296'])(
  'the token %s is no Alink id: it goes out as one, and comes back as it was',
  async (msgToken) => {
    await start();
    const answer = command(setting(msgToken));
    await turn();
    const [[, payload]] = bed.heard() as [[string, string]];
    const { id } = JSON.parse(payload) as { id: string };
    expect(id).toMatch(/^[1-9]\d{7,9}$/);
    await bed.publish('thing/service/property/set_reply', `{"id":"${id}","code":200}`);
    expect(await answer).toMatchObject({ msgToken, code: 200 });
  },
);

test.each([
  [0, `${SYS}rrpc/request/40000009`],
  [1, `/ext/rrpc/40000009${SYS}thing/service/echo`],
])('a synchronous service goes by RRPC, with the full topic where ext has bit 0 (%i)', async (ext, topic) => {
  await start({ ext });
  const body = { method: 'action', msgToken: '40000009', timestamp: NOW, actionID: 'echo', params: {} };
  const answer = command(message({ handle: 'thing', type: 'action', body }));
  await turn();
  expect(bed.heard().map(([where]) => where)).toEqual([topic]);
  await bed.publish(ext ? topic : 'rrpc/response/40000009', '{"id":"40000009","code":200,"data":{}}', 0);
  expect(await answer).toMatchObject({ method: 'actionReply', actionID: 'echo', code: 200 });
});

test('a command that cannot stand in a topic is refused', async () => {
  await start();
  const body = { method: 'action', msgToken: '40000009', timestamp: NOW, actionID: 'a/b', params: {} };
  expect(await command(message({ handle: 'thing', type: 'action', body }))).toMatchObject({ code: Code.parameter });
});

describe('what is not written', () => {
  const readsNothing = (): void => void (bed.link.isFull = true);
  const isGone = (): void => void (bed.link.isClosed = true);

  test.each([
    ['the device reads nothing', Code.deviceTimeout, readsNothing],
    ['its link is gone', Code.deviceOffline, isGone],
  ])('because %s is told to the caller, and noted', async (_why, code, happens) => {
    await start();
    happens();
    expect(await command(setting('35974024'))).toMatchObject({ code });
    expect(bed.activities).toMatchObject([{ kind: 'command', code, text: expect.stringContaining('not delivered') }]);
  });
});

describe('bytes for a topic of the device', () => {
  const raw = (topic: string): string => message({ handle: 'ext', type: 'raw', topic, body: Buffer.from([1, 2]) });

  test('go out where it has subscribed', async () => {
    await start();
    const topic = `/${PRODUCT_KEY}/dev1/user/get`;
    expect(await command(raw(topic), 'ext')).toMatchObject({ code: Code.deviceOffline, msg: 'not subscribed' });
    bed.link.filters.push(topic);
    expect(await command(raw(topic), 'ext')).toMatchObject({ code: Code.ok });
    expect(bed.link.sent).toMatchObject([{ topic, payload: Buffer.from([1, 2]), qos: 1 }]);
  });

  const RRPC = `/ext/rrpc/77/${PRODUCT_KEY}/dev1/user/get`;

  test.each([
    ['text', Buffer.from('OK')],
    ['bytes', Buffer.from([0, 255, 1])],
    ['nothing', Buffer.alloc(0)],
    ['JSON', Buffer.from('{"code":200,"data":{}}')],
  ])('make a synchronous call whose caller hears the answer, be it %s', async (_what, bytes) => {
    await start();
    const answer = command(raw(`${SYS}rrpc/request/77`), 'ext');
    await turn();
    expect(bed.link.sent).toMatchObject([{ topic: `${SYS}rrpc/request/77`, payload: Buffer.from([1, 2]), qos: 0 }]);
    await bed.publish('rrpc/response/78', '{"code":200}', 0);
    await bed.publish('rrpc/response/77', bytes, 0);
    expect(await answer).toMatchObject({ code: Code.ok, data: bytes.toString('base64') });
    expect(bed.activities.at(-1)).toMatchObject({ kind: 'reply', requestId: '77', code: 200 });
    expect(bed.reports).toMatchObject([{ message: { method: 'actionReply', msgToken: '78' } }]);
  });

  test('make a call on a topic of its own, where it has subscribed for calls', async () => {
    await start({ clientId: 'dev1|securemode=3|' });
    expect(await command(raw(RRPC), 'ext')).toMatchObject({ code: Code.deviceOffline, msg: 'not subscribed' });
    bed.link.filters.push(`/${PRODUCT_KEY}/dev1/user/get`);
    expect(await command(raw(RRPC), 'ext')).toMatchObject({ code: Code.deviceOffline, msg: 'not subscribed' });
    bed.link.filters.push(`/ext/rrpc/+/${PRODUCT_KEY}/dev1/user/get`);
    const answer = command(raw(RRPC), 'ext');
    await turn();
    expect(bed.link.sent).toMatchObject([{ topic: RRPC, qos: 0 }]);
    await bed.publish(RRPC, 'free', 0);
    expect(await answer).toMatchObject({ code: Code.ok, data: Buffer.from('free').toString('base64') });
    expect(bed.reports).toMatchObject([{ topic: RRPC, handle: 'ext', bytes: Buffer.from('free') }]);
  });

  test('make a call that reaches who says _ss=1 and has subscribed the topic alone', async () => {
    await start({ clientId: 'dev1|securemode=3,ext=3,_ss=1|' });
    expect(await command(raw(RRPC), 'ext')).toMatchObject({ code: Code.deviceOffline, msg: 'not subscribed' });
    bed.link.filters.push(`/${PRODUCT_KEY}/dev1/user/get`);
    const answer = command(raw(RRPC), 'ext');
    await turn();
    expect(bed.heard()).toEqual([[RRPC, '\u0001\u0002']]);
    await bed.publish(RRPC, 'free', 0);
    expect(await answer).toMatchObject({ code: Code.ok, data: Buffer.from('free').toString('base64') });
  });

  test('make a call whose answer is dropped once its caller waits no longer', async () => {
    await start();
    const topic = `${SYS}rrpc/request/77`;
    const body = Buffer.from([1, 2]);
    const text = writeDevicePublish({ ...named, handle: 'ext', type: 'raw', topic, body, waitMs: 8000 }, NOW);
    const heard: unknown[] = [];
    void bed.bus.request(subjects.down('ext', PRODUCT_KEY, 'dev1'), text, 5000).then(
      (answer) => heard.push(answer),
      () => undefined,
    );
    await turn();
    bed.pass(8001);
    await bed.publish('rrpc/response/77', 'late', 0);
    await turn();
    expect(heard).toEqual([]);
    expect(bed.reports).toEqual([]);
    expect(bed.activities.at(-1)).toMatchObject({
      kind: 'drop',
      code: 1904,
      requestId: '77',
      text: expect.stringContaining('its caller waits no longer'),
    });
  });

  test('answers to calls that nobody has made are dropped, unless they may be those of a service', async () => {
    await start();
    await bed.publish('rrpc/response/77', 'free', 0);
    expect(bed.activities.at(-1)).toMatchObject({ kind: 'drop', code: 1904 });
    await bed.publish('rrpc/response/78', '{"id":"78","code":200}', 0);
    expect(bed.activities.at(-2)).toMatchObject({ kind: 'note', code: 1904 });
    expect(bed.reports).toMatchObject([{ message: { method: 'actionReply', msgToken: '78' } }]);
  });

  test('are refused on a custom topic that the product lets nobody subscribe', async () => {
    await start();
    const topics = new DefinedTopics([{ topic: 'user/get', permission: 'publish' }]);
    Object.assign(bed.session.options.product, { topics });
    bed.link.filters.push(`/${PRODUCT_KEY}/dev1/user/get`);
    expect(await command(raw(`/${PRODUCT_KEY}/dev1/user/get`), 'ext')).toMatchObject({ code: Code.parameter });
  });

  test('are refused on one that it does not receive', async () => {
    await start();
    expect(await command(raw(`/${PRODUCT_KEY}/dev2/user/get`), 'ext')).toMatchObject({ code: Code.parameter });
  });
});

test('an answer that cannot be read is no silence', async () => {
  await start();
  const answer = command(setting('35974024'));
  await turn();
  await bed.publish('thing/service/property/set_reply', '{"id":"35974024","code":0x1}');
  expect(await answer).toMatchObject({
    code: 6207,
    msg: expect.stringContaining('payload is not JSON: expected a comma'),
  });
});

test('what cannot be read harms nobody', async () => {
  await start();
  bed.bus.publish(subjects.down('thing', PRODUCT_KEY, 'dev1'), 'no envelope');
  const answer = command(setting('35974024'));
  await turn();
  expect(bed.heard()).toHaveLength(1);
  await bed.publish('thing/service/property/set_reply', '{"id":"35974024","code":200}');
  expect(await answer).toMatchObject({ code: 200 });
});
