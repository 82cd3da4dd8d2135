/** Values of properties as dm.rpc tells them: the latest, each, and one of many. */
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, sendUplink, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
afterEach(async () => {
  const { prisma } = fixture.db;
  for (const table of ['property_history', 'device', 'product']) {
    await prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

const define = {
  on: { type: 'bool', mapping: { 0: 'off', 1: 'on' } },
  count: { type: 'int', min: '0', max: '100', start: '7' },
  level: { type: 'float', min: '-100', max: '100' },
  note: { type: 'string', max: '64' },
  mode: { type: 'enum', mapping: { 2: 'two', 3: 'three' } },
  since: { type: 'timestamp' },
  pos: {
    type: 'struct',
    specs: [
      { identifier: 'x', name: 'East', dataType: { type: 'int' } },
      { identifier: 'name', name: 'Name', dataType: { type: 'string' } },
    ],
  },
  list: { type: 'array', max: '3', arrayInfo: { type: 'int' } },
  track: {
    type: 'array',
    max: '2',
    arrayInfo: { type: 'struct', specs: [{ identifier: 'x', name: 'East', dataType: { type: 'int' } }] },
  },
  grid: { type: 'matrix', max: '2', arrayInfo: { type: 'int' } },
};
const model = (productID: string) =>
  JSON.stringify({
    profile: { productID },
    properties: Object.entries(define).map(([identifier, type]) => ({
      identifier,
      name: identifier.toUpperCase(),
      mode: 'rw',
      define: type,
    })),
  });

beforeEach(async () => {
  await createDevices(fixture, DEVICE, 'dev002');
  await fixture.products.productSchemaTslImport({ productID: PRODUCT, tsl: model(PRODUCT) });
});

const report = (timestamp: number, params: Record<string, never> | object, device = NAMES) =>
  sendUplink(fixture.bus, { method: 'report', msgToken: '1', timestamp, params: params as never }, device);
const latest = async (request: object = {}) => {
  const { list } = await fixture.data.propertyLatestIndex({ ...NAMES, ...request });
  return Object.fromEntries(list.map(({ dataID, value, timestamp }) => [dataID, `${value}@${timestamp}`]));
};
const logOf = async (request: object) => {
  const { list, total } = await fixture.data.propertyLogIndex({ ...NAMES, order: '1', ...request });
  return { list: list.map(({ value, timestamp }) => `${value}@${timestamp}`).join(' '), total };
};

describe('the latest values', () => {
  test('of a device that never reported are those of the model, arrays by their elements', async () => {
    expect(await latest()).toEqual({
      on: '0@0',
      count: '7@0',
      level: '0@0',
      note: '@0',
      mode: '0@0',
      since: '0@0',
      pos: '{"x":0,"name":""}@0',
      'list.0': '0@0',
      'list.1': '0@0',
      'list.2': '0@0',
      'track.0': '{"x":0}@0',
      'track.1': '{"x":0}@0',
    });
    expect(await latest({ ignoreEmpty: true })).toEqual({});
  });

  test('are plain text, whatever the type', async () => {
    await report(5, {
      on: true,
      count: 55,
      level: 3.25,
      note: '"12345678901234567890"',
      mode: 3,
      since: '1700000000000',
      pos: { x: 1, name: 'a"b' },
      list: [1, 2],
      track: [{ x: 1 }],
      grid: [[1], [2]],
    });
    expect(await latest({ ignoreEmpty: true })).toEqual({
      on: '1@5',
      count: '55@5',
      level: '3.25@5',
      note: '"12345678901234567890"@5',
      mode: '3@5',
      since: '1700000000000@5',
      pos: '{"x":1,"name":"a\\"b"}@5',
      'list.0': '1@5',
      'list.1': '2@5',
      'track.0': '{"x":1}@5',
      grid: '[[1],[2]]@5',
    });
  });

  test('have names; an array may be asked for as a whole, and what the model does not have is left out', async () => {
    await report(5, { list: [1, 2], 'list.1': 9 } as object);
    await report(6, { 'list.0': 8 });
    const dataIDs = ['list', 'track.1', 'list.7', 'pos.x', 'nothing', 'note'];
    const { list, total } = await fixture.data.propertyLatestIndex({ ...NAMES, dataIDs });
    expect(list.map(({ dataID, dataName, value }) => `${dataID} ${dataName} ${value}`)).toEqual([
      'note NOTE ',
      'list.0 LIST.0 8',
      'list.1 LIST.1 9',
      'list.2 LIST.2 0',
      'track.1 TRACK.1 {"x":0}',
    ]);
    expect(total).toBe('5');
  });

  test('hold what the model does not have where anything may be reported', async () => {
    await report(5, { extra: 'x', 'extra.1': 2 });
    expect(await latest({ ignoreEmpty: true })).toEqual({});
    await fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });
    expect(await latest({ ignoreEmpty: true })).toEqual({ extra: 'x@5', 'extra.1': '2@5' });
    expect(await logOf({ dataID: 'extra.1' })).toEqual({ list: '2@5', total: '1' });
  });
});

describe('the log of a property', () => {
  test('has plain values with names, of one device, of several, and of all of the product', async () => {
    await report(1, { note: 'a' });
    await report(2, { note: 'b' }, { ...NAMES, deviceName: 'dev002' });
    const ask = (request: object) => fixture.data.propertyLogIndex({ productID: PRODUCT, dataID: 'note', ...request });
    const { list } = await ask({ deviceName: DEVICE });
    expect(list).toEqual([
      expect.objectContaining({ deviceName: DEVICE, dataID: 'note', dataName: 'NOTE', value: 'a', timestamp: '1' }),
    ]);
    const names = async (request: object) => (await ask(request)).list.map(({ deviceName }) => deviceName);
    expect(await names({ deviceNames: ['dev002', DEVICE] })).toEqual(['dev002', DEVICE]);
    expect(await names({})).toEqual(['dev002', DEVICE]);
    expect(await names({ order: '1', page: { page: 2, size: 1 } })).toEqual(['dev002']);
  });

  test('is also that of an element and of a member, from reports of the whole and of itself', async () => {
    await report(1, { list: [1, 2], pos: { x: 5, name: 'n' }, track: [{ x: 1 }, { x: 2 }] });
    await report(2, { 'list.1': 9, pos: { x: 6, name: 'a\u0000b' }, 'track.1': { x: 7 } } as object);
    await report(3, { list: [4], track: [] });
    expect(await logOf({ dataID: 'list.1' })).toEqual({ list: '2@1 9@2', total: '2' });
    expect(await logOf({ dataID: 'list.0' })).toEqual({ list: '1@1 4@3', total: '2' });
    expect(await logOf({ dataID: 'list' })).toEqual({ list: '[1,2]@1 [4]@3', total: '2' });
    // PostgreSQL cannot look into what holds U+0000.
    expect(await logOf({ dataID: 'pos.x' })).toEqual({ list: '5@1', total: '1' });
    expect(await logOf({ dataID: 'track.1.x' })).toEqual({ list: '2@1 7@2', total: '2' });
    const { list } = await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'track.1.x' });
    expect(list[0]).toMatchObject({ dataID: 'track.1.x', dataName: 'TRACK.1.East' });
  });

  test.each<[string, object, number, string]>([
    ['no property', { dataID: 'nothing' }, 100006, 'dataID names no property: nothing'],
    ['one that is deeper than any', { dataID: `list${'.1'.repeat(9)}` }, 100006, 'dataID goes deeper'],
    ['nothing', { dataID: '' }, 100006, 'dataID must not be empty'],
    ['a device that is not there', { dataID: 'note', deviceName: 'dev999' }, 100009, 'dev999'],
    ['a product that is not there', { productID: 'other', deviceName: '', dataID: 'note' }, 100009, 'other'],
  ])('of %s is refused by name', async (_what, request, code, text) => {
    await expect(fixture.data.propertyLogIndex({ ...NAMES, ...request })).rejects.toEqual(rpcError(code, text));
  });
});

describe('one value of many', () => {
  /** Moments by the clock of Asia/Shanghai. */
  const at = (text: string) => Date.parse(`${text}+08:00`);
  const aggregate = async (request: object) => {
    const { list } = await fixture.data.propertyLogIndex({
      productID: PRODUCT,
      dataID: 'count',
      order: '1',
      ...request,
    });
    return list.map(({ value, timestamp, deviceName }) => {
      const time = new Date(Number(timestamp) + 8 * 3_600_000).toISOString().slice(0, 19);
      return `${deviceName || '*'} ${value} ${time}`;
    });
  };
  beforeEach(async () => {
    await report(at('2026-03-01T23:59:59'), { count: 10, note: 'x', list: [1, 5], since: '1700000000000' });
    await report(at('2026-03-02T00:00:00'), { count: 20, note: 'y', list: [2] });
    await report(at('2026-03-02T12:30:00'), { count: 45, on: 1 });
    await report(at('2026-04-01T00:00:00'), { count: 1 }, { ...NAMES, deviceName: 'dev002' });
  });

  test.each<[string, string[]]>([
    ['avg', ['* 10 2026-03-01T00:00:00', '* 32.5 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['sum', ['* 10 2026-03-01T00:00:00', '* 65 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['min', ['* 10 2026-03-01T00:00:00', '* 20 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['max', ['* 10 2026-03-01T00:00:00', '* 45 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['count', ['* 1 2026-03-01T00:00:00', '* 2 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['first', ['* 10 2026-03-01T00:00:00', '* 20 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['last', ['* 10 2026-03-01T00:00:00', '* 45 2026-03-02T00:00:00', '* 1 2026-04-01T00:00:00']],
  ])('%s of each day', async (argFunc, values) => {
    expect(await aggregate({ argFunc, interval: '1', intervalUnit: 'd' })).toEqual(values);
    expect(await aggregate({ argFunc, interval: '1', intervalUnit: 'd', order: '2' })).toEqual(values.reverse());
  });

  test.each<[string, string, string[]]>([
    [
      '60',
      '',
      ['* 1 2026-03-01T23:59:00', '* 1 2026-03-02T00:00:00', '* 1 2026-03-02T12:30:00', '* 1 2026-04-01T00:00:00'],
    ],
    [
      '12',
      'h',
      ['* 1 2026-03-01T12:00:00', '* 1 2026-03-02T00:00:00', '* 1 2026-03-02T12:00:00', '* 1 2026-04-01T00:00:00'],
    ],
    ['1', 'w', ['* 3 2026-02-27T00:00:00', '* 1 2026-03-27T00:00:00']],
    ['1', 'n', ['* 3 2026-03-01T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['3', 'n', ['* 3 2026-01-01T00:00:00', '* 1 2026-04-01T00:00:00']],
    ['1', 'y', ['* 4 2026-01-01T00:00:00']],
  ])('spans of %s%s', async (interval, intervalUnit, values) => {
    expect(await aggregate({ argFunc: 'count', interval, intervalUnit })).toEqual(values);
  });

  test('of each device, and with the moment of what was said first', async () => {
    const byDevice = { argFunc: 'first', partitionBy: 'deviceName' };
    expect(await aggregate(byDevice)).toEqual([`${DEVICE} 10 2026-03-01T23:59:59`, 'dev002 1 2026-04-01T00:00:00']);
    expect(await aggregate({ ...byDevice, argFunc: 'max' })).toEqual([
      `${DEVICE} 45 2026-03-02T12:30:00`,
      'dev002 1 2026-04-01T00:00:00',
    ]);
    const byYear = { ...byDevice, interval: '1', intervalUnit: 'y', deviceName: DEVICE };
    expect(await aggregate(byYear)).toEqual([`${DEVICE} 10 2026-01-01T00:00:00`]);
    expect(await aggregate({ ...byYear, noFirstTs: true })).toEqual([`${DEVICE} 10 2026-03-01T23:59:59`]);
  });

  test('of texts, elements and times', async () => {
    const day = { interval: '1', intervalUnit: 'y' };
    expect(await aggregate({ ...day, argFunc: 'last', dataID: 'note' })).toEqual(['* y 2026-01-01T00:00:00']);
    expect(await aggregate({ ...day, argFunc: 'sum', dataID: 'list.0' })).toEqual(['* 3 2026-01-01T00:00:00']);
    expect(await aggregate({ ...day, argFunc: 'max', dataID: 'since' })).toEqual([
      '* 1700000000000 2026-01-01T00:00:00',
    ]);
    expect(await aggregate({ ...day, argFunc: 'avg', dataID: 'on' })).toEqual(['* 1 2026-01-01T00:00:00']);
    expect(await aggregate({ ...day, argFunc: 'avg', dataID: 'level' })).toEqual([]);
  });

  test.each<[object, number, string]>([
    [{ interval: '5' }, 100006, 'argFunc must be set'],
    [{ argFunc: 'avg' }, 100006, 'argFunc needs interval or partitionBy'],
    [{ argFunc: 'twa', interval: '5' }, 100006, 'argFunc must be one of avg'],
    [{ argFunc: 'avg', interval: '5', dataID: 'note' }, 100006, 'argFunc avg needs numbers, and note is of type text'],
    [{ argFunc: 'avg', interval: '-1' }, 100006, 'interval must be'],
    [{ argFunc: 'avg', interval: '1', intervalUnit: 'u' }, 100006, 'intervalUnit must be one of'],
    [{ argFunc: 'avg', interval: '1', fill: 'PREV' }, 100018, 'filter fill'],
    [{ argFunc: 'avg', partitionBy: 'colour' }, 100018, 'filter partitionBy'],
  ])('%j is refused by name', async (request, code, text) => {
    await expect(aggregate(request)).rejects.toEqual(rpcError(code, text));
  });
});
