/** Every field of every request for a list: served, or refused by its name; a list that takes no notice of one lies. */
import { services, type Service } from '@alink/contract';
import { connectRpc, type RpcChannel, type RpcError } from '@alink/rpc';
import { PATIENCE_MS } from '@alink/testing';
import { createDevices, NAMES, PRODUCT, rpcError, startDm, type DmFixture } from './dm-fixture';
import { fieldsOf, nameOf, withField, type RequestField } from './request-fields';

let fixture: DmFixture;
let channel: RpcChannel;
beforeAll(async () => {
  fixture = await startDm();
  channel = connectRpc(`127.0.0.1:${fixture.dm.port}`, { deadlineMs: PATIENCE_MS });
  await createDevices(fixture, NAMES.deviceName);
  const { products, devices, definitions, groups, protocols, db } = fixture;
  await devices.deviceInfoUpdate({ ...NAMES, version: { value: '1.0' }, dept: { id: '5', idPath: '5-' } });
  await devices.deviceProfileUpdate({ device: NAMES, code: 'a', params: '{}' });
  const { id: categoryID } = await products.productCategoryCreate({ name: 'Sensors' });
  const affordance = { value: '{"mode":"r","define":{"type":"bool"}}' };
  await definitions.commonSchemaCreate({ info: { type: 1, identifier: 'shared', name: { value: 'n' }, affordance } });
  await products.productCategorySchemaMultiCreate({ productCategoryID: categoryID, identifiers: ['shared'] });
  await devices.deviceSchemaCreate({ ...NAMES, type: 1, identifier: 'own', name: { value: 'n' }, affordance });
  await groups.groupInfoCreate({ name: 'Hall', devices: [NAMES] });
  await protocols.protocolInfoCreate({ code: 'mine', name: 'Mine' });
  await protocols.protocolServiceUpdate({ code: 'mine', ip: '10.0.0.1', port: 1 });
  const { id: deviceID } = await db.prisma.device.findFirstOrThrow();
  await db.prisma.subDevice.create({ data: { deviceID, gatewayID: deviceID } });
  const [timestamp, arrivedAt] = [1_778_593_628_940n, 1_778_593_628_941n];
  const messageID = '00000000-0000-0000-0000-000000000001';
  const line = { action: 'publish', topic: 't', content: 'c', requestID: 'r', traceID: '', resultCode: 200 };
  await db.prisma.hubLog.create({ data: { ...NAMES, ...line, messageID, timestamp, respPayload: '' } });
  await db.prisma.deviceModuleVersion.create({ data: { deviceID, moduleCode: 'default', version: '1.0' } });
  await db.prisma.statusLog.create({ data: { deviceID, timestamp, status: 1, reason: '' } });
  await db.prisma.sendLog.create({
    data: { deviceID, msgToken: 1n, timestamp, action: 'actionSend', dataID: 'echo', content: '{}', resultCode: 200 },
  });
  await db.prisma.propertyHistory.create({
    data: { deviceID, identifier: 'rpm', timestamp, arrivedAt, messageID, value: '1' },
  });
  await db.prisma.propertyLatest.create({ data: { deviceID, identifier: 'rpm', timestamp, value: '1' } });
  await db.prisma.desiredValue.create({
    data: { deviceID, identifier: 'rpm', value: '1', version: 1, isWaiting: true, updatedAt: timestamp },
  });
  const parts = { module: '', code: '', traceContext: '', content: 'c' };
  await db.prisma.sdkLog.create({ data: { deviceID, timestamp, arrivedAt, messageID, level: 2, ...parts } });
  await db.prisma.abnormalLog.create({
    data: { deviceID, timestamp, action: 1, type: 'online', reason: '', traceID: '' },
  });
  await db.prisma.eventHistory.create({
    data: { deviceID, identifier: 'highTemperature', type: 'alert', timestamp, arrivedAt, messageID, params: '{}' },
  });
});
afterAll(async () => {
  channel?.close();
  await fixture?.stop();
});

/** What a request needs to find the one row that there is. */
const needs: Readonly<Record<string, object>> = {
  productSchemaIndex: { productID: PRODUCT },
  deviceSchemaIndex: NAMES,
  productCategorySchemaIndex: { productCategoryID: 3 },
  deviceProfileIndex: { device: NAMES },
  hubLogIndex: NAMES,
  statusLogIndex: NAMES,
  sendLogIndex: NAMES,
  eventLogIndex: NAMES,
  sdkLogIndex: NAMES,
  abnormalLogIndex: NAMES,
  propertyLatestIndex: NAMES,
  shadowIndex: NAMES,
  propertyLogIndex: { ...NAMES, dataID: 'rpm' },
  gatewayCanBindIndex: { gateway: NAMES },
  deviceCount: { countTypes: ['status'], rangeIDs: [0] },
  propertyLatestIndex2: { devices: [{ ...NAMES, dataID: 'rpm' }] },
  propertyLogAggIndex: { ...NAMES, aggs: [{ dataID: 'rpm', argFuncs: ['count'] }] },
  propertyLogAggByDeviceIndex: { aggs: [{ device: NAMES, dataID: 'rpm', argFuncs: ['count'] }] },
  propertyLatestAggIndex: { ...NAMES, aggs: [{ dataID: 'rpm', argFuncs: ['count'] }] },
};

/** Fields that restrict nothing: which rows of all, in which order, and what is told besides. */
const addsOnly = new Set([
  'page',
  'withProtocol',
  'withCategory',
  'withGateway',
  'withDevices',
  'withProductCategory',
  'productCategoryWithFather',
  'withFather',
  'withProductSchema',
  // Around which range, and of which interval: nothing without one, as with unitedrhino's dm.
  'Position',
  ...['fill', 'intervalUnit', 'partitionBy', 'noFirstTs'].map((field) => `propertyLogIndex.${field}`),
  'propertyLogIndex.order',
  ...['propertyLogAggIndex', 'propertyLogAggByDeviceIndex'].flatMap((method) =>
    ['order', 'intervalUnit', 'aggs[0].noFirstTs'].map((field) => `${method}.${field}`),
  ),
  // What waits is never empty.
  'shadowIndex.ignoreEmpty',
]);

/** Values that leave the one row out, where the usual ones do not. */
const values: Readonly<Record<string, unknown>> = {
  timeStart: '4000000000000000',
  notVersion: '1.0',
  notAreaID: '2',
  notGroupID: '3',
  // 4 is what a device's own definitions have.
  tag: '5',
  'distributor.noParentID': '1',
  'dept.noParentID': '5',
  'notCodes[0]': 'mine',
};
const byKind = { integer: '4', text: 'nothing-such', flag: true, fraction: 1.5 };

const methods = (
  [
    services.productManage,
    services.deviceManage,
    services.deviceMsg,
    services.deviceInteract,
    services.deviceGroup,
    services.schemaManage,
    services.protocolManage,
  ] as Service[]
).flatMap((service) =>
  Object.keys(service.definition)
    .filter((method) => /Index$|Count$/.test(method))
    .map((method) => [method, service] as const),
);

const call = (service: Service, method: string, request: object): Promise<unknown> =>
  (channel.client(service) as Record<string, (request: object) => Promise<unknown>>)[method]!(request);

/** What becomes of a list when the field is set. */
const fateOf = async (service: Service, method: string, field: RequestField, all: string): Promise<string> => {
  const name = nameOf(field.path);
  const request = withField(needs[method] ?? {}, field.path, values[name] ?? byKind[field.kind]);
  try {
    return JSON.stringify(await call(service, method, request)) === all ? `${name} IGNORED` : 'served';
  } catch (error) {
    const { code, message } = error as RpcError;
    const names = [String(field.path[0]), name];
    if (code === 100018 && names.some((each) => message === `filter ${each} is not served`)) return 'refused';
    if (code === 100006 && message.includes(String(field.path[0]))) return 'checked';
    if (code === 100009 && message.includes('nothing-such')) return 'checked';
    return `${name}: ${code} ${message}`;
  }
};

test.each(methods)('%s takes notice of every field', async (method, service) => {
  const all = JSON.stringify(await call(service, method, needs[method] ?? {}));
  expect(all).not.toMatch(/"total":"0"|"list":\[\]/);
  const restricting = fieldsOf(service, method).filter(
    ({ path }) =>
      !addsOnly.has(String(path[0])) &&
      !addsOnly.has(`${method}.${String(path[0])}`) &&
      !addsOnly.has(`${method}.${nameOf(path)}`),
  );
  const fates = await Promise.all(restricting.map((field) => fateOf(service, method, field, all)));
  expect(fates.filter((fate) => !['served', 'refused', 'checked'].includes(fate))).toEqual([]);
});

describe('what is kept and not acted upon is found by it', () => {
  const found = async (request: object): Promise<string> => {
    const { list } = await fixture.devices.deviceInfoIndex({ productID: 'kept', ...request });
    return list
      .map(({ deviceName }) => deviceName)
      .sort()
      .join();
  };
  const products = async (request: object): Promise<string> => {
    const { list } = await fixture.products.productInfoIndex(request);
    return list
      .map(({ productID }) => productID)
      .sort()
      .join();
  };
  beforeAll(async () => {
    const { products, devices } = fixture;
    await products.productInfoCreate({
      productID: 'kept',
      productName: 'Kept',
      netType: '3',
      sceneMode: 'none',
      subProtocolCode: { value: 'mine' },
      tenantCode: 'acme',
    });
    await devices.deviceInfoCreate({ productID: 'kept', deviceName: 'plain' });
    await devices.deviceInfoCreate({
      productID: 'kept',
      deviceName: 'placed',
      tenantCode: 'acme',
      projectID: '1786838173980422144',
      areaID: '70',
      areaIDPath: '7-70-',
      userID: '44',
      version: { value: '2.1' },
      distributor: { id: '9', idPath: '3-9-' },
    });
  });

  test.each([
    [{ tenantCode: 'acme' }, 'placed'],
    [{ tenantCode: 'default' }, 'plain'],
    [{ areaID: '70' }, 'placed'],
    [{ areaID: '2' }, 'plain'],
    [{ areaIDs: ['2', '70'] }, 'placed,plain'],
    [{ notAreaID: '70' }, 'plain'],
    [{ notAreaID: '2' }, 'placed'],
    [{ areaIDPath: '7-' }, 'placed'],
    [{ areaIDPath: '_-' }, ''],
    [{ areaIDPaths: ['7-70-', '2-'] }, 'placed,plain'],
    [{ userID: '44' }, 'placed'],
    [{ userID: '1' }, 'plain'],
    [{ hasOwner: '1' }, 'placed'],
    [{ hasOwner: '2' }, 'plain'],
    [{ versions: ['2.1', '9'] }, 'placed'],
    [{ notVersion: '2.1' }, 'plain'],
    [{ distributor: { id: '9' } }, 'placed'],
    [{ distributor: { noParentID: '1' } }, 'placed'],
    [{ distributor: { idPath: '3-' } }, 'placed'],
    [{ protocolCode: 'mine' }, 'placed,plain'],
    [{ protocolCode: 'other' }, ''],
    [{ netType: '3' }, 'placed,plain'],
    [{ withShared: '1', withCollect: '1' }, 'placed,plain'],
    [{ withShared: '2' }, ''],
    [{ withCollect: '2' }, ''],
    [{ Position: { longitude: 1, latitude: 2 } }, 'placed,plain'],
  ])('devices: %j', async (request, names) => {
    expect(await found(request)).toBe(names);
  });

  test.each([
    [{ tenantCode: 'acme' }, 'kept'],
    [{ tenantCode: 'default' }, PRODUCT],
    [{ sceneMode: 'none' }, 'kept'],
    [{ sceneModes: ['rw', 'r'] }, PRODUCT],
    [{ projectID: '1786838173980422144' }, 'kept'],
    [{ areaID: '2' }, `${PRODUCT},kept`],
    [{ areaIDPath: '7-' }, 'kept'],
    [{ protocolCode: 'mine' }, 'kept'],
    [{ protocolTrans: 'mqtt' }, 'kept'],
    [{ protocolType: 'normal', protocolTrans: 'mqtt' }, 'kept'],
    [{ protocolType: 'media', protocolTrans: 'mqtt' }, ''],
  ])('products: %j', async (request, ids) => {
    expect(await products(request)).toBe(ids);
  });

  test('devices are counted by area, and by when they were last there', async () => {
    const { devices, db } = fixture;
    const total = async (request: object) => (await devices.deviceInfoCount(request)).total;
    expect(await total({ areaIDs: ['70'] })).toBe('1');
    expect(await total({ timeRange: { start: '1' } })).toBe('0');
    await db.prisma.device.updateMany({ where: { deviceName: 'placed' }, data: { lastLogin: new Date(5_000) } });
    expect(await total({ timeRange: { start: '5', end: '5' } })).toBe('1');
    expect(await total({ timeRange: { start: '6' } })).toBe('0');
    expect(await total({ timeRange: { start: '0', end: '0' } })).toBe('3');
  });

  test('definitions are found by their mode, however their JSON is written', async () => {
    const { products } = fixture;
    const define = (identifier: string, affordance: string, over: object = {}) =>
      products.productSchemaCreate({
        info: {
          productID: 'kept',
          type: 1,
          tag: 1,
          identifier,
          name: { value: 'n' },
          affordance: { value: affordance },
          ...over,
        },
      });
    await define('wide', '{ "define": {"type": "bool"}, "mode" : "r" }');
    const tight = { value: '{"mode":"rw","define":{"type":"bool"}}' };
    await fixture.definitions.commonSchemaCreate({
      info: { identifier: 'tight', type: 1, name: { value: 'n' }, affordance: tight, userPerm: 1 },
    });
    await define('tight', '', { tag: 2 });
    await define('named', '{"mode":"rw","define":{"type":"bool","mapping":{"0":"\\"mode\\":\\"r\\"","1":"on"}}}');
    const modes = async (request: object) => {
      const { list } = await products.productSchemaIndex({ productID: 'kept', ...request });
      return list.map(({ identifier }) => identifier).join();
    };
    expect(await modes({ propertyMode: 'r' })).toBe('wide');
    expect(await modes({ propertyMode: 'rw' })).toBe('tight,named');
    expect(await modes({ tag: '2' })).toBe('tight');
    expect(await modes({ tag: '1' })).toBe('wide,named');
    expect(await modes({ userPerm: '3' })).toBe('wide,named');
  });

  test('what says nothing is taken, what nothing is known of is refused', async () => {
    const { devices } = fixture;
    const refused = (field: string) => rpcError(100018, `filter ${field} is not served`);
    await expect(devices.deviceInfoIndex({ range: '9', Position: { longitude: 1 } })).rejects.toEqual(refused('range'));
    const byProperty = devices.deviceInfoIndex({ property: { rpm: { CmpType: '>', value: '7' } } });
    await expect(byProperty).rejects.toMatchObject({ code: 100018, details: ['property'] });
    await expect(devices.deviceInfoIndex({ rssi: { CmpType: 'like', value: '-70' } })).rejects.toEqual(
      rpcError(100006, 'rssi.CmpType must be one of'),
    );
  });

  test('numbers are compared, as they are now', async () => {
    const { devices } = fixture;
    const plain = { productID: 'kept', deviceName: 'plain' };
    await devices.deviceInfoUpdate({ ...plain, rssi: { value: '-60' }, ratedPower: '40', expTime: { value: '1000' } });
    const by = (field: string, CmpType: string, value: string) => found({ [field]: { CmpType, value } });
    expect(await by('rssi', '<', '-50')).toBe('plain');
    expect(await by('rssi', '>=', '0')).toBe('placed');
    expect(await by('ratedPower', '=', '40')).toBe('plain');
    expect(await by('ratedPower', '!=', '40')).toBe('placed');
    expect(await by('ratedPower', '', '40')).toBe('plain');
    expect(await by('expTime', '<=', '1000')).toBe('plain');
    expect(await by('expTime', '>', '1000')).toBe('');
    await devices.deviceInfoUpdate({ ...plain, ratedPower: '50' });
    expect(await by('ratedPower', '>', '45')).toBe('plain');
  });
});
