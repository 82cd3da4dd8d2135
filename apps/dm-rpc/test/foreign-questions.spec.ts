/** What devices behind a gateway of another protocol ask and tell of themselves, over a real NATS. */
import { Code } from '@alink/contract';
import { eventually } from '@alink/testing';
import { DEVICE, NAMES, startForeign, type ForeignFixture, type ForeignGateway } from './foreign-gateway';
import { toldDuring } from './dm-fixture';

let fixture: ForeignFixture;
let gateway: ForeignGateway;
beforeAll(async () => {
  fixture = await startForeign('dev2');
  ({ gateway } = fixture);
});
afterAll(() => fixture?.stop());

let token = 0;
const asked = (method: string, over: object = {}) => ({
  method,
  msgToken: `t${++token}`,
  timestamp: 1700000000000,
  ...over,
});
const answerOf = async (...args: Parameters<ForeignGateway['ask']>) => (await gateway.ask(...args)).message;
const IN_WORDS = { sys: { noAsk: false, retMsg: true } };
const device = (deviceName = DEVICE) => fixture.dm.devices.deviceInfoRead({ ...NAMES, deviceName });

describe('getStatus', () => {
  const status = (over: object = {}, deviceName = DEVICE) =>
    answerOf('thing', 'property', asked('getStatus', over), { deviceName });

  test('before anything was reported tells how the thing model begins', async () => {
    expect(await status()).toEqual({
      method: 'getStatusReply',
      msgToken: `t${token}`,
      code: 200,
      data: { temp: 0, cnt: 0, sw: 0, since: 0, levels: [] },
    });
  });

  test('tells what was reported, elements of arrays at their places, and before that what waits', async () => {
    const at = (timestamp: number, params: object) =>
      answerOf('thing', 'property', asked('report', { timestamp, params }), { deviceName: 'dev2' });
    await at(1000, { temp: 21.5, since: '1700000000001', levels: [1, 2] });
    await at(2000, { cnt: 3, 'levels.3': 9 });
    const { interact } = fixture.dm;
    await interact.propertyControlSend({ ...NAMES, deviceName: 'dev2', data: '{"temp":30}', shadowControl: '2' });
    const data = { temp: 30, cnt: 3, sw: 0, since: 1700000000001, levels: [1, 2, null, 9] };
    expect((await status({}, 'dev2'))['data']).toEqual(data);
    await at(3000, { levels: [7] });
    expect((await status({ identifiers: ['levels', 'nosuch'] }, 'dev2'))['data']).toEqual({ levels: [7] });
  });

  test('of properties that the thing model lacks tells all, as unitedrhino', async () => {
    expect(Object.keys((await status({ identifiers: ['nosuch'] }))['data'] as object)).toHaveLength(5);
  });
});

describe('reportInfo', () => {
  const info = (params: unknown) => answerOf('thing', 'property', asked('reportInfo', { params, ...IN_WORDS }));

  test('keeps what the device says of itself, and tells who has it in a cache', async () => {
    const { bus } = fixture.dm;
    const params = {
      deviceAlias: 'Boiler',
      imei: '861',
      mac: 'aa:bb',
      version: '1.0.1',
      address: 'Room 1',
      adcode: '330100',
      hardInfo: 'EC20',
      softInfo: 'R06',
      iccid: '8986',
      localIp: '192.168.1.2',
      mobileOperator: 2,
      rssi: -70,
      position: { longitude: '120.1', latitude: 30.2 },
      tags: { site: 'A1' },
      nosuch: 1,
    };
    const told = await toldDuring(bus, async () => {
      expect(await info(params)).toEqual({
        method: 'reportInfoReply',
        msgToken: `t${token}`,
        code: 200,
        msg: 'success',
      });
      // What is said again is no news.
      await info(params);
      await eventually(async () => expect((await device()).mac).toBe('aa:bb'));
    });
    expect(told.map(([subject]) => subject)).toEqual([
      'server.cache.sync.cache:dm:device',
      'server.things.dm.device.info.update',
    ]);
    expect(await device()).toMatchObject({
      deviceAlias: { value: 'Boiler' },
      imei: '861',
      mac: 'aa:bb',
      version: { value: '1.0.1' },
      address: { value: 'Room 1' },
      adcode: { value: '330100' },
      hardInfo: 'EC20',
      softInfo: 'R06',
      iccid: { value: '8986' },
      lastLocalIp: '192.168.1.2',
      mobileOperator: '2',
      rssi: { value: '-70' },
      Position: { longitude: 120.1, latitude: 30.2 },
      tags: { site: 'A1' },
    });
  });

  test('leaves what is not said, is empty, or is no place', async () => {
    expect((await info({ version: '1.0.2', mac: '', position: { longitude: 0, latitude: 0 } }))['code']).toBe(200);
    expect(await device()).toMatchObject({
      version: { value: '1.0.2' },
      mac: 'aa:bb',
      Position: { longitude: 120.1, latitude: 30.2 },
      tags: { site: 'A1' },
    });
  });

  test.each([
    [{ mac: 5 }, 'mac is of the wrong type'],
    [{ rssi: 'strong' }, 'rssi'],
    [{ tags: { a: 1 } }, 'tags'],
    [{ tags: { ['k'.repeat(200)]: 'x' } }, 'tags'],
    [{ position: { longitude: 'east' } }, 'position'],
    [{ version: '\ud800' }, 'version'],
    [{ imei: 'a\0' }, 'imei'],
    [[1], 'params'],
  ])('%j is refused', async (params, words) => {
    expect(await info(params)).toMatchObject({ code: 100006, msg: expect.stringContaining(words) });
    expect((await device()).version).toEqual({ value: '1.0.2' });
  });
});

test('getNtp: what time it is', async () => {
  const { subject, message } = await gateway.ask('ext', 'ntp', asked('getNtp'), { timestamp: 1700000000123 });
  expect(subject).toBe('device.down.lxSdk.ext.lxtrial1.dev1');
  expect(message).toEqual({
    method: 'getNtpReply',
    msgToken: `t${token}`,
    code: 200,
    data: { deviceSendTime: 1700000000000, serverRecvTime: 1700000000123 },
  });
  await eventually(async () => {
    const { list } = await fixture.dm.data.hubLogIndex({ ...NAMES, actions: ['ntp'] });
    expect(list).toMatchObject([
      { requestID: `t${token}`, resultCode: '200', respPayload: JSON.stringify(message), timestamp: '1700000000123' },
    ]);
  });
});

test('a configuration is empty', async () => {
  expect(await answerOf('config', 'get', '')).toEqual({ method: 'reply', code: 200, data: '' });
  expect(await answerOf('config', 'get', asked(''))).toEqual({
    method: 'reply',
    msgToken: `t${token}`,
    code: 200,
    data: '',
  });
});

describe('firmware', () => {
  const version = (params: object) => answerOf('ota', 'report', asked('', { params, ...IN_WORDS }));

  test('its version is kept', async () => {
    expect(await version({ version: '2.0', module: 'default' })).toMatchObject({ msgToken: `t${token}`, code: 200 });
    expect((await device()).version).toEqual({ value: '2.0' });
    expect(await version({ version: '9', module: 'mcu' })).toMatchObject({ code: 200 });
    expect(await version({ version: '9', module: 5 })).toMatchObject({ code: 100006 });
    expect(await version({})).toMatchObject({ code: 100006 });
    expect((await device()).version).toEqual({ value: '2.0' });
    expect(await version({ version: '10', module: 'mcu' })).toMatchObject({ code: 200 });
    const { list } = await fixture.dm.devices.deviceModuleVersionIndex(NAMES);
    expect(list.map(({ moduleCode, version }) => `${moduleCode} ${version}`)).toEqual(['default 2.0', 'mcu 10']);
  });

  test('no upgrade is under way', async () => {
    const progress = (params: object) => answerOf('ota', 'progress', asked('', { params }));
    expect(await progress({ step: 50 })).toMatchObject({ code: Code.notFound });
    expect(await progress({})).toMatchObject({ code: Code.parameter });
    expect(await answerOf('ota', 'upgrade', asked(''))).toMatchObject({ code: Code.parameter });
  });
});

describe('the log of a device’s own program', () => {
  test('its level', async () => {
    expect(await answerOf('log', 'operation', asked('getLevel'))).toMatchObject({
      method: 'getLevel',
      data: { logLevel: 1 },
    });
    await fixture.dm.devices.deviceInfoUpdate({ ...NAMES, logLevel: '5' });
    expect(await answerOf('log', 'operation', asked('getLevel'))).toMatchObject({ data: { logLevel: 5 } });
  });

  test('its lines go to the log of the device before it is answered', async () => {
    const lines = asked('report', { params: [{ content: 'it rains', timestamp: 5, logLevel: 2 }] });
    expect(await answerOf('log', 'report', lines)).toEqual({
      method: 'reportReply',
      msgToken: `t${token}`,
      code: 200,
    });
    const kept = await fixture.dm.data.sdkLogIndex({ ...NAMES, logLevel: 2 });
    expect(kept.list).toContainEqual({ timestamp: '5', loglevel: '2', content: 'it rains' });
    const line = { action: 'ext', requestID: `t${token}`, resultCode: '200' };
    await eventually(async () => {
      const { list } = await fixture.dm.data.hubLogIndex({ ...NAMES, content: 'it rains' });
      expect(list).toMatchObject([line]);
    });
    for (const params of [[], [{}], [{ content: '' }], { content: 'x' }]) {
      expect(await answerOf('log', 'report', asked('report', { params }))).toMatchObject({ code: 100006 });
    }
  });
});

test('what cannot be served yet is answered with words that say so, and nothing of it stands in a log', async () => {
  expect(await answerOf('gateway', 'thing', asked('createSchema', { payload: { schema: {} }, ...IN_WORDS }))).toEqual({
    method: 'createSchema',
    msgToken: `t${token}`,
    code: 100018,
    msg: 'other messages about sub-devices are not served',
  });
  const binding = asked('appBindToken', { params: { token: 'proof' } });
  expect(await answerOf('thing', 'service', binding)).toMatchObject({ code: 100018 });
  await eventually(async () =>
    expect((await fixture.dm.data.hubLogIndex({ ...NAMES, content: 'appBindToken' })).total).toBe('1'),
  );
  expect((await fixture.dm.data.hubLogIndex({ ...NAMES, content: 'proof' })).total).toBe('0');
});

test('nobody answers who is not asked, or for a device that does not exist', async () => {
  const before = gateway.downs.length;
  gateway.send('thing', 'property', asked('getStatus', { sys: { noAsk: true, retMsg: false } }));
  gateway.send('thing', 'property', asked('getStatus'), { deviceName: 'nobody' });
  await answerOf('ext', 'ntp', asked('getNtp'));
  expect(gateway.downs.slice(before).map(({ message }) => message['method'])).toEqual(['getNtpReply']);
});

test('a flood of questions keeps nobody from being heard, and each is answered, some that there are too many', async () => {
  const [logged, before] = [fixture.dm.logged.length, gateway.downs.length];
  const count = 8000;
  for (let at = 0; at < count; at++) gateway.send('thing', 'property', asked('getStatus', IN_WORDS));
  gateway.send('thing', 'property', asked('report', { params: { cnt: 5 } }));
  const replies = (method: string) =>
    gateway.downs.slice(before).flatMap(({ message }) => (message['method'] === method ? [message] : []));
  await eventually(() => expect(replies('reportReply')).toMatchObject([{ code: 200 }]));
  // Ingest and callers had connections to the database all the while.
  expect(replies('getStatusReply').length).toBeLessThan(count);
  const left = () => count - replies('getStatusReply').length;
  await eventually(() => expect(left()).toBe(0), { timeoutMs: 60_000, intervalMs: 200 });
  const refused = replies('getStatusReply').filter(({ code }) => code !== 200);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(({ code, msg }) => `${code} ${msg}`))).toEqual(
    new Set(['100007 too many questions wait for their answers, ask again later']),
  );
  expect(fixture.dm.logged.slice(logged).filter((line) => line.includes('could not'))).toEqual([]);
}, 90_000); // thousands of answers
