/** Commands to devices behind a gateway of another protocol, over a real NATS, from two instances of dm. */
import { connectNats, type Bus } from '@alink/bus';
import { decodeEnvelope } from '@alink/contract';
import { eventually, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { connect } from 'nats';
import { rpcError, startDm, TSL, type DmFixture } from './dm-fixture';
import { SdkGateway } from './sdk-gateway';

const PROTOCOL = 'lxSdk';
const NAMES = { productID: 'lx01', deviceName: 'meter1' };
const OTHER = { ...NAMES, deviceName: 'meter2' };

let nats: TestNats;
const buses: Bus[] = [];
let fixture: DmFixture;
let second: DmFixture;
let gateway: SdkGateway;

const connectBus = async (): Promise<Bus> => {
  const bus = await connectNats({ servers: nats.url, name: 'dm', publishTimeoutMs: PATIENCE_MS });
  buses.push(bus);
  return bus;
};

beforeAll(async () => {
  nats = await startNats();
  fixture = await startDm({ bus: await connectBus() });
  const { registry, databaseUrl } = fixture;
  second = await startDm({ bus: await connectBus(), registry, databaseUrl });
  const { products, devices } = fixture;
  await products.productInfoCreate({ productID: NAMES.productID, productName: 'Meters', protocolCode: PROTOCOL });
  await products.productSchemaTslImport({ productID: NAMES.productID, tsl: JSON.stringify(TSL) });
  const levels = '{"mode":"rw","define":{"type":"array","max":"4","arrayInfo":{"type":"int","min":"0","max":"9"}}}';
  const info = { productID: NAMES.productID, identifier: 'levels', type: 1, affordance: { value: levels } };
  await products.productSchemaCreate({ info });
  await devices.deviceInfoCreate(NAMES);
  await devices.deviceInfoCreate(OTHER);
  gateway = await SdkGateway.connect(nats.url, PROTOCOL);
  gateway.tell(NAMES, 'connected');
  await eventually(async () => expect((await devices.deviceInfoRead(NAMES)).isOnline).toBe('1'));
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await second?.stop();
  await fixture?.stop();
  await Promise.all(buses.map((bus) => bus.close()));
  await nats?.stop();
});
beforeEach(() => {
  gateway.heard.length = 0;
  gateway.answer = () => ({ code: 200 });
});

/** Each instance in turn: half of all answers are kept by the other one. */
const instances = () => [fixture, second];
const set = (data: object, more: object = {}, { interact } = fixture) =>
  interact.propertyControlSend({ ...NAMES, data: JSON.stringify(data), ...more });
const latest = async (dataID: string) =>
  (await fixture.data.propertyLatestIndex({ ...NAMES, dataIDs: [dataID] })).list[0]!.value;

test('a property set goes out by the product’s protocol, and whichever instance asked hears the answer', async () => {
  for (const [at, { interact }] of [...instances(), ...instances()].entries()) {
    const { code, msgToken } = await interact.propertyControlSend({ ...NAMES, data: `{"rpm":${at + 1}}` });
    expect(code).toBe('200');
    expect(gateway.heard[at]).toMatchObject({
      subject: `device.down.${PROTOCOL}.thing.${NAMES.productID}.${NAMES.deviceName}`,
      publish: { ...NAMES, handle: 'thing', type: 'property', protocolCode: PROTOCOL },
      message: { method: 'control', msgToken, params: { rpm: at + 1 } },
    });
    expect(await interact.propertyControlRead({ ...NAMES, msgToken })).toMatchObject({ code: '200' });
  }
  expect(gateway.heard).toHaveLength(4);
});

test('what the device has accepted is its latest value, and applications hear of it once', async () => {
  const told: unknown[] = [];
  const subject = `application.device.${NAMES.productID}.${NAMES.deviceName}.report.thing.property.temperature`;
  const listening = buses[0]!.subscribe(subject, ({ data }) =>
    told.push(JSON.parse(decodeEnvelope(data.toString()).data)),
  );
  await set({ temperature: 21.5 });
  await eventually(async () => expect(await latest('temperature')).toBe('21.5'));
  await eventually(() => expect(told).toEqual([expect.objectContaining({ identifier: 'temperature', param: 21.5 })]));
  listening.unsubscribe();
});

test('one element of an array goes out as such', async () => {
  gateway.send(NAMES, 'property', { method: 'report', msgToken: 'a1', params: { levels: [1, 2] } });
  await eventually(async () => expect(await latest('levels.1')).toBe('2'));
  await set({ 'levels.1': 7 });
  expect(gateway.heard[0]!.message['params']).toEqual({ 'levels.1': 7 });
  await eventually(async () => expect(await latest('levels.1')).toBe('7'));
  expect(await latest('levels.0')).toBe('1');
});

test('a question is answered, and the answer kept like a report', async () => {
  gateway.answer = () => ({ code: 200, data: { rpm: 77 } });
  const answer = await fixture.interact.propertyGetReportSend({ ...NAMES, dataIDs: ['rpm'] });
  expect(answer).toMatchObject({ code: '200', params: '{"rpm":77}' });
  expect(gateway.heard[0]!.message).toMatchObject({ method: 'getReport', identifiers: ['rpm'] });
  await eventually(async () => expect(await latest('rpm')).toBe('77'));
});

test('an action is answered, at once and later', async () => {
  gateway.answer = ({ message }) => ({ code: 200, actionID: message['actionID'], data: { text: 'out' } });
  const call = { ...NAMES, actionID: 'echo', inputParams: '{"text":"in"}' };
  expect(await second.interact.actionSend(call)).toMatchObject({ code: '200', outputParams: '{"text":"out"}' });
  expect(gateway.heard[0]!.message).toMatchObject({ method: 'action', actionID: 'echo', params: { text: 'in' } });
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
  gateway.answer = () => ({ code: 5000, msg: 'too hot' });
  await expect(set({ rpm: 1 })).rejects.toMatchObject({ code: 2000004, message: expect.stringContaining('too hot') });
  const call = { ...NAMES, actionID: 'echo', inputParams: '{"text":"in"}' };
  await expect(fixture.interact.actionSend(call)).rejects.toEqual(rpcError(2000004, '5000: too hot'));
  expect(await fixture.interact.propertyGetReportSend(NAMES)).toMatchObject({ code: '5000', msg: 'too hot' });
  gateway.answer = () => undefined;
  await expect(set({ rpm: 1 }, { syncTimeout: '1' })).rejects.toEqual(rpcError(2000002, 'in time'));
  await expect(fixture.interact.propertyGetReportSend(NAMES, { deadlineMs: 1500 })).rejects.toEqual(
    rpcError(2000002, 'in time'),
  );
});

test('an answer to another command settles none', async () => {
  gateway.answer = ({ message }) => {
    gateway.send(NAMES, 'property', { method: 'controlReply', msgToken: 'a01', code: 500 });
    gateway.send(NAMES, 'action', { method: 'actionReply', msgToken: message.msgToken, code: 501 });
    gateway.send(OTHER, 'property', { method: 'controlReply', msgToken: message.msgToken, code: 502 });
    return { code: 200 };
  };
  expect(await set({ rpm: 3 })).toMatchObject({ code: '200' });
});

test('a device that is recorded as offline is sent nothing, however many listen', async () => {
  await expect(fixture.interact.propertyControlSend({ ...OTHER, data: '{"rpm":1}' })).rejects.toEqual(
    rpcError(2000003, 'offline'),
  );
  expect(gateway.heard).toEqual([]);
});

test('values that wait go out when the gateway tells of the device', async () => {
  await fixture.interact.propertyControlSend({ ...OTHER, data: '{"rpm":9}', shadowControl: '2' });
  gateway.tell(OTHER, 'connected');
  await eventually(() => expect(gateway.heard.map(({ message }) => message['params'])).toEqual([{ rpm: 9 }]));
  await eventually(async () => expect((await fixture.data.shadowIndex(OTHER)).list).toEqual([]));
});

test('bytes on a topic are for Alink devices alone', async () => {
  const topic = `/${NAMES.productID}/${NAMES.deviceName}/user/get`;
  await expect(fixture.interact.sendMsg({ topic, payload: Buffer.from('x') })).rejects.toEqual(
    rpcError(100018, PROTOCOL),
  );
});

test('neither whoever acknowledges all that it hears nor a stream that keeps it answers for a device', async () => {
  await gateway.bystander('device.>');
  const client = await connect({ servers: nats.url });
  await (await client.jetstreamManager()).streams.add({ name: 'device', subjects: ['device.down.>'] });
  expect(await set({ rpm: 4 })).toMatchObject({ code: '200' });
  gateway.answer = () => undefined;
  await expect(set({ rpm: 5 }, { syncTimeout: '1' })).rejects.toEqual(rpcError(2000002, 'in time'));
  // Of our own protocol, where nobody holds the device.
  const { products, devices, interact } = fixture;
  await products.productInfoCreate({ productID: 'alink01', productName: 'Alink', protocolCode: 'aliyunMqtt' });
  await products.productSchemaTslImport({ productID: 'alink01', tsl: JSON.stringify(TSL) });
  await devices.deviceInfoCreate({ productID: 'alink01', deviceName: 'dev001' });
  const request = { productID: 'alink01', deviceName: 'dev001', data: '{"rpm":1}', syncTimeout: '30' };
  await expect(interact.propertyControlSend(request)).rejects.toEqual(rpcError(2000003, 'offline'));
  await client.close();
});
