/** Many devices at once: counted, changed, moved, and the versions that they run. */
import { keepVersions } from '../src/domains/versions/store';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
const named = (deviceName: string) => ({ productID: PRODUCT, deviceName });
const OTHER = named('dev002');
const GATEWAY = { productID: 'gateways', deviceName: 'gate01' };
beforeEach(async () => {
  await createDevices(fixture, DEVICE, OTHER.deviceName);
  await fixture.products.productInfoCreate({ productID: 'gateways', productName: 'Gateways', deviceType: 2 });
  await fixture.devices.deviceInfoCreate(GATEWAY);
});
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
  await prisma.deviceGroup.deleteMany();
  await prisma.auditLog.deleteMany();
});

const read = (device = NAMES) => fixture.devices.deviceInfoRead(device);
const audited = async (action: string) =>
  (await fixture.admin.auditLogIndex({})).list
    .filter((line) => line.action === action)
    .map(({ deviceName, detail }) => [deviceName, JSON.parse(detail) as object]);
const login = (deviceName: string, data: object) =>
  fixture.db.prisma.device.updateMany({ where: { deviceName }, data: { firstLogin: new Date(1000), ...data } });
const group = async (...devices: object[]) => {
  const { id } = await fixture.groups.groupInfoCreate({ name: 'hall', parentID: 1 });
  await fixture.groups.groupDeviceMultiCreate({ groupID: id, list: devices });
  return id;
};

describe('deviceTypeCount', () => {
  test('by the types of products', async () => {
    const { devices } = fixture;
    expect(await devices.deviceTypeCount({})).toEqual({ device: '2', gateway: '1', subset: '0', unknown: '0' });
    await login(DEVICE, { lastLogin: new Date(5_000_000) });
    const of = (request: object) => devices.deviceTypeCount(request);
    expect(await of({ timeRange: { start: 4000, end: 6000 } })).toMatchObject({ device: '1', gateway: '0' });
    expect(await of({ areaIDs: [5] })).toMatchObject({ device: '0', gateway: '0' });
    expect(await of({ groupIDs: [await group(GATEWAY)] })).toMatchObject({ device: '0', gateway: '1' });
  });
});

describe('deviceCount', () => {
  const count = async (request: object) =>
    (await fixture.devices.deviceCount({ countTypes: ['status', 'type'], ...request })).list;
  const of = (total: number, online: number, device: number, gateway: number) => ({
    total: String(total),
    online: String(online),
    offline: String(total - online),
    typeDevice: String(device),
    typeGateWay: String(gateway),
    typeSubSet: '0',
    typeUnknown: '0',
  });
  beforeEach(() => login(DEVICE, { isOnline: true }));

  test('of all devices', async () => {
    expect(await count({ rangeIDs: [0] })).toEqual([{ rangeID: '0', count: of(3, 1, 2, 1) }]);
    expect(await count({ rangeIDs: [7], countTypes: ['status', 'nothing-such'] })).toEqual([
      { rangeID: '7', count: { total: '3', online: '1', offline: '2' } },
    ]);
    expect(await count({})).toEqual([]);
  });

  test('of areas, each with those below it, of the root and of none', async () => {
    await fixture.devices.deviceInfoUpdate({ ...NAMES, areaID: 77, areaIDPath: '70-77-' });
    await fixture.devices.deviceInfoUpdate({ ...GATEWAY, areaID: 70, areaIDPath: '70-' });
    expect(await count({ rangeType: 1, rangeIDs: [70, 77, 7, 1, 2] })).toEqual([
      { rangeID: '70', count: of(2, 1, 1, 1) },
      { rangeID: '77', count: of(1, 1, 1, 0) },
      { rangeID: '7', count: of(0, 0, 0, 0) },
      { rangeID: '1', count: of(2, 1, 1, 1) },
      { rangeID: '2', count: of(1, 0, 1, 0) },
    ]);
  });

  test('of groups; one without devices is refused, as in unitedrhino', async () => {
    const id = await group(NAMES, GATEWAY);
    expect(await count({ rangeType: 2, rangeIDs: [id] })).toEqual([{ rangeID: id, count: of(2, 1, 1, 1) }]);
    await expect(count({ rangeType: 2, rangeIDs: [99] })).rejects.toEqual(rpcError(100009, 'group 99'));
    await expect(count({ rangeType: 9, rangeIDs: [1] })).rejects.toEqual(rpcError(100006, 'rangeType'));
  });
});

describe('DeviceInfoMultiUpdate', () => {
  const update = (request: object) =>
    fixture.devices.DeviceInfoMultiUpdate({ devices: [NAMES, GATEWAY, named('dev999')], ...request });

  test('changes what is set of the devices that there are, and tells and notes each', async () => {
    const told = await toldDuring(fixture.bus, () =>
      update({ areaID: 77, ratedPower: 60, distributor: { id: 5, idPath: '3-5-' } }),
    );
    const changed = {
      areaID: '77',
      areaIDPath: '77-',
      ratedPower: '60',
      distributor: { id: '5', idPath: '3-5-', updatedTime: expect.stringMatching(/^\d{10}$/) },
    };
    expect(await read()).toMatchObject(changed);
    expect(await read(GATEWAY)).toMatchObject(changed);
    expect(await read(OTHER)).toMatchObject({ areaID: '2', ratedPower: '0' });
    expect(told.filter(([subject]) => subject.endsWith('device.info.update')).map(([, device]) => device)).toEqual([
      NAMES,
      GATEWAY,
    ]);
    expect((await audited('device.update')).map(([name]) => name).sort()).toEqual([DEVICE, GATEWAY.deviceName]);
    await update({ ratedPower: 70 });
    expect(await read()).toMatchObject({ ...changed, ratedPower: '70' });
  });

  test('an area has the path that devices have there', async () => {
    await fixture.devices.deviceInfoUpdate({ ...OTHER, areaID: 77, areaIDPath: '70-77-' });
    await update({ areaID: 77 });
    expect(await read()).toMatchObject({ areaID: '77', areaIDPath: '70-77-' });
    await update({ areaID: 2 });
    expect(await read()).toMatchObject({ areaID: '2', areaIDPath: '2-' });
  });

  test('only those whose distributor compares so', async () => {
    await update({ devices: [GATEWAY], distributor: { id: 5 } });
    await update({ ratedPower: 1, FilterDistributorID: { CmpType: '>', value: 4 } });
    expect((await read()).ratedPower).toBe('0');
    expect((await read(GATEWAY)).ratedPower).toBe('1');
    await update({ ratedPower: 2, FilterDistributorID: { value: 1 } });
    expect([(await read()).ratedPower, (await read(GATEWAY)).ratedPower]).toEqual(['2', '1']);
  });

  test('what cannot be is refused, and nothing to do is done', async () => {
    await expect(update({ areaID: 1 })).rejects.toEqual(rpcError(100006, 'areaID'));
    await expect(update({ ratedPower: 1, FilterDistributorID: { CmpType: 'like' } })).rejects.toEqual(
      rpcError(100006, 'FilterDistributorID.CmpType'),
    );
    await expect(update({ devices: [{ productID: PRODUCT }] })).rejects.toEqual(rpcError(100006, 'devices[0]'));
    const told = await toldDuring(fixture.bus, async () => {
      await update({});
      await update({ devices: [], ratedPower: 1 });
    });
    expect([told, await audited('device.update')]).toEqual([[], []]);
  });
});

describe('deviceMove', () => {
  const move = (over: object = {}) => fixture.devices.deviceMove({ old: NAMES, new: OTHER, ...over });
  const nowSeconds = () => Math.floor(Date.now() / 1000);

  test('the other has what the one was to its owner; data and secrets stay', async () => {
    const { devices, data } = fixture;
    const own = { projectID: '9', areaID: '77', areaIDPath: '77-', ratedPower: '60', userID: '42' };
    await devices.deviceInfoUpdate({
      ...NAMES,
      ...own,
      deviceAlias: { value: 'Kitchen' },
      address: { value: 'Street 1' },
      tags: { floor: '2' },
      firstBind: nowSeconds() - 100_000,
      schemaAlias: { rpm: 'Fan' },
      mac: 'aa',
    });
    await devices.deviceInfoUpdate({ ...OTHER, mac: 'bb', schemaAlias: { rpm: 'Own' }, expTime: { value: 5 } });
    await devices.deviceProfileUpdate({ device: NAMES, code: 'a', params: '1' });
    const { id: deviceID } = await fixture.db.prisma.device.findFirstOrThrow({ where: NAMES });
    await fixture.db.prisma.propertyLatest.create({ data: { deviceID, identifier: 'rpm', value: '5', timestamp: 7n } });
    const before = [await read(), await read(OTHER)];
    const told = await toldDuring(fixture.bus, move);

    const [from, to] = [await read(), await read(OTHER)];
    expect(to).toMatchObject({
      ...own,
      deviceAlias: { value: 'Kitchen' },
      address: { value: 'Street 1' },
      tags: { floor: '2' },
      schemaAlias: { rpm: 'Own' },
      mac: 'bb',
      secret: before[1]!.secret,
      expTime: null,
    });
    expect(from).toMatchObject({ projectID: '2', mac: 'aa', secret: before[0]!.secret });
    expect(Number(from.expTime!.value)).toBeGreaterThan(nowSeconds() - 60);
    expect((await data.propertyLatestIndex({ ...NAMES, dataIDs: ['rpm'] })).list[0]!.value).toBe('5');
    expect((await devices.deviceProfileIndex({ device: NAMES })).profiles).toHaveLength(1);
    expect(told.filter(([subject]) => subject.includes('device.info'))).toEqual([
      ['server.things.dm.device.info.update', NAMES],
      ['server.things.dm.device.info.update', OTHER],
      ['server.things.dm.device.info.unbind', NAMES],
    ]);
    expect(await audited('device.move')).toEqual([
      [OTHER.deviceName, { from: `${PRODUCT}/${DEVICE}` }],
      [DEVICE, { to: `${PRODUCT}/${OTHER.deviceName}` }],
    ]);
  });

  test('texts that are kept with it and its names of properties go along where that is wanted', async () => {
    const { devices } = fixture;
    await devices.deviceInfoUpdate({ ...NAMES, schemaAlias: { rpm: 'Fan' }, firstBind: nowSeconds() - 100 });
    await devices.deviceProfileUpdate({ device: NAMES, code: 'a', params: '1' });
    await devices.deviceProfileUpdate({ device: OTHER, code: 'b', params: '2' });
    await move({ withTarget: ['profile'] });
    const profiles = async (device: object) =>
      (await devices.deviceProfileIndex({ device })).profiles.map(({ code }) => code);
    expect([await profiles(NAMES), await profiles(OTHER)]).toEqual([[], ['a']]);
    expect((await read(OTHER)).schemaAlias).toEqual({ rpm: 'Fan' });
    // Bound for less than a day, it was not bound.
    expect(await read()).toMatchObject({ firstBind: '0', expTime: null });
  });

  test('what cannot be is refused, and nothing has changed', async () => {
    const before = [await read(), await read(OTHER)];
    await expect(move({ new: NAMES })).rejects.toEqual(rpcError(100006, 'new must be another'));
    await expect(move({ withTarget: ['history'] })).rejects.toEqual(rpcError(100006, 'withTarget'));
    await expect(move({ new: GATEWAY, withTarget: ['profile'] })).rejects.toEqual(rpcError(100006, 'one product'));
    await expect(move({ new: named('dev999') })).rejects.toEqual(rpcError(100009, 'dev999'));
    await expect(move({ old: named('dev999') })).rejects.toEqual(rpcError(100009, 'dev999'));
    expect([await read(), await read(OTHER)]).toEqual(before);
    expect(await audited('device.move')).toEqual([]);
  });
});

describe('versions of modules', () => {
  const keep = async (deviceName: string, moduleCode: string, version: string) => {
    const { prisma } = fixture.db;
    const { id: deviceID } = await prisma.device.findFirstOrThrow({ where: { deviceName } });
    await prisma.$transaction((tx) => keepVersions(tx, [{ deviceID, moduleCode, version }]));
  };
  const list = async (request: object) => {
    const { list: rows, total } = await fixture.devices.deviceModuleVersionIndex(request);
    expect(total).toBe(String(rows.length));
    return rows.map(({ deviceName, moduleCode, version }) => `${deviceName} ${moduleCode} ${version}`);
  };
  beforeEach(async () => {
    await keep(DEVICE, 'default', '1.0');
    await keep(DEVICE, 'mcu', '7');
    await keep(OTHER.deviceName, 'default', '2.0');
    await keep(DEVICE, 'default', '1.1');
  });

  test('are listed by device and module, each the newest', async () => {
    expect(await list({})).toEqual(['dev001 default 1.1', 'dev001 mcu 7', 'dev002 default 2.0']);
    expect(await list(NAMES)).toEqual(['dev001 default 1.1', 'dev001 mcu 7']);
    expect(await list({ productID: PRODUCT, moduleCode: 'default' })).toEqual([
      'dev001 default 1.1',
      'dev002 default 2.0',
    ]);
    const orders = [{ field: 'version', sort: 2 }];
    expect(await list({ page: { page: 1, size: 9, orders } })).toEqual([
      'dev001 mcu 7',
      'dev002 default 2.0',
      'dev001 default 1.1',
    ]);
  });

  test('are read by device and module, or by id, and go with the device', async () => {
    const { devices } = fixture;
    const mcu = await devices.deviceModuleVersionRead({ ...NAMES, moduleCode: 'mcu' });
    expect(mcu).toMatchObject({ ...NAMES, moduleCode: 'mcu', version: '7' });
    expect(await devices.deviceModuleVersionRead({ id: mcu.id })).toEqual(mcu);
    expect(await devices.deviceModuleVersionRead(NAMES)).toMatchObject({ moduleCode: 'default', version: '1.1' });
    await expect(devices.deviceModuleVersionRead({ ...NAMES, moduleCode: 'x' })).rejects.toEqual(rpcError(100009, 'x'));
    await expect(devices.deviceModuleVersionRead({ id: 999_999 })).rejects.toEqual(rpcError(100009, '999999'));
    await expect(devices.deviceModuleVersionRead({})).rejects.toEqual(rpcError(100006, 'productID'));
    await devices.deviceInfoDelete(NAMES);
    expect(await list({})).toEqual(['dev002 default 2.0']);
  });
});
