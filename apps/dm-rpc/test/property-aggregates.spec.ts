/** What is made of the values of several properties and devices at once. */
import { createDevices, NAMES, PRODUCT, rpcError, startDm, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
const OTHER = { productID: PRODUCT, deviceName: 'dev002' };
/** Moments by the clock of Asia/Shanghai. */
const at = (text: string) => Date.parse(`${text}+08:00`);
const DAY_1 = String(at('2026-03-01T00:00:00'));
const DAY_2 = String(at('2026-03-02T00:00:00'));

let n = 0;
const keep = async ({ deviceName }: { deviceName: string }, time: number, values: object) => {
  const { prisma } = fixture.db;
  const { id: deviceID } = await prisma.device.findFirstOrThrow({ where: { deviceName } });
  const timestamp = BigInt(time);
  for (const [identifier, value] of Object.entries(values)) {
    const row = { deviceID, identifier, timestamp, value: JSON.stringify(value) };
    const messageID = `00000000-0000-0000-0000-${String(++n).padStart(12, '0')}`;
    await prisma.propertyHistory.create({ data: { ...row, arrivedAt: timestamp, messageID } });
    const key = { deviceID, identifier };
    await prisma.propertyLatest.upsert({ where: { deviceID_identifier: key }, create: row, update: row });
  }
};

beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, NAMES.deviceName, OTHER.deviceName);
  await keep(NAMES, at('2026-03-01T08:00:00'), { rpm: 10, temperature: 1.5, serial: 'a' });
  await keep(NAMES, at('2026-03-01T20:00:00'), { rpm: 30, serial: 'b' });
  await keep(NAMES, at('2026-03-02T08:00:00'), { rpm: 50 });
  await keep(OTHER, at('2026-03-02T09:00:00'), { rpm: 7, temperature: 20 });
  await fixture.devices.deviceInfoUpdate({ ...OTHER, areaID: 77, areaIDPath: '70-77-' });
});
afterAll(() => fixture?.stop());

type Values = Readonly<Record<string, { readonly value: string; readonly timestamp: string }>>;
/** `avg 20, first 10@<time>`, in the order of the names. */
const inShort = (values: Values): string =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { value, timestamp }]) => `${name} ${value}${timestamp === '0' ? '' : `@${timestamp}`}`)
    .join(', ');

describe('propertyLogAggIndex', () => {
  const aggregate = async (request: object) => {
    const { list } = await fixture.data.propertyLogAggIndex({ productID: PRODUCT, ...request });
    return list.map(({ deviceName, values }) => [
      deviceName,
      ...values.map(({ dataID, timeWindow, values: made }) => [dataID, timeWindow, inShort(made)]),
    ]);
  };
  const day = { interval: '1', intervalUnit: 'd' };

  test('several functions of several properties, of each span', async () => {
    const aggs = [
      { dataID: 'rpm', argFuncs: ['avg', 'sum', 'min', 'max', 'count', 'first', 'last', 'avg'] },
      { dataID: 'temperature', argFuncs: ['max'] },
    ];
    const first = String(at('2026-03-01T08:00:00'));
    const last = String(at('2026-03-01T20:00:00'));
    const second = String(at('2026-03-02T08:00:00'));
    expect(await aggregate({ ...day, deviceName: NAMES.deviceName, aggs })).toEqual([
      [
        '',
        ['rpm', DAY_1, `avg 20, count 2, first 10@${first}, last 30@${last}, max 30, min 10, sum 40`],
        ['rpm', DAY_2, `avg 50, count 1, first 50@${second}, last 50@${second}, max 50, min 50, sum 50`],
        ['temperature', DAY_1, 'max 1.5'],
      ],
    ]);
    const { list } = await fixture.data.propertyLogAggIndex({ productID: PRODUCT, ...day, aggs });
    expect(list).toMatchObject([{ productID: PRODUCT, deviceName: '', projectID: '0' }]);
    expect(list[0]!.values[0]).toMatchObject({ dataName: 'Speed' });
  });

  test('kept apart by devices and by where they stand, newest first where that is wanted', async () => {
    const aggs = [{ dataID: 'rpm', argFuncs: ['last'], noFirstTs: true }];
    expect(await aggregate({ ...day, aggs, partitionBy: 'deviceName', order: '2' })).toEqual([
      ['dev001', ['rpm', DAY_2, 'last 50'], ['rpm', DAY_1, 'last 30']],
      ['dev002', ['rpm', DAY_2, 'last 7']],
    ]);
    const by = async (partitionBy: string) => {
      const { list } = await fixture.data.propertyLogAggIndex({ productID: PRODUCT, aggs, partitionBy });
      return list.map(({ tenantCode, projectID, areaID, areaIDPath, deviceName, values }) => [
        [tenantCode, projectID, areaID, areaIDPath, deviceName].join(' '),
        values[0]!.values['last']!.value,
      ]);
    };
    expect(await by('areaID,tenantCode')).toEqual([
      ['default 0 2  ', '50'],
      ['default 0 77  ', '7'],
    ]);
    expect(await by('area_id_path, device_name, projectID')).toEqual([
      [' 2 0 2- dev001', '50'],
      [' 2 0 70-77- dev002', '7'],
    ]);
  });

  test('of all times at once, of texts, and of a range of times', async () => {
    const aggs = [{ dataID: 'serial', argFuncs: ['first', 'count'] }];
    const first = `first a@${at('2026-03-01T08:00:00')}`;
    expect(await aggregate({ aggs })).toEqual([['', ['serial', '0', `count 2, ${first}`]]]);
    const range = { timeStart: at('2026-03-01T12:00:00'), timeEnd: at('2026-03-02T08:30:00') };
    const sum = [{ dataID: 'rpm', argFuncs: ['sum'] }];
    expect(await aggregate({ aggs: sum, ...range })).toEqual([['', ['rpm', '0', 'sum 80']]]);
    expect(await aggregate({ aggs: sum, timeStart: at('2027-01-01T00:00:00') })).toEqual([]);
  });

  test('of the devices of an area, or of all products of a category', async () => {
    const aggs = [{ dataID: 'rpm', argFuncs: ['sum'] }];
    const sums = async (request: object) =>
      (await aggregate({ aggs, ...request })).map(([, row]) => (row as string[])[2]);
    expect(await sums({ areaID: 77 })).toEqual(['sum 7']);
    expect(await sums({ areaIDs: [2, 77] })).toEqual(['sum 97']);
    expect(await sums({ areaIDPath: '70-' })).toEqual(['sum 7']);
    expect(await sums({ projectID: 3 })).toEqual([]);
    expect(await sums({ tenantCode: 'default' })).toEqual(['sum 97']);
    expect(await sums({ productID: '', productCategoryID: 2 })).toEqual(['sum 97']);
    const { id } = await fixture.groups.groupInfoCreate({ name: 'hall', parentID: 1, purpose: 'place' });
    const { idPath } = await fixture.groups.groupInfoRead({ id, purpose: 'place' });
    await fixture.groups.groupDeviceMultiCreate({ groupID: id, list: [OTHER] });
    expect(await sums({ BelongGroup: { place: { ids: [id] } } })).toEqual(['sum 7']);
    expect(await sums({ BelongGroup: { place: { idPaths: [idPath] } } })).toEqual(['sum 7']);
    expect(await sums({ BelongGroup: { place: { ids: [9999] } } })).toEqual([]);
    await expect(sums({ productID: '', productCategoryID: 99 })).rejects.toEqual(rpcError(100009, 'category 99'));
  });

  test.each<[object, number, string]>([
    [{ aggs: [] }, 100006, 'aggs must be 1 to 50'],
    [{ aggs: [{ dataID: 'rpm' }] }, 100006, 'aggs[0].argFuncs must name'],
    [{ aggs: [{ dataID: '', argFuncs: ['avg'] }] }, 100006, 'aggs[0].dataID must not be empty'],
    [{ aggs: [{ dataID: 'nothing', argFuncs: ['avg'] }] }, 100006, 'names no property: nothing'],
    [{ aggs: [{ dataID: 'rpm', argFuncs: ['twa'] }] }, 100006, 'aggs[0].argFuncs must be one of avg'],
    [{ aggs: [{ dataID: 'serial', argFuncs: ['avg'] }] }, 100006, 'aggs[0].argFuncs avg needs numbers'],
    [{ interval: '-1' }, 100006, 'interval must be'],
    [{ intervalUnit: 'u', interval: '1' }, 100006, 'intervalUnit must be one of'],
    [{ partitionBy: 'colour' }, 100018, 'filter partitionBy'],
    [{ aggs: [{ dataID: 'rpm', argFuncs: ['avg'], fill: 'LINEAR' }] }, 100018, 'filter aggs[0].fill'],
    [{ deviceName: 'dev999' }, 100009, 'dev999'],
    [{ productID: 'nosuch' }, 100009, 'nosuch'],
    [{ productID: '' }, 100006, 'productID'],
  ])('%j is refused by name', async (request, code, text) => {
    const aggs = [{ dataID: 'rpm', argFuncs: ['avg'] }];
    await expect(aggregate({ aggs, ...request })).rejects.toEqual(rpcError(code, text));
  });
});

test('propertyLogAggByDeviceIndex: each property of a device of its own', async () => {
  const { list } = await fixture.data.propertyLogAggByDeviceIndex({
    aggs: [
      { device: OTHER, dataID: 'rpm', argFuncs: ['max'] },
      { device: NAMES, dataID: 'temperature', argFuncs: ['min', 'count'] },
      { device: OTHER, dataID: 'serial', argFuncs: ['first'] },
    ],
  });
  expect(list.map(({ productID, deviceName, values }) => [productID, deviceName, inShort(values[0]!.values)])).toEqual([
    [PRODUCT, 'dev002', 'max 7'],
    [PRODUCT, 'dev001', 'count 1, min 1.5'],
  ]);
  await expect(
    fixture.data.propertyLogAggByDeviceIndex({ aggs: [{ dataID: 'rpm', argFuncs: ['max'] }] }),
  ).rejects.toEqual(rpcError(100006, 'aggs[0].device must be set'));
});

test('propertyLatestAggIndex: of the latest values of all devices', async () => {
  const ask = async (request: object) => {
    const { list } = await fixture.data.propertyLatestAggIndex({ productID: PRODUCT, ...request });
    return list.map(({ deviceName, areaID, values }) => [deviceName, areaID, values]);
  };
  const aggs = [
    { dataID: 'rpm', argFuncs: ['sum', 'max'] },
    { dataID: 'serial', argFuncs: ['count'] },
  ];
  const speed = { dataID: 'rpm', dataName: 'Speed' };
  const serial = { dataID: 'serial', dataName: 'Serial' };
  expect(await ask({ aggs })).toEqual([
    [
      '',
      '0',
      [
        { ...speed, values: { sum: '57', max: '50' } },
        { ...serial, values: { count: '1' } },
      ],
    ],
  ]);
  expect(await ask({ aggs: aggs.slice(0, 1), partitionBy: 'areaID' })).toEqual([
    ['', '2', [{ ...speed, values: { sum: '50', max: '50' } }]],
    ['', '77', [{ ...speed, values: { sum: '7', max: '7' } }]],
  ]);
  expect(await ask({ aggs: aggs.slice(0, 1), deviceNames: ['dev002'] })).toMatchObject([['', '0', [{}]]]);
});

describe('propertyLatestIndex2', () => {
  const ask = async (...devices: object[]) => {
    const { list, total } = await fixture.data.propertyLatestIndex2({ devices });
    expect(total).toBe(String(list.length));
    return list.map(({ deviceName, dataID, value }) => `${deviceName} ${dataID} ${value}`);
  };

  test('some properties, each of any device', async () => {
    expect(
      await ask({ ...OTHER, dataID: 'rpm' }, { ...NAMES, dataID: 'serial' }, { ...OTHER, dataID: 'temperature' }),
    ).toEqual(['dev002 temperature 20', 'dev002 rpm 7', 'dev001 serial b']);
  });

  test('what does not exist is left out', async () => {
    const nobody = { productID: PRODUCT, deviceName: 'dev999', dataID: 'rpm' };
    expect(await ask(nobody, { ...NAMES, dataID: 'nothing' }, { ...NAMES, dataID: 'rpm' })).toEqual(['dev001 rpm 50']);
    await expect(ask({ ...nobody, deviceName: 'x' })).rejects.toEqual(rpcError(100006, 'devices[0].deviceName'));
  });
});
