import type { Subscription } from '@alink/bus';
import {
  decodeEnvelope,
  readDevicePublish,
  subjects,
  writeDevicePublish,
  type DevicePublish,
  type Json,
} from '@alink/contract';
import { eventually } from '@alink/testing';
import { createDevices, DEVICE, NAMES, rpcError, sendStatus, sendUplink, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
let node: Subscription | undefined;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  node?.unsubscribe();
  node = undefined;
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

interface Got {
  readonly publish: DevicePublish;
  readonly message: { msgToken: string; method: string } & Record<string, Json>;
}
type Reply = { code: number; msg?: string; data?: Json };

/** A node that holds the device and gives this answer; undefined is none at all. */
const nodeAnswers = (answer: (got: Got) => Reply | undefined): Got[] => {
  const all: Got[] = [];
  node = fixture.bus.subscribe(subjects.downOfDevice(NAMES.productID, DEVICE), ({ data, respond }) => {
    const publish = readDevicePublish(data);
    const isJson = publish.type !== 'raw';
    const got = { publish, message: isJson ? JSON.parse(publish.payload.toString()) : { msgToken: '' } };
    all.push(got);
    const reply = answer(got);
    if (!reply) return;
    const body = { method: `${got.message.method}Reply`, msgToken: got.message.msgToken, timestamp: 1, ...reply };
    respond?.(writeDevicePublish({ ...publish, body }, 1));
  });
  return all;
};
const login = () => sendStatus(fixture.bus, { action: 'connected' });
const sendLog = async () => (await fixture.data.sendLogIndex(NAMES)).list;

describe('propertyControlSend', () => {
  test('reaches the device and gives its answer', async () => {
    await login();
    const got = nodeAnswers(() => ({ code: 200, msg: 'success' }));
    const answer = await fixture.interact.propertyControlSend(
      { ...NAMES, data: '{"temperature":28,"rpm":"7"}' },
      { user: { UserID: '42', Account: 'alice' } },
    );
    expect(answer).toEqual({ code: '200', msg: 'success', msgToken: got[0]!.message.msgToken });
    expect(answer.msgToken).toMatch(/^[1-9]\d{0,9}$/);
    expect(Number(answer.msgToken)).toBeLessThan(2 ** 32);
    expect(got[0]).toMatchObject({
      publish: { ...NAMES, handle: 'thing', type: 'property', protocolCode: 'aliyunMqtt' },
      message: { method: 'control', params: { temperature: 28, rpm: 7 } },
    });
    await eventually(async () =>
      expect(await sendLog()).toEqual([
        expect.objectContaining({
          action: 'propertyControlSend',
          dataID: 'temperature,rpm',
          content: '{"temperature":28,"rpm":7}',
          resultCode: '200',
          account: 'alice',
          userID: '42',
        }),
      ]),
    );
  });

  test('gives what the device itself says was wrong', async () => {
    await login();
    nodeAnswers(() => ({ code: 5000, msg: 'too hot' }));
    expect(await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}' })).toMatchObject({
      code: '5000',
      msg: 'too hot',
    });
  });

  test.each<[string, string, string]>([
    ['an unknown property', '{"speed":1}', 'data.speed'],
    ['a value out of range', '{"rpm":10001}', 'data.rpm'],
    ['a text for a number', '{"rpm":"fast"}', 'data.rpm'],
    ['nothing', '', 'data must name a property'],
    ['an empty object', '{}', 'data must name a property'],
    ['a list', '[1]', 'data must be a JSON object'],
    ['no JSON', '{rpm:1}', 'data is not valid JSON'],
  ])('%s is refused by name, and no command is sent', async (_case, data, text) => {
    await login();
    const got = nodeAnswers(() => ({ code: 200 }));
    await expect(fixture.interact.propertyControlSend({ ...NAMES, data })).rejects.toEqual(rpcError(100006, text));
    expect(got).toEqual([]);
    expect(await sendLog()).toEqual([]);
  });

  test('send only: offline is 2000003, silence 2000002, and the record says so', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '1' };
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
    nodeAnswers(() => undefined);
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000002, 'in time'));
    node!.unsubscribe();
    nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'unsubscribed'));
    await eventually(async () =>
      expect((await sendLog()).map((entry) => entry.resultCode).sort()).toEqual(['2000002', '2000003', '2000003']),
    );
    expect(Number((await fixture.data.sendLogIndex({ ...NAMES, resultCode: '2000002' })).total)).toBe(1);
  });

  test('what came to nothing stands in the log of the device and of the process, with the cause and the step', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '1' };
    const lines = async () =>
      (await fixture.data.hubLogIndex({ ...NAMES, timeStart })).list
        .filter(({ action }) => action === 'deliver')
        .map(({ resultCode, content }) => `${resultCode} ${content}`)
        .sort();
    const silent = expect.stringMatching(
      /^2000002 propertyControlSend rpm: .*did not answer in time; let it answer on/,
    );
    const gone = (what: string) => expect.stringMatching(`^2000003 ${what}: the device is offline; wait until`);
    const { interact, logged } = fixture;
    const timeStart = Date.now();
    const loggedBefore = logged.length;

    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, ''));
    await expect(interact.actionSend({ ...NAMES, actionID: 'echo', isAsync: true })).rejects.toEqual(
      rpcError(2000003, ''),
    );
    nodeAnswers(() => undefined);
    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000002, ''));
    await eventually(async () =>
      expect(await lines()).toEqual([silent, gone('actionSend echo'), gone('propertyControlSend rpm')]),
    );
    const aboutCommands = /did not answer in time; let it|is offline; wait/;
    expect(logged.slice(loggedBefore).filter((line) => aboutCommands.test(line))).toHaveLength(3);
    // A node that could not deliver has noted so itself.
    node!.unsubscribe();
    nodeAnswers(() => ({ code: 2000003, msg: 'unsubscribed' }));
    await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, ''));
    expect(await lines()).toHaveLength(3);
  });

  test('an answer that only comes through the stream counts too, and one after a time-out takes its place', async () => {
    await login();
    const got = nodeAnswers(() => undefined);
    const reply = (msgToken: string) =>
      sendUplink(fixture.bus, { method: 'controlReply', msgToken, timestamp: 1, code: 201, msg: 'late' });
    const request = { ...NAMES, data: '{"rpm":1}', shadowControl: '1', syncTimeout: '60' };
    const answer = fixture.interact.propertyControlSend(request);
    await eventually(() => expect(got).toHaveLength(1));
    await reply(got[0]!.message.msgToken);
    expect(await answer).toMatchObject({ code: '201', msg: 'late' });

    await expect(fixture.interact.propertyControlSend({ ...request, syncTimeout: '1' })).rejects.toEqual(
      rpcError(2000002, ''),
    );
    const { msgToken } = got[1]!.message;
    await eventually(() =>
      expect(fixture.interact.propertyControlRead({ ...NAMES, msgToken })).rejects.toEqual(rpcError(2000002, '')),
    );
    await reply(msgToken);
    expect(await fixture.interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '201' });
  });

  test('asynchronous: the token at once, the answer later', async () => {
    const request = { ...NAMES, data: '{"rpm":1}', isAsync: true, shadowControl: '1' };
    await expect(fixture.interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
    await login();
    const got = nodeAnswers(() => undefined);
    const { msgToken } = await fixture.interact.propertyControlSend(request);
    expect(got.map(({ message }) => message.msgToken)).toEqual([msgToken]);
    const read = { ...NAMES, msgToken };
    await expect(fixture.interact.propertyControlRead(read)).rejects.toEqual(rpcError(100024, 'not answered'));
    await expect(fixture.interact.actionRead(read)).rejects.toEqual(rpcError(100009, msgToken));
    await expect(fixture.interact.propertyControlRead({ ...NAMES, msgToken: 'x' })).rejects.toEqual(
      rpcError(100006, 'msgToken'),
    );
    await sendUplink(fixture.bus, { method: 'controlReply', msgToken, timestamp: 1, code: 200, msg: 'ok' });
    expect(await fixture.interact.propertyControlRead(read)).toEqual({ code: '200', msg: 'ok', msgToken });
  });

  test('the value known here alone', async () => {
    await fixture.interact.propertyControlSend({ ...NAMES, data: '{"rpm":5}', shadowControl: '3' });
    const { list } = await fixture.data.propertyLatestIndex({ ...NAMES, dataIDs: ['rpm'] });
    expect(list[0]!.value).toBe('5');
    expect(await sendLog()).toEqual([]);
  });

  test('what waits for the device goes out when it comes online, once', async () => {
    const { interact, data } = fixture;
    const shadow = async () => (await data.shadowIndex(NAMES)).list.map(({ dataID, value }) => `${dataID}=${value}`);
    const send = (text: string, shadowControl: string) =>
      interact.propertyControlSend({ ...NAMES, data: text, shadowControl });
    expect(await send('{"rpm":1}', '0')).toMatchObject({ code: '200', msgToken: '' });
    await send('{"temperature":2}', '2');
    await send('{"rpm":3}', '2');
    expect(await shadow()).toEqual(['rpm=3', 'temperature=2']);

    const got = nodeAnswers(() => ({ code: 200 }));
    await login();
    await eventually(async () => expect(await shadow()).toEqual([]));
    expect(got.map(({ message }) => message.params)).toEqual([{ rpm: 3, temperature: 2 }]);
    await sendStatus(fixture.bus, { action: 'disconnected', epoch: await login() });
    await login();
    expect(got).toHaveLength(1);
  });

  test('a disabled device or product takes no commands', async () => {
    const { interact, devices, products } = fixture;
    await devices.deviceInfoUpdate({ ...NAMES, isEnable: '2' });
    await expect(interact.propertyControlSend({ ...NAMES, data: '{"rpm":1}' })).rejects.toEqual(
      rpcError(100021, 'device'),
    );
    await devices.deviceInfoUpdate({ ...NAMES, isEnable: '1' });
    await products.productInfoUpdate({ productID: NAMES.productID, status: '2' });
    await expect(interact.actionSend({ ...NAMES, actionID: 'echo' })).rejects.toEqual(rpcError(100021, 'product'));
  });

  test('many at once have tokens of their own', async () => {
    await login();
    const got = nodeAnswers(() => ({ code: 200 }));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => fixture.interact.propertyControlSend({ ...NAMES, data: `{"rpm":${i}}` })),
    );
    expect(new Set(answers.map((answer) => answer.msgToken)).size).toBe(50);
    expect(got).toHaveLength(50);
  });
});

describe('propertyGetReportSend', () => {
  test('gives what the device answers', async () => {
    await login();
    const got = nodeAnswers(() => ({ code: 200, data: { rpm: 12 } }));
    const answer = await fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['rpm'] });
    expect(answer).toMatchObject({ code: '200', params: '{"rpm":12}' });
    expect(got[0]!.message).toMatchObject({ method: 'getReport', identifiers: ['rpm'] });
    await fixture.interact.propertyGetReportSend(NAMES);
    expect(got[1]!.message['identifiers']).toEqual(expect.arrayContaining(['temperature', 'rpm', 'serial']));
    await expect(fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['rpm', 'x'] })).rejects.toEqual(
      rpcError(100006, 'dataIDs[1]'),
    );
  });

  test('gives the stored values when the device is silent, and none when it is offline', async () => {
    await sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp: 5000, params: { rpm: 3 } });
    await sendUplink(fixture.bus, { method: 'report', msgToken: '2', timestamp: 6000, params: { temperature: 1 } });
    await expect(fixture.interact.propertyGetReportSend(NAMES)).rejects.toEqual(rpcError(2000003, 'offline'));
    nodeAnswers(() => undefined);
    let deadlineMs = 1000;
    const ask = () => fixture.interact.propertyGetReportSend(NAMES, { deadlineMs: (deadlineMs += 500) });
    const answer = await eventually(ask);
    expect(answer).toMatchObject({ code: '200', timestamp: '5000', msg: expect.stringContaining('stored') });
    expect(JSON.parse(answer.params)).toEqual({ rpm: 3, temperature: 1 });
  });
});

describe('actionSend', () => {
  const echo = { ...NAMES, actionID: 'echo', inputParams: '{"text":"hello"}' };

  test('calls the service and gives its output', async () => {
    await login();
    const told: unknown[] = [];
    const listening = fixture.bus.subscribe('application.device.*.*.report.thing.action.>', ({ subject }) =>
      told.push(subject),
    );
    const got = nodeAnswers(({ message }) => ({ code: 200, data: message['params']! }));
    const answer = await fixture.interact.actionSend(echo);
    expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"hello"}' });
    expect(got[0]).toMatchObject({
      publish: { handle: 'thing', type: 'action' },
      message: { method: 'action', actionID: 'echo', params: { text: 'hello' } },
    });
    listening.unsubscribe();
    expect(told).toEqual([subjects.application.action(NAMES.productID, DEVICE, 'echo', 'req', 'down')]);
  });

  test("applications hear of the device's answer", async () => {
    const told: unknown[] = [];
    const subject = subjects.application.action(NAMES.productID, DEVICE, 'echo', 'resp', 'up');
    const listening = fixture.bus.subscribe(subject, ({ data }) =>
      told.push(JSON.parse(decodeEnvelope(data.toString()).data)),
    );
    const answer = { msgToken: '77', timestamp: 5, actionID: 'echo', code: 200 };
    await sendUplink(fixture.bus, { method: 'actionReply', ...answer, data: { text: 'x' } });
    await eventually(() => expect(told).toEqual([{ device: NAMES, ...answer, outputParams: { text: 'x' } }]));
    listening.unsubscribe();
  });

  test('asynchronous: the output is read later', async () => {
    await login();
    nodeAnswers(() => undefined);
    const { msgToken } = await fixture.interact.actionSend({ ...echo, isAsync: true });
    await sendUplink(fixture.bus, { method: 'actionReply', msgToken, timestamp: 1, code: 200, data: { text: 'x' } });
    expect(await fixture.interact.actionRead({ ...NAMES, msgToken })).toMatchObject({
      code: '200',
      outputParams: '{"text":"x"}',
    });
  });

  test.each<[string, object, string]>([
    ['no service', { actionID: '' }, 'actionID must not be empty'],
    ['an unknown service', { actionID: 'fly' }, 'actionID names no service'],
    ['an ill-typed input', { inputParams: '{"text":1}' }, 'inputParams.text'],
    ['an unknown input', { inputParams: '{"text":"x","more":1}' }, 'inputParams.more'],
    ['no JSON', { inputParams: 'x' }, 'inputParams is not valid JSON'],
  ])('%s is refused by name', async (_case, over, text) => {
    await login();
    await expect(fixture.interact.actionSend({ ...echo, ...over })).rejects.toEqual(rpcError(100006, text));
  });
});

describe('sendMsg', () => {
  test('publishes bytes on a topic of the device', async () => {
    const got = nodeAnswers(() => ({ code: 200 }));
    const payload = Buffer.from([0, 1, 0xff, 0xfe]);
    const topic = `/${NAMES.productID}/${DEVICE}/user/get`;
    await fixture.interact.sendMsg({ topic, payload });
    expect(got[0]!.publish).toMatchObject({ handle: 'ext', type: 'raw', topic, payload });
    expect(await sendLog()).toEqual([expect.objectContaining({ action: 'sendMsg', dataID: topic })]);
  });

  test.each<[string, string, number, string]>([
    ['no topic', '', 100006, 'topic must be a topic of one device'],
    ['a filter', `/${NAMES.productID}/${DEVICE}/user/+`, 100006, 'topic must be a topic of one device'],
    ['another product', `/nobody/${DEVICE}/user/get`, 100006, 'topic names a product that does not exist'],
    ['an unknown device', `/${NAMES.productID}/dev999/user/get`, 100009, 'device dev999'],
    ['an offline device', `/${NAMES.productID}/${DEVICE}/user/get`, 2000003, 'offline'],
  ])('%s is refused', async (_case, topic, code, text) => {
    await expect(fixture.interact.sendMsg({ topic, payload: Buffer.from('x') })).rejects.toEqual(rpcError(code, text));
  });
});
