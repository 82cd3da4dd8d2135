import { subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import {
  createDevices,
  DEVICE,
  NAMES,
  PRODUCT,
  rpcError,
  sendUplink,
  startDm,
  toldDuring,
  type DmFixture,
} from './dm-fixture';

const OTHER = { productID: PRODUCT, deviceName: 'dev002' };
const NOBODY = { productID: PRODUCT, deviceName: 'nobody' };

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, DEVICE, 'dev002');
});
afterAll(() => fixture?.stop());
afterEach(async () => {
  await fixture.devices.deviceSchemaMultiDelete(NAMES);
  await fixture.db.prisma.commonDefinition.deleteMany();
});

const affordance = (max: number) => ({
  value: JSON.stringify({ mode: 'rw', define: { type: 'int', min: '0', max: String(max), step: '1' } }),
});
const level = (identifier: string, over: object = {}) => ({
  type: 1,
  identifier,
  name: { value: 'Level' },
  affordance: affordance(9),
  ...over,
});
const define = (identifier: string, over: object = {}) =>
  fixture.devices.deviceSchemaCreate({ ...NAMES, ...level(identifier, over) });
const listed = async (request: object = {}) => {
  const { list } = await fixture.devices.deviceSchemaIndex({ ...NAMES, ...request });
  return list.map(({ identifier }) => identifier).join();
};
const tslOf = async (withProductSchema: boolean) => {
  const { tsl } = await fixture.devices.deviceSchemaTslRead({ ...NAMES, withProductSchema });
  const { properties } = JSON.parse(tsl) as { properties: { identifier: string }[] };
  return properties.map(({ identifier }) => identifier).join();
};

describe('a definition of one device', () => {
  test('shows what it was given, and what unitedrhino says where nothing was', async () => {
    const { devices } = fixture;
    await define('own', { desc: { value: 'd' }, userPerm: 1, required: 1, order: 4, extendConfig: '{"a":1}' });
    expect(await devices.deviceSchemaIndex(NAMES)).toEqual({
      total: '1',
      list: [
        {
          ...NAMES,
          ...level('own'),
          type: '1',
          tag: '4',
          desc: { value: 'd' },
          required: '1',
          order: '4',
          userPerm: '1',
          extendConfig: '{"a":1}',
          isCanSceneLinkage: '1',
          funcGroup: '1',
          controlMode: '1',
          recordMode: '1',
          isPassword: '2',
        },
      ],
    });
    await devices.deviceSchemaUpdate({ ...NAMES, identifier: 'own', affordance: affordance(5), name: { value: 'N' } });
    const { list } = await devices.deviceSchemaIndex(NAMES);
    expect(list).toMatchObject([{ name: { value: 'N' }, desc: { value: 'd' }, affordance: affordance(5), tag: '4' }]);
  });

  test('is a part of its model alone', async () => {
    await define('own');
    expect([await tslOf(false), await tslOf(true)]).toEqual(['own', 'temperature,rpm,serial,own']);
    const { tsl } = await fixture.devices.deviceSchemaTslRead({ ...OTHER, withProductSchema: true });
    expect(tsl).not.toContain('"own"');
    expect(await listed({ withProductSchema: true })).toBe('temperature,rpm,serial,highTemperature,echo,own');
  });

  test('of a name that its model has is passed over', async () => {
    const { devices } = fixture;
    await define('rpm');
    await define('own');
    await devices.deviceSchemaMultiCreate({ ...NAMES, list: [level('own', { name: { value: 'X' } }), level('more')] });
    const { list } = await devices.deviceSchemaIndex(NAMES);
    expect(list.map(({ identifier, name }) => [identifier, name?.value])).toEqual([
      ['own', 'Level'],
      ['more', 'Level'],
    ]);
  });

  test('may be taken over from a common one', async () => {
    const { devices, definitions } = fixture;
    await definitions.commonSchemaCreate({ info: level('shared') });
    await devices.deviceSchemaMultiCreate({ ...NAMES, identifiers: ['shared'] });
    expect((await devices.deviceSchemaIndex(NAMES)).list).toMatchObject([{ identifier: 'shared', tag: '5' }]);
    await expect(devices.deviceSchemaMultiCreate({ ...NAMES, identifiers: ['nosuch'] })).rejects.toEqual(
      rpcError(100006, 'identifiers names nosuch, no common definition'),
    );
  });

  test.each([2, 5])('with the tag %i is a common one', async (tag) => {
    const { devices, definitions } = fixture;
    await expect(define('shared', { tag })).rejects.toEqual(
      rpcError(100009, 'common definition shared does not exist'),
    );
    await definitions.commonSchemaCreate({ info: level('shared', { userPerm: 1, order: 7 }) });
    await devices.deviceSchemaCreate({ ...NAMES, identifier: 'shared', tag });
    await devices.deviceSchemaUpdate({ ...NAMES, identifier: 'shared', affordance: affordance(5), required: 1 });
    expect((await devices.deviceSchemaIndex(NAMES)).list).toMatchObject([
      { tag: '5', name: { value: 'Level' }, userPerm: '1', order: '7', required: '1', affordance: affordance(9) },
    ]);
  });

  test('that cannot be is 100006, and nothing of the call is kept', async () => {
    const { devices } = fixture;
    const refused = (words: string) => rpcError(100006, words);
    await expect(define('')).rejects.toEqual(refused('identifier must not be empty'));
    await expect(define('own', { affordance: { value: '{}' } })).rejects.toMatchObject({ code: 100006 });
    await expect(devices.deviceSchemaMultiCreate(NAMES)).rejects.toEqual(refused('list must not be empty'));
    const list = [level('good'), level('bad', { type: 7 })];
    await expect(devices.deviceSchemaMultiCreate({ ...NAMES, list })).rejects.toEqual(refused('list[1]'));
    await expect(devices.deviceSchemaMultiCreate({ ...NAMES, list: [level('a'), level('a')] })).rejects.toEqual(
      rpcError(100010, 'identifier a exists already'),
    );
    await expect(devices.deviceSchemaUpdate({ ...NAMES, identifier: 'rpm' })).rejects.toEqual(
      refused("identifier names rpm, no definition of the device's own"),
    );
    expect(await listed()).toBe('');
    const unknown = refused(`device nobody of product ${PRODUCT} does not exist`);
    await expect(devices.deviceSchemaCreate({ ...NOBODY, ...level('own') })).rejects.toEqual(unknown);
    await expect(devices.deviceSchemaMultiDelete(NOBODY)).rejects.toEqual(unknown);
    await expect(devices.deviceSchemaIndex(NOBODY)).rejects.toMatchObject({ code: 100009 });
  });

  test('is removed by its identifier, all of them without one, and with a reset that says so', async () => {
    const { devices, db } = fixture;
    for (const identifier of ['a', 'b', 'c']) await define(identifier);
    await devices.deviceSchemaMultiDelete({ ...NAMES, identifiers: ['a', 'nosuch'] });
    expect(await listed()).toBe('b,c');
    await devices.deviceReset({ device: NAMES });
    expect(await listed()).toBe('b,c');
    await devices.deviceReset({ device: NAMES, deviceSchema: true });
    expect(await listed()).toBe('');
    const { schemaRevision } = await db.prisma.device.findFirstOrThrow({ where: NAMES });
    expect(schemaRevision).toBeNull();
  });

  test('goes with its device', async () => {
    const { devices, db } = fixture;
    const gone = { productID: PRODUCT, deviceName: 'gone' };
    await devices.deviceInfoCreate(gone);
    await devices.deviceSchemaCreate({ ...gone, ...level('own') });
    await devices.deviceInfoDelete(gone);
    expect(await db.prisma.deviceDefinition.count()).toBe(0);
  });

  test('is told of, also where the product changes, and noted', async () => {
    const { bus, admin, products } = fixture;
    const told = [subjects.cacheSync('cache:dm:device:schema'), NAMES];
    expect(await toldDuring(bus, () => define('own'))).toEqual([told]);
    expect(await toldDuring(bus, () => define('own'))).toEqual([]);
    const change = { productID: PRODUCT, identifier: 'rpm', name: { value: 'Speed' } };
    const news = await toldDuring(bus, () => products.productSchemaUpdate({ info: change }));
    expect(news).toEqual([[subjects.cacheSync('cache:dm:product:schema'), PRODUCT], told]);
    const { list } = await admin.auditLogIndex({ size: 2 });
    expect(list.map(({ action, deviceName, detail }) => [action, deviceName, detail])).toEqual([
      ['schema.update', '', '{"identifier":"rpm"}'],
      ['schema.create', DEVICE, '{"identifiers":["own"]}'],
    ]);
  });

  test('is found by what it is', async () => {
    await define('alpha', { userPerm: 1, name: { value: 'First' }, order: 2 });
    await define('beta', { affordance: { value: '{"mode":"r","define":{"type":"bool"}}' }, order: 1 });
    expect(await listed()).toBe('beta,alpha');
    expect(await listed({ userPerm: 1 })).toBe('alpha');
    expect(await listed({ name: 'first' })).toBe('alpha');
    expect(await listed({ identifier: 'lph' })).toBe('alpha');
    expect(await listed({ identifiers: ['beta'] })).toBe('beta');
    expect(await listed({ propertyMode: 'r' })).toBe('beta');
    expect(await listed({ tag: 4, type: 1, types: [1, 2] })).toBe('beta,alpha');
    expect(await listed({ page: { page: 2, size: 1 } })).toBe('alpha');
    expect(await listed({ page: { orders: [{ field: 'identifier', sort: 2 }] } })).toBe('beta,alpha');
    expect(await listed({ withProductSchema: true, type: 2 })).toBe('highTemperature');
  });
});

describe('what goes by the model of the device', () => {
  const set = (names: object) =>
    fixture.interact.propertyControlSend({ ...names, data: '{"own":5}', shadowControl: 2 });

  test('commands', async () => {
    await define('own');
    await set(NAMES);
    expect((await fixture.data.shadowIndex({ ...NAMES, dataIDs: ['own'] })).list).toMatchObject([{ value: '5' }]);
    const over = fixture.interact.propertyControlSend({ ...NAMES, data: '{"own":50}', shadowControl: 2 });
    await expect(over).rejects.toEqual(rpcError(100006, 'data.own is refused'));
    await fixture.devices.deviceSchemaUpdate({ ...NAMES, identifier: 'own', affordance: affordance(99) });
    await fixture.interact.propertyControlSend({ ...NAMES, data: '{"own":50}', shadowControl: 2 });
  });

  test('values, their history, and what nobody has said yet', async () => {
    const { bus, data } = fixture;
    await define('own');
    const latest = async (names: object) => (await data.propertyLatestIndex({ ...names, dataIDs: ['own'] })).list;
    expect(await latest(NAMES)).toMatchObject([{ dataName: 'Level', value: '0', timestamp: '0' }]);
    expect(await latest(OTHER)).toEqual([]);
    const told: string[] = [];
    const listening = bus.subscribe('application.device.>', ({ subject }) => void told.push(subject));
    const { productID, deviceName } = NAMES;
    const timestamp = 1_778_593_628_940;
    await sendUplink(bus, { method: 'report', msgToken: '1', timestamp, params: { own: 7 } });
    await eventually(async () => expect(await latest(NAMES)).toMatchObject([{ value: '7' }]));
    expect((await data.propertyLogIndex({ ...NAMES, dataID: 'own' })).list).toMatchObject([
      { dataName: 'Level', value: '7' },
    ]);
    listening.unsubscribe();
    expect(told).toEqual([subjects.application.property(productID, deviceName, 'own')]);
    const both = { devices: [NAMES, OTHER].map((names) => ({ ...names, dataID: 'own' })) };
    expect((await data.propertyLatestIndex2(both)).list).toMatchObject([{ ...NAMES, value: '7' }]);
  });

  test('what nodes ask: its whole model, of no other device any', async () => {
    await define('own');
    const { devices } = await fixture.directory.resolve({
      devices: [NAMES, OTHER].map(({ deviceName }) => ({ productKey: PRODUCT, deviceName })),
    });
    const schemas = Object.fromEntries(
      devices.map(({ deviceName, schema, validation }) => [deviceName, { schema, validation }]),
    );
    expect(schemas['dev002']).toEqual({ schema: '', validation: 'weak' });
    const { properties } = JSON.parse(schemas[DEVICE]!.schema) as { properties: { identifier: string }[] };
    expect(properties.map(({ identifier }) => identifier)).toEqual(['temperature', 'rpm', 'serial', 'own']);
  });

  test("the product's definition of the same name is in force, and its own again when that is gone", async () => {
    const { products } = fixture;
    await define('own');
    await products.productSchemaCreate({
      info: { productID: PRODUCT, ...level('own', { tag: 1, affordance: affordance(3), name: { value: 'Of all' } }) },
    });
    await expect(set(NAMES)).rejects.toEqual(rpcError(100006, 'data.own is refused'));
    expect([await tslOf(false), await tslOf(true), await listed()]).toEqual(['', 'temperature,rpm,serial,own', '']);
    await products.productSchemaDelete({ productID: PRODUCT, identifier: 'own' });
    await set(NAMES);
    expect(await listed()).toBe('own');
  });
});
