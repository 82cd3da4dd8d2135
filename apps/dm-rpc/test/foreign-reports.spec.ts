/** What a gateway of another protocol reports, over a real NATS, with a bystander that acknowledges everything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogLevel } from '@alink/contract';
import { eventually } from '@alink/testing';
import { DEVICE, NAMES, PRODUCT, startForeign, type ForeignFixture, type ForeignGateway } from './foreign-gateway';

let fixture: ForeignFixture;
let gateway: ForeignGateway;
beforeAll(async () => {
  fixture = await startForeign();
  ({ gateway } = fixture);
});
afterAll(() => fixture?.stop());
beforeEach(async () => {
  gateway.told.length = 0;
  const { prisma } = fixture.dm.db;
  for (const table of ['property_history', 'property_latest', 'event_history', 'hub_log']) {
    await prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

let token = 0;
const head = (method: string, over: object = {}) => ({
  method,
  msgToken: `lxSdk-${++token}`,
  timestamp: 1700000000000,
  ...over,
});
const report = (params: object, over: object = {}) => ({ ...head('report'), params, ...over });

const latest = async (deviceName = DEVICE) => {
  const { list } = await fixture.dm.data.propertyLatestIndex({ productID: PRODUCT, deviceName, ignoreEmpty: true });
  return list.map(({ dataID, value, timestamp }) => `${dataID}=${value}@${timestamp}`).join(' ');
};
const events = async () => {
  const { list } = await fixture.dm.data.eventLogIndex(NAMES);
  return list.map(({ dataID, type, params, timestamp }) => `${type} ${dataID} ${params}@${timestamp}`);
};
const logOf = async (deviceName = DEVICE) => {
  const { list } = await fixture.dm.data.hubLogIndex({ productID: PRODUCT, deviceName });
  return list
    .map(({ resultCode, content, respPayload }) => ({ code: Number(resultCode), content, respPayload }))
    .filter(({ content }) => !content.includes('getNtp'));
};
/** Everything sent before it has been handled when it is answered. */
const settled = () => gateway.ask('ext', 'ntp', head('getNtp'));

describe('report', () => {
  test('is answered on the subject of its protocol once its values can be read, and applications are told', async () => {
    const message = report({ temp: 21.5, cnt: 3, sw: true });
    const { subject, data } = await gateway.ask('thing', 'property', message);
    expect(await latest()).toBe('temp=21.5@1700000000000 cnt=3@1700000000000 sw=1@1700000000000');
    expect(subject).toBe('device.down.lxSdk.thing.lxtrial1.dev1');
    expect(data).toEqual({
      topic: '',
      handle: 'thing',
      type: 'property',
      payload: Buffer.from(`{"method":"reportReply","msgToken":"${message.msgToken}","code":200}`).toString('base64'),
      timestamp: expect.any(Number),
      ...NAMES,
      explain: '',
      protocolCode: 'lxSdk',
    });
    await eventually(() => expect(gateway.told).toHaveLength(4));
    expect(gateway.told[0]).toEqual({
      subject: 'application.v2.device.lxtrial1.dev1.report.thing.property',
      data: { device: NAMES, timestamp: '1700000000000', params: { temp: 21.5, cnt: 3, sw: 1 } },
    });
  });

  test('of which some values are wrong is kept without them', async () => {
    const { message } = await gateway.ask('thing', 'property', report({ temp: '5', cnt: 'three', nosuch: 1 }));
    expect(message['code']).toBe(200);
    expect(await latest()).toBe('temp=5@1700000000000');
  });

  test('of which no value is right is refused, in words where the device wants them, and has a line', async () => {
    expect((await gateway.ask('thing', 'property', report({ nosuch: 1 }))).message).toEqual({
      method: 'reportReply',
      msgToken: expect.any(String),
      code: 100006,
    });
    const inWords = report({ nosuch: 1 }, { sys: { noAsk: false, retMsg: true } });
    const { message } = await gateway.ask('thing', 'property', inWords);
    expect(message).toMatchObject({ code: 100006, msg: 'tsl parse: params not exist -> nosuch' });
    expect((await gateway.ask('thing', 'property', report({}))).message['code']).toBe(100006);
    expect(await latest()).toBe('');
    const [, refused] = await logOf();
    expect(refused).toEqual({
      code: 100006,
      content: expect.stringContaining('nosuch'),
      respPayload: JSON.stringify(message),
    });
    expect(gateway.told).toEqual([]);
  });

  test('that is well is told so in words too', async () => {
    const { message } = await gateway.ask(
      'thing',
      'property',
      report({ cnt: 1 }, { sys: { noAsk: false, retMsg: true } }),
    );
    expect(message).toMatchObject({ code: 200, msg: 'success' });
  });

  test('that wants no answer gets none', async () => {
    const before = gateway.downs.length;
    gateway.send('thing', 'property', report({ cnt: 7 }, { sys: { noAsk: true, retMsg: true } }));
    gateway.send('thing', 'property', report({ nosuch: 7 }, { sys: { noAsk: true, retMsg: false } }));
    await eventually(async () => expect(await logOf()).toHaveLength(2));
    expect(await latest()).toBe('cnt=7@1700000000000');
    await settled();
    expect(gateway.downs.slice(before).map(({ message }) => message['method'])).toEqual(['getNtpReply']);
  });

  test('may hold elements of an array', async () => {
    await gateway.ask('thing', 'property', report({ 'levels.0': 5, 'levels.3': '6', 'levels.x': 1, 'cnt.0': 1 }));
    expect(await latest()).toBe('levels.0=5@1700000000000 levels.3=6@1700000000000');
    await eventually(() => expect(gateway.told).toHaveLength(3));
    expect(gateway.told[1]).toEqual({
      subject: 'application.device.lxtrial1.dev1.report.thing.property.levels.0',
      data: { device: NAMES, timestamp: '1700000000000', identifier: 'levels.0', param: 5 },
    });
  });

  test('tells applications of a date as a number', async () => {
    await gateway.ask('thing', 'property', report({ since: 1700000000001 }));
    expect(await latest()).toBe('since=1700000000001@1700000000000');
    await eventually(() => expect(gateway.told[1]?.data).toMatchObject({ identifier: 'since', param: 1700000000001 }));
  });

  test('without a time is of the time at which the gateway had it', async () => {
    await gateway.ask('thing', 'property', report({ cnt: 1 }, { timestamp: 0 }), { timestamp: 1699999999999 });
    expect(await latest()).toBe('cnt=1@1699999999999');
  });

  test('that names no protocol is answered on that of the product', async () => {
    const { subject } = await gateway.ask('thing', 'property', report({ cnt: 1 }), { protocolCode: '' });
    expect(subject).toBe('device.down.lxSdk.thing.lxtrial1.dev1');
  });

  test('that is none is refused at once', async () => {
    const { message } = await gateway.ask('thing', 'property', { ...head('report'), params: [1] });
    expect(message).toMatchObject({ method: 'reportReply', code: 100006 });
  });

  test('that the database takes at no time is refused', async () => {
    const { prisma } = fixture.dm.db;
    await prisma.$executeRaw`ALTER TABLE property_latest ADD CONSTRAINT no_13 CHECK (value <> '13')`;
    try {
      expect((await gateway.ask('thing', 'property', report({ cnt: 13 }))).message).toMatchObject({
        method: 'reportReply',
        code: 100008,
      });
    } finally {
      await prisma.$executeRaw`ALTER TABLE property_latest DROP CONSTRAINT no_13`;
    }
  });
});

describe('eventPost', () => {
  const event = (over: object = {}) => ({
    ...head('eventPost'),
    eventID: 'over',
    type: 'alert',
    params: { t: 99.5 },
    ...over,
  });

  test('is kept, told and answered', async () => {
    const { data, message } = await gateway.ask('thing', 'event', event());
    expect(message).toEqual({ method: 'eventReply', msgToken: expect.any(String), code: 200 });
    expect(data).toMatchObject({ handle: 'thing', type: 'event' });
    expect(await events()).toEqual(['alert over {"t":99.5}@1700000000000']);
    await eventually(() => expect(gateway.told).toHaveLength(1));
    expect(gateway.told[0]).toEqual({
      subject: 'application.device.lxtrial1.dev1.report.thing.event.alert.over',
      data: { device: NAMES, timestamp: '1700000000000', identifier: 'over', type: 'alert', params: { t: 99.5 } },
    });
  });

  test('without its type has that of the thing model; a parameter too many is passed over', async () => {
    await gateway.ask('thing', 'event', event({ type: undefined, params: { t: 1, more: 2 } }));
    expect(await events()).toEqual(['alert over {"t":1}@1700000000000']);
  });

  test.each([
    [{ eventID: 'nosuch' }, 'params not exist'],
    [{ type: 'info' }, 'of type alert'],
    [{ params: { t: 'hot' } }, 'not a double'],
    [{ eventID: 5 }, 'parameter error'],
  ])('with %j is refused', async (wrong, words) => {
    const { message } = await gateway.ask('thing', 'event', event({ ...wrong, sys: { noAsk: false, retMsg: true } }));
    expect(message).toMatchObject({ method: 'eventReply', code: 100006, msg: expect.stringContaining(words) });
    expect(await events()).toEqual([]);
  });
});

describe('packReport', () => {
  const properties = [{ timestamp: 1000, params: { cnt: 1, nosuch: 1 } }, { params: { cnt: 2 } }];

  test('is kept by its times, each event with the type of the thing model', async () => {
    const events_ = [{ timestamp: 3000, eventID: 'over', params: { t: 1 } }];
    const pack = {
      ...head('packReport'),
      properties,
      events: events_,
      subDevices: [{ productID: 'p', deviceName: 'd' }],
    };
    const { message } = await gateway.ask('thing', 'property', pack);
    expect(message).toEqual({ method: 'packReportReply', msgToken: pack.msgToken, code: 200 });
    const { list } = await fixture.dm.data.propertyLogIndex({ ...NAMES, dataID: 'cnt', order: '1' });
    expect(list.map(({ value, timestamp }) => `${value}@${timestamp}`)).toEqual(['1@1000', '2@1700000000000']);
    expect(await events()).toEqual(['alert over {"t":1}@3000']);
  });

  test('may leave out what it does not have', async () => {
    expect((await gateway.ask('thing', 'property', head('packReport'))).message['code']).toBe(200);
    expect((await gateway.ask('thing', 'property', { ...head('packReport'), properties })).message['code']).toBe(200);
    expect(await latest()).toBe('cnt=2@1700000000000');
  });

  test('with one event that is wrong is refused whole', async () => {
    const pack = { ...head('packReport'), properties, events: [{ eventID: 'nosuch', params: {} }] };
    expect((await gateway.ask('thing', 'property', pack)).message['code']).toBe(100006);
    expect(await latest()).toBe('');
  });

  test.each([{ properties: 5 }, { properties: [5] }, { events: [{ params: {} }] }])('%j is none', async (wrong) => {
    const { message } = await gateway.ask('thing', 'property', { ...head('packReport'), ...wrong });
    expect(message).toMatchObject({ method: 'packReportReply', code: 100006 });
  });
});

test('answers to commands, and calls, are taken in and not answered', async () => {
  const before = gateway.downs.length;
  const answer = { code: 200, msg: 'success' };
  gateway.send('thing', 'property', { ...head('getReportReply'), ...answer, data: { cnt: 5, nosuch: 6 } });
  gateway.send('thing', 'property', { ...head('getReportReply'), ...answer, params: { temp: 7 } });
  gateway.send('thing', 'property', { ...head('controlReply'), ...answer });
  gateway.send('thing', 'action', {
    ...head('actionReply'),
    ...answer,
    msgToken: '202',
    actionID: 'reboot',
    data: { res: 7 },
  });
  gateway.send('thing', 'action', { ...head('action'), msgToken: '7', actionID: 'ask', params: { city: 'x' } });
  await eventually(async () => expect(await logOf()).toHaveLength(5));
  expect(await latest()).toBe('temp=7@1700000000000 cnt=5@1700000000000');
  await eventually(() => expect(gateway.told).toHaveLength(6));
  expect(gateway.told.slice(4)).toEqual([
    {
      subject: 'application.device.lxtrial1.dev1.report.thing.action.reboot.resp.up',
      data: {
        device: NAMES,
        msgToken: '202',
        timestamp: '1700000000000',
        actionID: 'reboot',
        params: { res: 7 },
        ...answer,
        dir: 'up',
        reqType: 'resp',
      },
    },
    {
      subject: 'application.device.lxtrial1.dev1.report.thing.action.ask.req.up',
      data: {
        device: NAMES,
        msgToken: '7',
        timestamp: '1700000000000',
        actionID: 'ask',
        params: { city: 'x' },
        dir: 'up',
        reqType: 'req',
      },
    },
  ]);
  await settled();
  expect(gateway.downs.length).toBe(before + 1);
});

test('what unitedrhino’s dm does not answer is not answered, and stands in the log of the device at any level', async () => {
  await fixture.dm.devices.deviceInfoUpdate({ ...NAMES, logLevel: String(LogLevel.off) });
  const before = gateway.downs.length;
  gateway.send('thing', 'property', report({ cnt: 1 }), { deviceName: 'nobody' });
  gateway.send('thing', 'property', 'hello');
  gateway.send('thing', 'property', { method: 'nosuch', msgToken: 'z' });
  gateway.send('thing', 'event', report({ cnt: 1 }));
  gateway.send('shadow', 'get', head('report', { params: { cnt: 1 } }));
  gateway.send('ext', 'custom', 'its own affair');
  await eventually(async () => expect(await logOf()).toHaveLength(4));
  // A device that does not exist has no log.
  expect(await logOf('nobody')).toEqual([]);
  const contents = (await logOf()).map(({ content }) => content);
  expect(contents).toEqual(expect.arrayContaining(['hello', '{"method":"nosuch","msgToken":"z"}']));
  expect(await latest()).toBe('');
  await settled();
  expect(gateway.downs.length).toBe(before + 1);
  await fixture.dm.devices.deviceInfoUpdate({ ...NAMES, logLevel: String(LogLevel.info) });
});

test('many at once are each answered once, though a bystander acknowledges them', async () => {
  const before = gateway.downs.length;
  const messages = Array.from({ length: 500 }, (_, i) => report({ cnt: i }, { timestamp: 1700000000000 + i }));
  for (const message of messages) gateway.send('thing', 'property', message);
  const tokens = () => gateway.downs.slice(before).map(({ message }) => message['msgToken']);
  await eventually(() => expect(tokens()).toHaveLength(500));
  await sleep(100);
  expect(tokens()).toEqual(messages.map(({ msgToken }) => msgToken));
  expect(gateway.downs.slice(before).every(({ message }) => message['code'] === 200)).toBe(true);
  expect(await latest()).toBe('cnt=499@1700000000499');
});
