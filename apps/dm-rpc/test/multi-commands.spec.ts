/** One command to many devices: of a node of ours, and behind a gateway of another protocol. */
import { readDevicePublish, subjects, writeDevicePublish, type Json } from '@alink/contract';
import { createDevices, PRODUCT, rpcError, sendStatus, startDm, type DmFixture } from './dm-fixture';
import { NAMES as FOREIGN, startForeign, type ForeignFixture } from './foreign-gateway';
import { eventually } from '@alink/testing';

let fixture: DmFixture;
/** What devices answer, by name; others are silent. */
const answers = new Map<string, { code: number; msg?: string; data?: Json }>();
/** What devices got. */
const got: { deviceName: string; message: Record<string, Json> }[] = [];

const NAMED = ['good01', 'good02', 'wrong01', 'silent01', 'away01'];

beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, ...NAMED, 'disabled01');
  await fixture.devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: 'disabled01', isEnable: 2 });
  for (const deviceName of NAMED.slice(0, 4)) {
    const device = { productID: PRODUCT, deviceName };
    await sendStatus(fixture.bus, { action: 'connected' }, device);
    fixture.bus.subscribe(subjects.downOfDevice(PRODUCT, deviceName), ({ data, respond }) => {
      const publish = readDevicePublish(data);
      const message = JSON.parse(publish.payload.toString()) as Record<string, Json>;
      got.push({ deviceName, message });
      const answer = answers.get(deviceName);
      if (!answer) return;
      const body = {
        method: `${String(message['method'])}Reply`,
        msgToken: message['msgToken'],
        timestamp: 1,
        ...answer,
      };
      respond?.(writeDevicePublish({ ...publish, body }, 1));
    });
  }
  await eventually(async () => expect((await fixture.devices.deviceInfoIndex({ isOnline: 1 })).total).toBe('4'));
});
afterAll(() => fixture?.stop());
beforeEach(() => {
  got.length = 0;
  answers.clear();
  answers.set('good01', { code: 200, msg: 'success', data: { rpm: 5 } });
  answers.set('good02', { code: 200, data: { rpm: 6 } });
  answers.set('wrong01', { code: 5000, msg: 'too hot' });
});

const of = (...deviceNames: string[]) => deviceNames.map((deviceName) => ({ productID: PRODUCT, deviceName }));

describe('propertyControlMultiSend', () => {
  test('each device has its result, in the order in which they were named, and none keeps the others from it', async () => {
    const { list } = await fixture.interact.propertyControlMultiSend({
      productID: PRODUCT,
      deviceNames: ['good01', 'nobody', 'wrong01', 'silent01', 'x', 'away01', 'disabled01', 'good02', 'good01'],
      data: '{"rpm":7}',
      syncTimeout: 1,
    });
    expect(list.map(({ deviceName, sysCode, code }) => [deviceName, sysCode, code])).toEqual([
      ['good01', '200', '200'],
      ['nobody', '100009', '0'],
      ['wrong01', '2000004', '0'],
      ['silent01', '2000002', '0'],
      ['x', '100006', '0'],
      ['away01', '2000003', '0'],
      ['disabled01', '100021', '0'],
      ['good02', '200', '200'],
    ]);
    expect(list[0]).toMatchObject({ productID: PRODUCT, msg: 'success', sysMsg: 'success' });
    expect(list[0]!.msgToken).toMatch(/^\d{8,10}$/);
    expect(list[2]!.sysMsg).toContain('too hot');
    expect(got.map(({ message }) => message['params'])).toEqual(Array(4).fill({ rpm: 7 }));
    const { list: log } = await fixture.data.sendLogIndex({ productID: PRODUCT, deviceName: 'good02' });
    expect(log).toEqual([expect.objectContaining({ dataID: 'rpm', content: '7', resultCode: '200' })]);
  });

  test('devices of any product; names of one product come before them', async () => {
    const request = { devices: of('good01', 'good02', 'good01'), data: '{"rpm":8}' };
    const names = async (over: object) =>
      (await fixture.interact.propertyControlMultiSend({ ...request, ...over })).list.map(
        ({ deviceName }) => deviceName,
      );
    expect(await names({})).toEqual(['good01', 'good02']);
    expect(await names({ productID: PRODUCT, deviceNames: ['good02'] })).toEqual(['good02']);
  });

  test('all devices of a group', async () => {
    const { id: groupID } = await fixture.groups.groupInfoCreate({ name: 'hall', parentID: 1 });
    await fixture.groups.groupDeviceMultiCreate({ groupID, list: of('good01', 'away01') });
    const { list } = await fixture.interact.propertyControlMultiSend({ groupID, data: '{"rpm":8}' });
    expect(list.map(({ deviceName, sysCode }) => [deviceName, sysCode])).toEqual([
      ['good01', '200'],
      ['away01', '2000003'],
    ]);
  });

  test('all devices of an area, and none where nothing is named', async () => {
    const { devices, interact } = fixture;
    await devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: 'good02', areaID: 77, areaIDPath: '70-77-' });
    const names = async (over: object) =>
      (await interact.propertyControlMultiSend({ data: '{"rpm":8}', ...over })).list.map(
        ({ deviceName }) => deviceName,
      );
    expect(await names({ areaID: 77 })).toEqual(['good02']);
    expect(await names({ areaIDPath: '70-', devices: of('good01') })).toEqual(['good01', 'good02']);
    expect(await names({ areaID: 78 })).toEqual([]);
    expect(await names({})).toEqual([]);
  });

  test('nobody waits where they need not, and values are kept for who is offline', async () => {
    const send = (over: object) =>
      fixture.interact.propertyControlMultiSend({
        productID: PRODUCT,
        deviceNames: ['silent01', 'away01'],
        data: '{"rpm":9}',
        ...over,
      });
    const sent = (await send({ isAsync: true })).list;
    expect(sent.map(({ sysCode }) => sysCode)).toEqual(['200', '2000003']);
    await expect(
      fixture.interact.propertyControlRead({ productID: PRODUCT, deviceName: 'silent01', msgToken: sent[0]!.msgToken }),
    ).rejects.toEqual(rpcError(100024, ''));
    expect((await send({ shadowControl: 2 })).list.map(({ sysCode }) => sysCode)).toEqual(['200', '200']);
    const { list } = await fixture.data.shadowIndex({ productID: PRODUCT, deviceName: 'away01' });
    expect(list).toMatchObject([{ dataID: 'rpm', value: '9' }]);
  });

  test('what the model refuses is the result of its device', async () => {
    const { list } = await fixture.interact.propertyControlMultiSend({
      devices: of('good01'),
      data: '{"rpm":"fast"}',
    });
    expect(list).toMatchObject([{ sysCode: '100006', sysMsg: expect.stringContaining('data.rpm'), msgToken: '' }]);
    expect(got).toEqual([]);
  });

  test.each([
    ['no JSON', { data: '{rpm:1}' }, 'data'],
    ['nothing', { data: '' }, 'data'],
    ['an unknown way', { data: '{}', shadowControl: 99 }, 'shadowControl'],
  ])('%s is wrong for all of them', async (_case, over, field) => {
    await expect(
      fixture.interact.propertyControlMultiSend({ devices: of('good01'), ...over } as object),
    ).rejects.toEqual(rpcError(100006, field));
  });

  test('more than a call takes are refused before any is sent to', async () => {
    const deviceNames = Array.from({ length: 10_001 }, (_, at) => `dev${at}`);
    await expect(
      fixture.interact.propertyControlMultiSend({ productID: PRODUCT, deviceNames, data: '{"rpm":1}' }),
    ).rejects.toEqual(rpcError(100006, 'more than 10000'));
  });

  test('who does not wait long gets the results of all before', async () => {
    let deadlineMs = 500;
    const request = { devices: of('good01', 'silent01'), data: '{"rpm":7}' };
    const send = () => fixture.interact.propertyControlMultiSend(request, { deadlineMs: (deadlineMs += 500) });
    const { list } = await eventually(send);
    expect(list.map(({ sysCode }) => sysCode)).toEqual(['200', '2000002']);
  });
});

test('propertyGetReportMultiSend: the values of each, stored ones of who is silent', async () => {
  await fixture.interact.propertyControlSend({ ...of('silent01')[0], data: '{"rpm":3}', shadowControl: 3 });
  let deadlineMs = 500;
  const request = { productID: PRODUCT, deviceNames: ['good01', 'silent01', 'away01'], dataIDs: ['rpm'] };
  const ask = () => fixture.interact.propertyGetReportMultiSend(request, { deadlineMs: (deadlineMs += 500) });
  const { list } = await eventually(ask);
  expect(list).toMatchObject([
    { deviceName: 'good01', code: '200', sysCode: '200', sysMsg: 'success', params: '{"rpm":5}' },
    { deviceName: 'silent01', code: '200', sysCode: '200', params: '{"rpm":3}' },
    { deviceName: 'away01', code: '0', sysCode: '2000003', params: '', timestamp: '0' },
  ]);
});

describe('behind a gateway of another protocol', () => {
  let foreign: ForeignFixture;
  beforeAll(async () => {
    foreign = await startForeign('dev2', 'dev3');
    const { gateway, dm } = foreign;
    for (const deviceName of ['dev1', 'dev2']) gateway.status('connected', { ...FOREIGN, deviceName });
    await eventually(async () => expect((await dm.devices.deviceInfoIndex({ isOnline: 1 })).total).toBe('2'));
  });
  afterAll(() => foreign?.stop());

  test('each gets the command on the bus, and answers there', async () => {
    const { gateway, dm } = foreign;
    gateway.answers = ({ data }) => (data['deviceName'] === 'dev1' ? { code: 200, msg: 'fine' } : { code: 7 });
    const { list } = await dm.interact.propertyControlMultiSend({
      productID: FOREIGN.productID,
      deviceNames: ['dev1', 'dev2', 'dev3'],
      data: '{"cnt":4}',
    });
    expect(list).toMatchObject([
      { deviceName: 'dev1', code: '200', msg: 'fine', sysCode: '200' },
      { deviceName: 'dev2', sysCode: '2000004' },
      { deviceName: 'dev3', sysCode: '2000003' },
    ]);
    expect(gateway.commands.map(({ data }) => data['deviceName']).sort()).toEqual(['dev1', 'dev2']);
  });
});
