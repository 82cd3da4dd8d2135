/**
 * Our dm.rpc for callers of unitedrhino's (联犀): its services and its SDK decode what they are answered strictly, look at
 * the same numbers, and drop from their caches what the news names. Expected is what its own dm.rpc does; where ours differs
 * by choice, the test says so.
 */
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import {
  deviceKey,
  readDeviceNotice,
  readProtocolConfigs,
  RhinoBus,
  RhinoClient,
  useDevice,
  type BusMessage,
  type RhinoAnswer,
  type RhinoUser,
} from '@alink/testing/unitedrhino';
import { Platform } from './platform';

const PLAIN_USER: RhinoUser = { TenantCode: 'default', ProjectID: '2', UserID: '7' };
/** In unitedrhino's form. */
const MODEL = JSON.stringify({
  properties: [
    {
      identifier: 'temperature',
      name: '温度',
      mode: 'rw',
      define: { type: 'float', min: '-40', max: '100', step: '0.1' },
    },
    { identifier: 'label', name: 'label', mode: 'rw', define: { type: 'string', max: '16' } },
    { identifier: 'arr', name: 'arr', mode: 'rw', define: { type: 'array', max: '4', arrayInfo: { type: 'int' } } },
    { identifier: 'level', name: 'level', mode: 'r', define: { type: 'int', start: '7' } },
  ],
});

const productID = 'callers1';
const device = { productID, deviceName: 'called-1' };

let platform: Platform;
let dm: RhinoClient;
let bus: RhinoBus;
const news: BusMessage[] = [];
beforeAll(async () => {
  platform = await Platform.start({ apps: ['dm-rpc'], env: { CALLERS_WITHOUT_USER: 'none' } });
  dm = new RhinoClient(`127.0.0.1:${platform.ports.dm}`);
  bus = await RhinoBus.connect({ url: platform.nats.url, mode: 'nats', service: 'caller' });
  await bus.subscribe('server.>', (message) => void news.push(message));
  await dm.call('dm.ProductManage/productInfoCreate', { productID, productName: productID, protocolCode: 'lxSdk' });
  await dm.call('dm.ProductManage/productSchemaTslImport', { productID, tsl: MODEL });
  await dm.call('dm.DeviceManage/deviceInfoCreate', device);
}, PLATFORM_START_MS);
afterAll(async () => {
  dm?.close();
  await bus?.close();
  await platform?.stop();
});
beforeEach(() => (news.length = 0));

const index = async (filter: object): Promise<string[]> => {
  const { list } = await dm.call('dm.DeviceManage/deviceInfoIndex', { productID, ...filter });
  return list.map(({ deviceName }: RhinoAnswer) => deviceName);
};
/** Data of the news on that subject. */
const dataOf = (subject: string): string[] => news.filter((one) => one.subject === subject).map(({ data }) => data);

describe('errors', () => {
  test('have codes and details that its struct takes: none is a system error', async () => {
    await expect(dm.call('dm.ProductManage/productInfoRead')).rejects.toMatchObject({
      code: 100006,
      details: [expect.any(String)],
    });
    const unknown = { productID, deviceName: 'nobody' };
    await expect(dm.call('dm.DeviceManage/deviceInfoRead', unknown)).rejects.toMatchObject({ code: 100009 });
    const again = dm.call('dm.DeviceManage/deviceInfoCreate', device);
    await expect(again).rejects.toMatchObject({ code: 100010 });
    const wrong = dm.call('dm.DeviceManage/deviceInfoCreate', { productID, deviceName: 'no name' });
    await expect(wrong).rejects.toMatchObject({ code: 100006 });
  });
});

describe('rights, where a call without a user has none', () => {
  test.each([
    ['dm.ProtocolManage/protocolInfoCreate', { code: 'forbidden', name: 'x' }],
    ['dm.ProductManage/productInfoDelete', { productID }],
    ['dm.ProductManage/productSchemaTslImport', { productID, tsl: MODEL }],
  ])('%s is for root', async (method, request) => {
    const details = ['需要超管才能操作'];
    await expect(dm.call(method, request, null)).rejects.toMatchObject({ code: 100012, details });
    await expect(dm.call(method, request, PLAIN_USER)).rejects.toMatchObject({ code: 100012 });
    const admin = { ...PLAIN_USER, TenantCode: 'another', IsAdmin: true };
    await expect(dm.call(method, request, admin)).rejects.toMatchObject({ code: 100012 });
  });

  test.each([
    ['dm.ProductManage/productInfoCreate', { productName: 'forbidden' }],
    ['dm.DeviceManage/deviceInfoCreate', { productID, deviceName: 'forbidden' }],
    ['dm.DeviceManage/deviceInfoDelete', device],
  ])('%s is for administrators', async (method, request) => {
    await expect(dm.call(method, request, null)).rejects.toMatchObject({ code: 100012 });
    await expect(dm.call(method, request, PLAIN_USER)).rejects.toMatchObject({ code: 100012 });
  });
});

describe('a device', () => {
  test('has all that its callers use without a look', async () => {
    expect(useDevice(await dm.call('dm.DeviceManage/deviceInfoRead', device))).toMatchObject({ isOnline: '2' });
    const { list } = await dm.call('dm.DeviceManage/deviceInfoIndex', { productID });
    expect(list.map(useDevice)).toHaveLength(1);
  });

  test('has its defaults', async () => {
    expect(await dm.call('dm.DeviceManage/deviceInfoRead', device)).toMatchObject({
      tenantCode: 'default',
      areaID: '2',
      categoryID: '2',
      sort: '100',
      isEnable: '1',
      status: '1',
    });
  });

  test('is online as 1 and offline as 2, in what is read, filtered and fixed', async () => {
    const fix = (isOnline: number) =>
      dm.call('dm.DeviceManage/deviceOnlineMultiFix', { devices: [{ device, isOnline, connectAt: Date.now() }] });
    await fix(1);
    await eventually(async () => expect(await index({ isOnline: 1 })).toEqual([device.deviceName]));
    expect(await index({ isOnline: 2 })).toEqual([]);
    expect(await dm.call('dm.DeviceManage/deviceInfoRead', device)).toMatchObject({ isOnline: '1', status: '2' });
    await fix(2);
    await eventually(async () => expect(await index({ isOnline: 2 })).toEqual([device.deviceName]));
    const { list } = await dm.call('dm.DeviceMsg/statusLogIndex', device);
    expect(list.map(({ status }: RhinoAnswer) => status)).toEqual(['2', '1']);
  });

  test('has a thing model, for the cache of the SDK', async () => {
    const own = await dm.call('dm.DeviceManage/deviceSchemaTslRead', device);
    expect(JSON.parse(own['tsl']).properties ?? []).toEqual([]);
    const whole = await dm.call('dm.DeviceManage/deviceSchemaTslRead', { ...device, withProductSchema: true });
    expect(JSON.parse(whole['tsl']).properties.map(({ identifier }: RhinoAnswer) => identifier)).toContain(
      'temperature',
    );
  });

  test('keeps texts; an unknown one is empty', async () => {
    const profile = { device, code: 'mine' };
    expect(await dm.call('dm.DeviceManage/deviceProfileRead', profile)).toMatchObject({ params: '' });
    await dm.call('dm.DeviceManage/deviceProfileUpdate', { ...profile, params: '{"a":1}' });
    const { profiles } = await dm.call('dm.DeviceManage/deviceProfileIndex', { device });
    expect(profiles).toEqual([{ device, code: 'mine', params: '{"a":1}' }]);
    await dm.call('dm.DeviceManage/deviceProfileDelete', profile);
    expect(await dm.call('dm.DeviceManage/deviceProfileRead', profile)).toMatchObject({ params: '' });
  });

  test('that is not there: a change is refused as its own dm refuses it', async () => {
    const nobody = { productID, deviceName: 'nobody' };
    await expect(dm.call('dm.DeviceManage/deviceInfoUpdate', nobody)).rejects.toMatchObject({ code: 100009 });
    await expect(dm.call('dm.DeviceManage/deviceInfoDelete', nobody)).rejects.toMatchObject({ code: 100006 });
    const inNone = dm.call('dm.DeviceManage/deviceInfoCreate', { productID: 'noproduct', deviceName: 'some-1' });
    await expect(inNone).rejects.toMatchObject({ code: 100006 });
  });
});

describe('a filter is served or refused by its name, never passed over', () => {
  const served = async (method: string, field: string, filter: object): Promise<void> => {
    const answer = await dm.call(method, filter).catch((error: Error & { details?: readonly string[] }) => error);
    if (answer instanceof Error) expect(`${answer.message} ${answer.details?.join(' ')}`).toContain(field);
    else expect(answer).toMatchObject({ list: [] });
  };

  test.each([
    ['tenantCode', 'another'],
    ['protocolCode', 'another'],
    ['areaIDs', [5]],
    ['areaID', 5],
    ['groupID', 5],
    ['groupIDs', [5]],
    ['gateway', { productID: 'g', deviceName: 'g' }],
    ['hasOwner', 1],
    ['ratedPower', { CmpType: '>', value: 5 }],
    ['rssi', { CmpType: '>', value: 5 }],
    ['expTime', { CmpType: '>', value: 5 }],
    ['deviceAlias', 'nobody'],
  ])('deviceInfoIndex %s', (field, value) =>
    served('dm.DeviceManage/deviceInfoIndex', field, { productID, [field]: value }),
  );

  test.each([
    ['tenantCode', 'another'],
    ['projectID', 5],
    ['areaID', 5],
    ['sceneMode', 'none'],
  ])('productInfoIndex %s', (field, value) => served('dm.ProductManage/productInfoIndex', field, { [field]: value }));

  test('productSchemaIndex tag; and by the mode of properties', async () => {
    await served('dm.ProductManage/productSchemaIndex', 'tag', { productID, tag: 5 });
    const { list } = await dm.call('dm.ProductManage/productSchemaIndex', { productID, propertyMode: 'r' });
    expect(list.map(({ identifier }: RhinoAnswer) => identifier)).toEqual(['level']);
  });
});

describe('values', () => {
  const latest = async (request: object): Promise<RhinoAnswer[]> =>
    (await dm.call('dm.DeviceMsg/propertyLatestIndex', { ...device, ...request }))['list'];

  test('of what was never reported: the default, and no time', async () => {
    expect(await latest({ dataIDs: ['level'] })).toMatchObject([{ value: '7', timestamp: '0', dataName: 'level' }]);
    expect(await latest({ ignoreEmpty: true })).toEqual([]);
  });

  test('of what the model has not: left out of the latest, refused in the history', async () => {
    expect(await latest({ dataIDs: ['nonsense'] })).toEqual([]);
    const history = dm.call('dm.DeviceMsg/propertyLogIndex', { ...device, dataID: 'nonsense' });
    await expect(history).rejects.toMatchObject({ code: 100006 });
  });
});

describe('news', () => {
  test('of a device: its key as the caches make it, and the entity', async () => {
    await dm.call('dm.DeviceManage/deviceInfoUpdate', { ...device, deviceAlias: { value: 'called' } });
    await eventually(() => expect(dataOf('server.cache.sync.cache:dm:device')).toContain(deviceKey(device)));
    await eventually(() =>
      expect(dataOf('server.things.dm.device.info.update').map(readDeviceNotice)).toEqual([device]),
    );
    const passing = { productID, deviceName: 'passing' };
    await dm.call('dm.DeviceManage/deviceInfoCreate', passing);
    await dm.call('dm.DeviceManage/deviceInfoDelete', passing);
    await eventually(() => {
      expect(dataOf('server.things.dm.device.info.create').map(readDeviceNotice)).toEqual([passing]);
      expect(dataOf('server.things.dm.device.info.delete').map(readDeviceNotice)).toEqual([passing]);
    });
  });

  test('of a product: its id, bare', async () => {
    const other = 'newsOfProduct';
    await dm.call('dm.ProductManage/productInfoCreate', { productID: other, productName: other });
    await dm.call('dm.ProductManage/productInfoUpdate', { productID: other, productName: 'renamed' });
    await dm.call('dm.ProductManage/productSchemaTslImport', { productID: other, tsl: MODEL });
    await dm.call('dm.ProductManage/productInfoDelete', { productID: other });
    await eventually(() => {
      expect(dataOf('server.things.dm.product.info.create')).toEqual([other]);
      expect(dataOf('server.things.dm.product.info.update')).toEqual([other]);
      expect(dataOf('server.things.dm.product.info.delete')).toEqual([other]);
      expect(dataOf('server.cache.sync.cache:dm:product')).toContain(other);
      expect(dataOf('server.cache.sync.cache:dm:product:schema')).toContain(other);
    });
  });

  test('of a protocol: all its configurations; one that exists is changed by whoever announces it', async () => {
    const config = { key: 'v' };
    const protocol = { code: 'announced', name: 'first', type: 'normal', transProtocol: 'mqtt' };
    const first = await dm.call('dm.ProtocolManage/protocolInfoCreate', { ...protocol, configInfos: [{ config }] });
    await eventually(() => {
      const [told = 'null'] = dataOf('server.things.dm.protocol.announced.update');
      expect(readProtocolConfigs(told)).toEqual([config]);
    });
    expect(await dm.call('dm.ProtocolManage/protocolInfoCreate', { ...protocol, name: 'second' })).toEqual(first);
    const found = await dm.call('dm.ProtocolManage/protocolInfoRead', { code: 'announced' });
    expect(found).toMatchObject({ name: 'second' });
  });

  test('on the subject of its clock for presence: none', async () => {
    const fix = { devices: [{ device, isOnline: 1, connectAt: Date.now() }] };
    await dm.call('dm.DeviceManage/deviceOnlineMultiFix', fix);
    await eventually(async () => expect(await index({ isOnline: 1 })).toEqual([device.deviceName]));
    expect(dataOf('server.things.dm.device.onlineStatus.change')).toEqual([]);
  });

  test('are messages that its bus can read, spans included', () => expect(bus.complaints).toEqual([]));
});
