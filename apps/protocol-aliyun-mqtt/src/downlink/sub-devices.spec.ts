/** What a sub-device is sent and answers, over the link of its gateway device. */
import { Code, readDevicePublish, subjects, writeDevicePublish } from '@alink/contract';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, NOW, type MessageBed } from '../../test/message-bed';
import type { Session } from '../session/session';

const SYS = `/sys/${PRODUCT_KEY}/dev-sub1/`;

let bed: MessageBed;
let sub: Session;
const start = async (options?: Parameters<typeof createMessageBed>[0]): Promise<void> => {
  bed = await createMessageBed(options);
  bed.downlink.listen(bed.session);
  sub = await bed.logIn('dev-sub1');
};
afterEach(() => bed.stop());

type Handle = 'thing' | 'ext';

/** Sends a command and waits for what its caller hears. */
const command = async (
  body: object,
  { deviceName = 'dev-sub1', type = 'property', handle = 'thing' as Handle, topic = '' } = {},
): Promise<Record<string, unknown>> => {
  const text = writeDevicePublish({ productID: PRODUCT_KEY, deviceName, handle, type, topic, body }, NOW);
  const answer = await bed.bus.request(subjects.down(handle, PRODUCT_KEY, deviceName), text, 5000);
  return JSON.parse(readDevicePublish(answer).payload.toString()) as Record<string, unknown>;
};
const head = { msgToken: '35974024', timestamp: NOW };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const publish = (topic: string, payload: string, qos: 0 | 1 = 1): Promise<void> =>
  bed.uplink.publish(sub, { topic, payload: Buffer.from(payload), qos });

test.each([
  ['a setting', { ...head, method: 'control', params: { Temp: 21 } }, 'property', 'property/set', 'controlReply'],
  ['a reading', { ...head, method: 'getReport', identifiers: ['Temp'] }, 'property', 'property/get', 'getReportReply'],
  [
    'an asynchronous service',
    { ...head, method: 'action', actionID: 'reboot', params: {} },
    'action',
    'reboot',
    'actionReply',
  ],
])('%s goes out under its own topic, and its answer to the caller', async (_what, body, type, path, method) => {
  await start();
  const answer = command(body, { type });
  await turn();
  expect(bed.heard().map(([topic]) => topic)).toEqual([`${SYS}thing/service/${path}`]);
  await publish(`${SYS}thing/service/${path}_reply`, '{"id":"35974024","code":200,"data":{}}');
  expect(await answer).toMatchObject({ method, msgToken: '35974024', code: 200 });
  expect(bed.reports).toMatchObject([{ deviceName: 'dev-sub1', message: { method } }]);
});

test.each([
  [0, `${SYS}rrpc/request/35974024`, `${SYS}rrpc/response/35974024`],
  [1, `/ext/rrpc/35974024${SYS}thing/service/echo`, `/ext/rrpc/35974024${SYS}thing/service/echo`],
])('a synchronous service goes as the CONNECT of the gateway device asks (ext=%i)', async (ext, request, response) => {
  await start({ ext });
  const answer = command({ ...head, method: 'action', actionID: 'echo', params: {} }, { type: 'action' });
  await turn();
  expect(bed.heard().map(([topic]) => topic)).toEqual([request]);
  await publish(response, '{"id":"35974024","code":200,"data":{}}', 0);
  expect(await answer).toMatchObject({ method: 'actionReply', actionID: 'echo', code: 200 });
});

test('commands with one id to both devices have each its own answer', async () => {
  await start();
  const set = { ...head, method: 'control', params: { Temp: 21 } };
  const answers = [command(set, { deviceName: 'dev1' }), command(set)];
  await turn();
  expect(bed.heard()).toHaveLength(2);
  await publish(`${SYS}thing/service/property/set_reply`, '{"id":"35974024","code":100001}');
  await bed.publish('thing/service/property/set_reply', '{"id":"35974024","code":200}');
  expect(await Promise.all(answers)).toMatchObject([{ code: 200 }, { code: 100001 }]);
});

test('what the gateway device is told of a sub-device is answered on its topic, whether it has a session or not', async () => {
  await start();
  const named = { productKey: PRODUCT_KEY, deviceName: 'dev-sub2' };
  const body = { ...head, method: 'request', path: 'thing/disable', params: {}, of: named };
  const answer = command(body, { deviceName: 'dev1', type: 'request' });
  await turn();
  const topic = `/sys/${PRODUCT_KEY}/dev-sub2/thing/disable`;
  expect(bed.heard().map(([where]) => where)).toEqual([topic]);
  const reply = {
    topic: `${topic}_reply`,
    payload: Buffer.from('{"id":"35974024","code":200,"data":{}}'),
    qos: 1 as const,
  };
  await bed.uplink.publish(bed.session, reply, { named });
  expect(await answer).toMatchObject({ msgToken: '35974024', code: 200 });
});

test('replies come where its login or that of its gateway device asks for all of them, or it has subscribed', async () => {
  const post = (): Promise<void> => publish(`${SYS}thing/event/property/post`, '{"id":"1","params":{"Temp":1}}');
  await start({ clientId: 'dev1|securemode=3,_ss=1|' });
  await post();
  expect(bed.heard().map(([topic]) => topic)).toEqual([`${SYS}thing/event/property/post_reply`]);
  await bed.stop();

  await start({ clientId: 'dev1|securemode=3|' });
  await post();
  expect(bed.heard()).toEqual([]);
  bed.link.filters.push(`${SYS}thing/event/+/post_reply`);
  await post();
  expect(bed.heard()).toHaveLength(1);
});

test('custom topics of a sub-device go out where its gateway device has subscribed them', async () => {
  await start();
  const topic = `/${PRODUCT_KEY}/dev-sub1/user/get`;
  const raw = (): Promise<Record<string, unknown>> => command(Buffer.from([1]), { handle: 'ext', type: 'raw', topic });
  expect(await raw()).toMatchObject({ code: Code.deviceOffline, msg: 'not subscribed' });
  bed.link.filters.push(topic);
  expect(await raw()).toMatchObject({ code: Code.ok });
  expect(bed.link.sent).toMatchObject([{ topic, qos: 1 }]);
});

test('nothing is sent under its topics once its session has ended', async () => {
  await start();
  bed.answer(await new Promise<{ code: 200 }>((resolve) => setImmediate(resolve, { code: 200 })));
  const get = publish(`${SYS}thing/property/desired/get`, '{"id":"1","params":["Temp"]}');
  await sub.end({ text: 'logged out' });
  await get;
  await turn();
  expect(await command({ ...head, method: 'control', params: { Temp: 21 } })).toMatchObject({
    code: Code.deviceOffline,
  });
  expect(bed.heard()).toEqual([]);
});

describe('a pack', () => {
  const part = (deviceName: string) => ({
    identity: { productKey: PRODUCT_KEY, deviceName },
    properties: { Temp: { value: 1, time: NOW } },
  });
  const pack = (...names: string[]): string =>
    JSON.stringify({ id: '1', params: { properties: {}, events: {}, subDevices: names.map(part) } });
  const PACK = 'thing/event/property/pack/post';

  test('of a gateway device may hold what its sub-devices with a session measured', async () => {
    await start();
    await bed.publish(PACK, pack('dev-sub1'));
    expect(bed.reports).toMatchObject([
      {
        deviceName: 'dev1',
        message: { subDevices: [{ productID: PRODUCT_KEY, deviceName: 'dev-sub1', properties: [{}] }] },
      },
    ]);
    await bed.publish(PACK, pack('dev-sub2'));
    await sub.end({ text: 'logged out' });
    await bed.publish(PACK, pack('dev-sub1'));
    expect(bed.reports).toHaveLength(1);
    const codes = bed.heard().map(([, payload]) => (JSON.parse(payload) as { code: number }).code);
    expect(codes).toEqual([200, 6401, 6401]);
  });

  test('of a sub-device holds nothing of others', async () => {
    await start();
    await bed.logIn('dev-sub2');
    await publish(`${SYS}${PACK}`, pack('dev-sub2'));
    expect(bed.reports).toEqual([]);
    expect(bed.activities.at(-1)).toMatchObject({ code: 6401, deviceName: 'dev-sub1' });
  });
});
