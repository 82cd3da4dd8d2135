import { createDevices, DEVICE, PRODUCT, rpcError, startDm, toldDuring, TSL, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
});

describe('products', () => {
  test('what is given is kept to the byte and read back, what is not is made', async () => {
    const { products } = fixture;
    const given = {
      productID: PRODUCT,
      productName: '温度计 "x"',
      authMode: '2',
      deviceType: '2',
      categoryID: '9007199254740993',
      netType: '3',
      protocolCode: 'aliyunMqtt',
      autoRegister: '3',
      secret: 'aProductSecret01',
      desc: { value: 'ünïcödé' },
      tags: { 'a.b': 'c' },
      protocolConf: { validation: 'strong', other: 'x' },
      status: '1',
      sceneMode: 'rw',
      tenantCode: 'default',
      customUi: { app: { path: '/x', version: '9007199254740995', isUpdateUi: false } },
      trialTime: { value: '-9007199254740993' },
      config: {
        productID: PRODUCT,
        DevInit: { tenantCode: 't', projectID: '9223372036854775807', areaID: '2', deptID: '0' },
      },
    };
    const category = { id: BigInt(given.categoryID), idPath: `${given.categoryID}-`, name: 'Far' };
    await fixture.db.prisma.productCategory.create({ data: category });
    expect(await products.productInfoCreate(given)).toEqual({ productID: PRODUCT });
    const read = await products.productInfoRead({ productID: PRODUCT });
    expect(read).toMatchObject(given);
    expect(Math.abs(Number(read.createdTime) - Date.now() / 1000)).toBeLessThan(3600);

    const { productID } = await products.productInfoCreate({ productName: 'made' });
    expect(productID).toMatch(/^[A-Za-z][A-Za-z0-9]{10}$/);
    const made = await products.productInfoRead({ productID });
    expect(made.secret).toMatch(/^[0-9a-f]{16}$/);
    expect(made).toMatchObject({
      authMode: '1',
      deviceType: '1',
      autoRegister: '1',
      status: '3',
      categoryID: '2',
      protocolCode: 'iThings',
    });
  });

  test('secrets are sealed in the database and left out of lists', async () => {
    const { products, db, logged } = fixture;
    await products.productInfoCreate({ productID: PRODUCT, productName: 'x', secret: 'aProductSecret01' });
    const rows = await db.prisma.$queryRaw<object[]>`SELECT * FROM product`;
    expect(JSON.stringify(rows, (_k, v) => (typeof v === 'bigint' ? String(v) : v))).not.toContain('aProductSecret01');
    expect((await products.productInfoIndex({})).list.map((product) => product.secret)).toEqual(['']);
    expect(logged.join('')).not.toContain('aProductSecret01');
  });

  test('an update changes only what is set', async () => {
    const { products } = fixture;
    await products.productInfoCreate({
      productID: PRODUCT,
      productName: 'before',
      desc: { value: 'kept' },
      sceneMode: 'r',
      tenantCode: 'kept',
      tags: { a: '1' },
      secret: 'aProductSecret01',
    });
    await products.productInfoUpdate({
      productID: PRODUCT,
      productName: 'after',
      sceneMode: 'rw',
      desc: { value: '' },
    });
    expect(await products.productInfoRead({ productID: PRODUCT })).toMatchObject({
      productName: 'after',
      desc: { value: '' },
      sceneMode: 'rw',
      tenantCode: 'kept',
      tags: { a: '1' },
      secret: 'aProductSecret01',
    });
  });

  test('a ProductKey from outside stands for one product only', async () => {
    const { products } = fixture;
    const conf = { protocolConf: { productID: 'a1B2c3D4e5F' } };
    await products.productInfoCreate({ productID: PRODUCT, productName: 'x', ...conf });
    await expect(products.productInfoCreate({ productID: 'other', productName: 'y', ...conf })).rejects.toEqual(
      rpcError(100010, 'protocolConf["productID"] a1B2c3D4e5F'),
    );
    await expect(products.productInfoCreate({ productID: 'a1B2c3D4e5F', productName: 'z' })).rejects.toEqual(
      rpcError(100010, 'a1B2c3D4e5F'),
    );
    await products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });
    await products.productInfoCreate({ productID: 'a1B2c3D4e5F', productName: 'z' });
  });

  test('a new one has a name of its own; older ones and those that are renamed may share one', async () => {
    const { products, devices } = fixture;
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => products.productInfoCreate({ productID: `p${i}`, productName: 'same' })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(5);
    for (const { reason } of refused) expect(reason).toEqual(rpcError(100010, 'productName same exists already'));
    const [{ productID = '' } = {}] = (await products.productInfoIndex({ productName: 'same' })).list;
    // Who creates the same product again hears of its key, as ever.
    await expect(products.productInfoCreate({ productID, productName: 'same' })).rejects.toEqual(
      rpcError(100010, `productID ${productID}`),
    );
    await products.productInfoCreate({ productID: 'other', productName: 'other' });
    await devices.deviceInfoCreate({ productName: 'same', deviceName: 'dev001' });
    await products.productInfoUpdate({ productID: 'other', productName: 'same' });
    await expect(devices.deviceInfoCreate({ productName: 'same', deviceName: 'dev002' })).rejects.toEqual(
      rpcError(100006, 'productName is that of several products'),
    );
  });

  test('of many that create the same product one succeeds', async () => {
    const { products } = fixture;
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => products.productInfoCreate({ productID: PRODUCT, productName: `n${i}` })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(rpcError(100010, `productID ${PRODUCT}`));
    }
  });

  test.each<[string, object, string]>([
    ['no name', { productID: PRODUCT }, 'productName must not be empty'],
    ['a key with a slash', { productID: 'a/b', productName: 'x' }, 'productID must be'],
    ['a key with a blank', { productID: 'a b', productName: 'x' }, 'productID must be'],
    ['an unknown type', { productName: 'x', deviceType: '9' }, 'deviceType must be one of 1, 2, 3'],
    ['an unknown autoRegister', { productName: 'x', autoRegister: '5' }, 'autoRegister must be'],
    [
      'an unknown validation',
      { productName: 'x', protocolConf: { validation: 'maybe' } },
      'protocolConf["validation"]',
    ],
    ['a bad key outside', { productName: 'x', protocolConf: { productID: 'a+b' } }, 'protocolConf["productID"]'],
    ['U+0000', { productName: 'a\0b' }, 'productName must not contain U+0000'],
  ])('%s is refused, and nothing is written', async (_case, request, text) => {
    await expect(fixture.products.productInfoCreate(request)).rejects.toEqual(rpcError(100006, text));
    expect(await fixture.db.prisma.product.count()).toBe(0);
  });

  test('an unknown product is 100009 to who reads it, a bad parameter to who changes it, and deleted already', async () => {
    const { products, bus } = fixture;
    const unknown = { productID: 'nobody' };
    const error = rpcError(100009, 'product nobody does not exist');
    await expect(products.productInfoRead(unknown)).rejects.toEqual(error);
    await expect(products.productSchemaTslRead(unknown)).rejects.toEqual(error);
    await expect(products.productSchemaIndex(unknown)).rejects.toEqual(error);
    const bad = rpcError(100006, 'product nobody does not exist');
    await expect(products.productInfoUpdate(unknown)).rejects.toEqual(bad);
    await expect(products.productSchemaTslImport({ ...unknown, tsl: JSON.stringify(TSL) })).rejects.toEqual(bad);
    expect(await toldDuring(bus, () => products.productInfoDelete(unknown))).toEqual([]);
  });

  test('a published one of another protocol than ours may be changed and deleted, as in unitedrhino', async () => {
    const { products } = fixture;
    await products.productInfoCreate({ productID: PRODUCT, productName: 'x', status: '1' });
    await products.productSchemaTslImport({ productID: PRODUCT, tsl: JSON.stringify(TSL) });
    await products.productSchemaDelete({ productID: PRODUCT, identifier: 'rpm' });
    await products.productInfoDelete({ productID: PRODUCT });
    expect((await products.productInfoIndex({})).list).toEqual([]);
  });

  test('one with devices stays; without them it goes with its model', async () => {
    const { products, devices, db } = fixture;
    await createDevices(fixture, DEVICE);
    await expect(products.productInfoDelete({ productID: PRODUCT })).rejects.toEqual(rpcError(100019, 'devices'));
    await devices.deviceInfoDelete({ productID: PRODUCT, deviceName: DEVICE });
    await products.productInfoDelete({ productID: PRODUCT });
    expect(await db.prisma.schemaEntry.count()).toBe(0);
  });

  test('lists filter, sort and page', async () => {
    const { products } = fixture;
    for (let i = 0; i < 5; i++) {
      await products.productInfoCreate({
        productID: `p${i}`,
        productName: `Name ${4 - i}`,
        deviceType: i < 2 ? '2' : '1',
        status: i === 4 ? '2' : '1',
        tags: { even: String(i % 2 === 0) },
        protocolConf: { productID: `key${i}` },
      });
    }
    const ids = async (request: Parameters<typeof products.productInfoIndex>[0]) => {
      const { list, total } = await products.productInfoIndex(request);
      return [list.map((product) => product.productID).join(), Number(total)];
    };
    expect(await ids({})).toEqual(['p4,p3,p2,p1,p0', 5]);
    expect(await ids({ page: { page: '2', size: '2' } })).toEqual(['p2,p1', 5]);
    const orders = [{ field: 'productName', sort: '1' }];
    expect(await ids({ page: { page: '1', size: '3', orders } })).toEqual(['p4,p3,p2', 5]);
    expect(await ids({ deviceType: '2' })).toEqual(['p1,p0', 2]);
    expect(await ids({ statuses: ['2', '3'] })).toEqual(['p4', 1]);
    expect(await ids({ productName: 'name 3' })).toEqual(['p1', 1]);
    expect(await ids({ tags: { even: 'true' } })).toEqual(['p4,p2,p0', 3]);
    expect(await ids({ protocolConf: { productID: 'key3' } })).toEqual(['p3', 1]);
    await expect(ids({ page: { orders: [{ field: 'secret', sort: '1' }] } })).rejects.toEqual(
      rpcError(100006, 'page.orders.field'),
    );
  });

  test('pages of what sorts the same have each row once', async () => {
    const { products, db } = fixture;
    await db.prisma.$executeRaw`
      INSERT INTO product (product_id, product_key, product_name, secret, auth_mode, device_type, net_type,
                           protocol_code, auto_register, status, updated_at)
      SELECT 'p' || i, 'p' || i, 'same', '', 2, 1, 1, 'x', 1, 3, now() FROM generate_series(1, 31) AS i`;
    const entries = Array.from({ length: 31 }, (_, i) => ({
      productID: 'p1',
      type: '1',
      tag: '1',
      identifier: `level${i}`,
      name: { value: 'same' },
      affordance: { value: '{"mode":"rw","define":{"type":"int","min":"0","max":"9","step":"1"}}' },
    }));
    await products.productSchemaMultiCreate({ productID: 'p1', list: entries });
    const [seen, seenEntries] = [new Set<string>(), new Set<string>()];
    for (const number of ['1', '2', '3', '4', '5']) {
      const page = (field: string) => ({ page: number, size: '7', orders: [{ field, sort: '2' }] });
      for (const { productID } of (await products.productInfoIndex({ page: page('productName') })).list) {
        seen.add(productID);
      }
      const { list } = await products.productSchemaIndex({ productID: 'p1', page: page('name') });
      for (const { identifier } of list) seenEntries.add(identifier);
    }
    expect([seen.size, seenEntries.size]).toEqual([31, 31]);
  });

  test('what is searched for is taken literally', async () => {
    const { products } = fixture;
    await products.productInfoCreate({ productID: 'p1', productName: 'a_b' });
    await products.productInfoCreate({ productID: 'p2', productName: 'acb' });
    const { list } = await products.productInfoIndex({ productName: '_' });
    expect(list.map((product) => product.productID)).toEqual(['p1']);
    const model = { ...TSL, properties: ['a_b', 'acb'].map((identifier) => ({ ...TSL.properties[0], identifier })) };
    await products.productSchemaTslImport({ productID: 'p1', tsl: JSON.stringify(model) });
    const found = await products.productSchemaIndex({ productID: 'p1', identifier: '_' });
    expect(found.list.map((entry) => entry.identifier)).toEqual(['a_b']);
  });

  test('everyone is told of each change by the productID alone, as unitedrhino tells it', async () => {
    const { products } = fixture;
    const data = { productID: PRODUCT };
    const product = ['server.cache.sync.cache:dm:product', PRODUCT];
    const schema = ['server.cache.sync.cache:dm:product:schema', PRODUCT];
    expect(await toldDuring(fixture.bus, () => products.productInfoCreate({ ...data, productName: 'x' }))).toEqual([
      product,
      ['server.things.dm.product.info.create', PRODUCT],
    ]);
    expect(await toldDuring(fixture.bus, () => products.productInfoUpdate({ ...data, status: '2' }))).toEqual([
      product,
      ['server.things.dm.product.info.update', PRODUCT],
    ]);
    expect(
      await toldDuring(fixture.bus, () => products.productSchemaTslImport({ ...data, tsl: JSON.stringify(TSL) })),
    ).toEqual([schema]);
    expect(await toldDuring(fixture.bus, () => products.productInfoDelete(data))).toEqual([
      schema,
      product,
      ['server.things.dm.product.info.delete', PRODUCT],
    ]);
  });
});

describe('thing models', () => {
  const identifiers = async () =>
    (await fixture.products.productSchemaIndex({ productID: PRODUCT })).list.map((entry) => entry.identifier).join();
  const info = (identifier: string, over: object = {}) => ({
    productID: PRODUCT,
    type: '1',
    tag: '1',
    identifier,
    name: { value: identifier },
    affordance: { value: '{"mode":"rw","define":{"type":"int","min":"0","max":"9","step":"1"}}' },
    ...over,
  });

  beforeEach(() => createDevices(fixture));

  test('a TSL document comes back as the model, and goes in again unchanged', async () => {
    const { products } = fixture;
    const { tsl } = await products.productSchemaTslRead({ productID: PRODUCT });
    const model = JSON.parse(tsl);
    expect(model.profile).toEqual({ productID: PRODUCT });
    expect(model.properties.map((entry: { identifier: string }) => entry.identifier)).toEqual([
      'temperature',
      'rpm',
      'serial',
    ]);
    expect(model.actions[0]).toMatchObject({ identifier: 'echo', dir: 'down' });
    await products.productSchemaTslImport({ productID: PRODUCT, tsl });
    expect((await products.productSchemaTslRead({ productID: PRODUCT })).tsl).toBe(tsl);
  });

  test('a bad document is refused by name, and the old one stays', async () => {
    const { products } = fixture;
    const bad = structuredClone(TSL);
    bad.properties[1]!.dataType.specs = { min: 'x' } as never;
    for (const [tsl, text] of [
      [JSON.stringify(bad), 'tsl.properties[1]'],
      ['{', 'tsl the thing model is not valid JSON'],
      ['', 'tsl must not be empty'],
      ['{"properties":[],"desc":"\uFFFD"}', 'tsl holds U+FFFD: its file was no UTF-8, but perhaps GBK'],
      [
        JSON.stringify({ ...TSL, functionBlocks: [{ functionBlockId: 'motor', functionBlockName: 'M' }] }),
        'tsl.functionBlocks the files of these modules are missing: motor (M)',
      ],
    ] as const) {
      await expect(products.productSchemaTslImport({ productID: PRODUCT, tsl })).rejects.toEqual(
        rpcError(100006, text),
      );
    }
    expect(await identifiers()).toBe('temperature,rpm,serial,highTemperature,echo');
  });

  test('a document may begin with a byte order mark, and say id for identifier', async () => {
    const { products } = fixture;
    const property = { id: 'temp', name: 't', mode: 'rw', userPerm: 3, define: { type: 'int', min: '0', max: '9' } };
    const tsl = `\uFEFF${JSON.stringify({ properties: [property], events: [], actions: [] })}`;
    await products.productSchemaTslImport({ productID: PRODUCT, tsl });
    const { list } = await products.productSchemaIndex({ productID: PRODUCT });
    expect(list).toMatchObject([{ identifier: 'temp', userPerm: '3' }]);
  });

  test('a document has the members that unitedrhino keeps with a definition, and keeps them', async () => {
    const { products } = fixture;
    const read = async () => JSON.parse((await products.productSchemaTslRead({ productID: PRODUCT })).tsl) as Model;
    type Model = Record<'properties' | 'events' | 'actions', Record<string, unknown>[]>;
    const usual = {
      tag: 1,
      isCanSceneLinkage: 1,
      funcGroup: 1,
      controlMode: 1,
      userPerm: 3,
      recordMode: 1,
      isPassword: 2,
      extendConfig: '',
    };
    const plain = await read();
    const shadow = { isUseShadow: false, isNoRecord: false };
    expect(plain.properties[1]).toMatchObject({ identifier: 'rpm', ...usual, ...shadow, order: 2 });
    expect(plain.events[0]).toMatchObject({ identifier: 'highTemperature', ...usual });
    expect(plain.actions[0]).toMatchObject({ identifier: 'echo', ...usual });
    expect(plain.actions[0]).not.toHaveProperty('isUseShadow');

    const kept = { tag: 2, userPerm: 1, recordMode: 3, isPassword: 1, extendConfig: '{"a":"温度"}' };
    const senseless = { tag: 'x', funcGroup: null, controlMode: 1.5, userPerm: 0, extendConfig: 'a\0b' };
    Object.assign(plain.properties[1]!, kept);
    Object.assign(plain.events[0]!, senseless);
    await products.productSchemaTslImport({ productID: PRODUCT, tsl: JSON.stringify(plain) });
    const again = await read();
    expect(again.properties[1]).toMatchObject({ identifier: 'rpm', ...usual, ...kept });
    expect(again.events[0]).toMatchObject({ identifier: 'highTemperature', ...usual });
    const { list } = await products.productSchemaIndex({ productID: PRODUCT, tag: '2' });
    expect(list).toMatchObject([{ identifier: 'rpm', tag: '2', userPerm: '1', extendConfig: '{"a":"温度"}' }]);
  });

  test('definitions are added, changed and removed one by one', async () => {
    const { products } = fixture;
    await products.productSchemaCreate({ info: info('level', { extendConfig: 'x' }) });
    await products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'level', name: { value: 'Level' } } });
    const { list, total } = await products.productSchemaIndex({ productID: PRODUCT, identifiers: ['level'] });
    expect(Number(total)).toBe(1);
    expect(list[0]).toMatchObject(info('level', { name: { value: 'Level' }, extendConfig: 'x', order: '6' }));
    await products.productSchemaDelete({ productID: PRODUCT, identifier: 'level' });
    expect(await identifiers()).toBe('temperature,rpm,serial,highTemperature,echo');
  });

  test('several are added all or none', async () => {
    const { products } = fixture;
    await expect(
      products.productSchemaMultiCreate({ productID: PRODUCT, list: [info('one'), info('one')] }),
    ).rejects.toEqual(rpcError(100010, 'list[1].identifier one'));
    await expect(
      products.productSchemaMultiCreate({
        productID: PRODUCT,
        list: [info('one'), info('two', { affordance: { value: '{"mode":"x"}' } })],
      }),
    ).rejects.toEqual(rpcError(100006, 'list[1].affordance'));
    expect(await identifiers()).not.toContain('one');
    await products.productSchemaMultiCreate({ productID: PRODUCT, list: [info('one'), info('two')] });
    expect(await identifiers()).toContain('one,two');
  });

  test('of several those that are there stay as they are', async () => {
    const { products, bus } = fixture;
    const rpm = async () => (await products.productSchemaIndex({ productID: PRODUCT, identifiers: ['rpm'] })).list;
    const before = await rpm();
    const other = info('rpm', { name: { value: 'Another' }, affordance: { value: 'not even JSON' } });
    const add = (...list: object[]) => products.productSchemaMultiCreate({ productID: PRODUCT, list });
    await add(other, info('one'));
    expect(await rpm()).toEqual(before);
    expect(await identifiers()).toContain('one');
    expect(await toldDuring(bus, () => add(other))).toEqual([]);
  });

  test('of many that add the same definition one succeeds', async () => {
    const { products } = fixture;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => products.productSchemaCreate({ info: info('level') })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  test.each<[string, object | undefined, number, string]>([
    ['nothing', undefined, 100006, 'info must be set'],
    ['no identifier', info(''), 100006, 'info.identifier must not be empty'],
    ['a reserved identifier', info('set'), 100006, 'info.identifier'],
    ['an unknown type', info('level', { type: '4' }), 100006, 'info.type'],
    ['no body', info('level', { affordance: { value: '' } }), 100006, 'info.affordance'],
    [
      'a bad bound',
      info('level', { affordance: { value: '{"mode":"r","define":{"type":"int","min":"x"}}' } }),
      100006,
      'info.affordance.define.min',
    ],
    ['one that exists', info('rpm'), 100010, 'info.identifier rpm'],
    ['an unknown product', info('level', { productID: 'nobody' }), 100006, 'product nobody'],
  ])('%s is refused', async (_case, entry, code, text) => {
    await expect(fixture.products.productSchemaCreate({ info: entry })).rejects.toEqual(rpcError(code, text));
  });

  test('what does not exist is a bad parameter', async () => {
    const { products } = fixture;
    const gone = { productID: PRODUCT, identifier: 'nothing' };
    await expect(products.productSchemaDelete(gone)).rejects.toEqual(rpcError(100006, 'nothing'));
    await expect(products.productSchemaUpdate({ info: gone })).rejects.toEqual(rpcError(100006, 'nothing'));
  });
});
