/** Commands to devices behind a gateway of another protocol, over a real NATS, from two instances of dm. */
import { connectNats, type Bus } from '@alink/bus';
import { eventually, PATIENCE_MS } from '@alink/testing';
import { connect } from 'nats';
import { rpcError, startDm, TSL, type DmFixture } from './dm-fixture';
import { NAMES, PROTOCOL, startForeign, type ForeignFixture, type ForeignGateway } from './foreign-gateway';

/** Offline, until it comes. */
const OTHER = { ...NAMES, deviceName: 'dev2' };
/** One that only answers in place of another. */
const NEIGHBOUR = 'dev3';

let foreign: ForeignFixture;
let gateway: ForeignGateway;
let fixture: DmFixture;
let bus: Bus;
let second: DmFixture;

beforeAll(async () => {
  foreign = await startForeign(OTHER.deviceName, NEIGHBOUR);
  ({ dm: fixture, gateway } = foreign);
  bus = await connectNats({ servers: foreign.nats, name: 'second', publishTimeoutMs: PATIENCE_MS });
  const { registry, databaseUrl, devices } = fixture;
  second = await startDm({ bus, registry, databaseUrl });
  gateway.status('connected');
  await eventually(async () => expect((await devices.deviceInfoRead(NAMES)).isOnline).toBe('1'));
}, 60_000); // starts NATS, a database and two instances
afterAll(async () => {
  await second?.stop();
  await bus?.close();
  await foreign?.stop();
});
beforeEach(() => {
  gateway.downs.length = 0;
  gateway.answers = () => ({ code: 200 });
});

/** Each instance in turn: half of all answers are kept by the other one. */
const instances = () => [fixture, second];
const set = (data: object, more: object = {}, { interact } = fixture) =>
  interact.propertyControlSend({ ...NAMES, data: JSON.stringify(data), ...more });
const latest = async (dataID: string) =>
  (await fixture.data.propertyLatestIndex({ ...NAMES, dataIDs: [dataID] })).list[0]!.value;

test('a property set goes out by the product’s protocol, and whichever instance asked hears the answer', async () => {
  for (const [at, { interact }] of [...instances(), ...instances()].entries()) {
    const { code, msgToken } = await interact.propertyControlSend({ ...NAMES, data: `{"cnt":${at + 1}}` });
    expect(code).toBe('200');
    expect(gateway.commands[at]).toMatchObject({
      subject: `device.down.${PROTOCOL}.thing.${NAMES.productID}.${NAMES.deviceName}`,
      data: { ...NAMES, handle: 'thing', type: 'property', protocolCode: PROTOCOL },
      message: { method: 'control', msgToken, params: { cnt: at + 1 } },
    });
    expect(await interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '200' });
  }
  expect(gateway.commands).toHaveLength(4);
});

test('what the device has accepted is its latest value, and applications hear of it once', async () => {
  const UserID = '1840638724534751232';
  await fixture.interact.propertyControlSend({ ...NAMES, data: '{"temp":21.5}' }, { user: { UserID } });
  await eventually(async () => expect(await latest('temp')).toBe('21.5'));
  const told = () => gateway.told.filter(({ subject }) => subject.endsWith('.property.temp'));
  await eventually(() => expect(told()).not.toEqual([]));
  expect(told().map(({ data }) => data)).toEqual([
    { device: NAMES, timestamp: expect.any(String), identifier: 'temp', param: 21.5, operatorUserId: Number(UserID) },
  ]);
});

test('one element of an array goes out as such', async () => {
  gateway.send('thing', 'property', { method: 'report', msgToken: 'a1', params: { levels: [1, 2] } });
  await eventually(async () => expect(await latest('levels.1')).toBe('2'));
  await set({ 'levels.1': 7 });
  expect(gateway.commands[0]!.message['params']).toEqual({ 'levels.1': 7 });
  await eventually(async () => expect(await latest('levels.1')).toBe('7'));
  expect(await latest('levels.0')).toBe('1');
});

test('a question is answered, and the answer kept like a report', async () => {
  gateway.answers = () => ({ code: 200, data: { cnt: 77 } });
  const answer = await fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['cnt'] });
  expect(answer).toMatchObject({ code: '200', params: '{"cnt":77}' });
  expect(gateway.commands[0]!.message).toMatchObject({ method: 'getReport', identifiers: ['cnt'] });
  await eventually(async () => expect(await latest('cnt')).toBe('77'));
});

test('an action is answered, at once and later', async () => {
  gateway.answers = ({ message }) => ({ code: 200, actionID: message['actionID'], data: { text: 'out' } });
  const call = { ...NAMES, actionID: 'echo', inputParams: '{"text":"in"}' };
  expect(await second.interact.actionSend(call)).toMatchObject({ code: '200', outputParams: '{"text":"out"}' });
  expect(gateway.commands[0]!.message).toMatchObject({ method: 'action', actionID: 'echo', params: { text: 'in' } });
  for (const { interact } of instances()) {
    const { msgToken } = await interact.actionSend({ ...call, isAsync: true });
    // The other instance may be the one that has kept it.
    await eventually(async () =>
      expect(await fixture.interact.actionRead({ ...NAMES, msgToken })).toMatchObject({
        code: '200',
        outputParams: '{"text":"out"}',
      }),
    );
  }
});

test('a device that did not do it, and one that is silent', async () => {
  gateway.answers = () => ({ code: 5000, msg: 'too hot' });
  await expect(set({ cnt: 1 })).rejects.toMatchObject({ code: 2000004, message: expect.stringContaining('too hot') });
  const call = { ...NAMES, actionID: 'echo', inputParams: '{"text":"in"}' };
  await expect(fixture.interact.actionSend(call)).rejects.toEqual(rpcError(2000004, '5000: too hot'));
  expect(await fixture.interact.propertyGetReportSend(NAMES)).toMatchObject({ code: '5000', msg: 'too hot' });
  gateway.answers = () => undefined;
  await expect(set({ cnt: 1 }, { syncTimeout: '1' })).rejects.toEqual(rpcError(2000002, 'in time'));
  await expect(fixture.interact.propertyGetReportSend(NAMES, { deadlineMs: 1500 })).rejects.toEqual(
    rpcError(2000002, 'in time'),
  );
});

test('an answer to another command settles none', async () => {
  gateway.answers = ({ message }) => {
    const { msgToken } = message;
    gateway.send('thing', 'property', { method: 'controlReply', msgToken: 'a01', code: 500 });
    gateway.send('thing', 'action', { method: 'actionReply', msgToken, code: 501 });
    gateway.send('thing', 'property', { method: 'controlReply', msgToken, code: 502 }, { deviceName: NEIGHBOUR });
    return { code: 200 };
  };
  expect(await set({ cnt: 3 })).toMatchObject({ code: '200' });
});

test('a device that is recorded as offline is sent nothing, however many listen', async () => {
  await expect(fixture.interact.propertyControlSend({ ...OTHER, data: '{"cnt":1}' })).rejects.toEqual(
    rpcError(2000003, 'offline'),
  );
  expect(gateway.commands).toEqual([]);
});

test('values that wait go out when the gateway tells of the device', async () => {
  await fixture.interact.propertyControlSend({ ...OTHER, data: '{"cnt":9}', shadowControl: '2' });
  const { deviceName } = OTHER;
  gateway.status('connected', { deviceName, clientID: `${NAMES.productID}&${deviceName}` });
  await eventually(() => expect(gateway.commands.map(({ message }) => message['params'])).toEqual([{ cnt: 9 }]));
  await eventually(async () => expect((await fixture.data.shadowIndex(OTHER)).list).toEqual([]));
});

test('bytes on a topic are for Alink devices alone', async () => {
  const topic = `/${NAMES.productID}/${NAMES.deviceName}/user/get`;
  await expect(fixture.interact.sendMsg({ topic, payload: Buffer.from('x') })).rejects.toEqual(
    rpcError(100018, PROTOCOL),
  );
});

test('neither whoever acknowledges all that it hears nor a stream that keeps it answers for a device', async () => {
  // The gateway has a bystander beside it.
  const client = await connect({ servers: foreign.nats });
  await (await client.jetstreamManager()).streams.add({ name: 'device', subjects: ['device.down.>'] });
  expect(await set({ cnt: 4 })).toMatchObject({ code: '200' });
  gateway.answers = () => undefined;
  await expect(set({ cnt: 5 }, { syncTimeout: '1' })).rejects.toEqual(rpcError(2000002, 'in time'));
  // Of our own protocol, where nobody holds the device.
  const { products, devices, interact } = fixture;
  await products.productInfoCreate({ productID: 'alink01', productName: 'Alink', protocolCode: 'aliyunMqtt' });
  await products.productSchemaTslImport({ productID: 'alink01', tsl: JSON.stringify(TSL) });
  await devices.deviceInfoCreate({ productID: 'alink01', deviceName: 'dev001' });
  const request = { productID: 'alink01', deviceName: 'dev001', data: '{"rpm":1}', syncTimeout: '30' };
  await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
  await client.close();
});
