import { PROTOCOL_CODE, subjects } from '@alink/contract';
import { createDevices, PRODUCT, rpcError, startDm, toldDuring, TSL, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture);
});
afterAll(() => fixture?.stop());
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany({ where: { NOT: { productID: PRODUCT } } });
});

const WHOLE = {
  productID: 'whole',
  productName: 'Whole',
  secret: 'aProductSecret01',
  deviceType: '2',
  netType: '3',
  autoRegister: '2',
  authMode: '2',
  status: '1',
  protocolCode: PROTOCOL_CODE,
  desc: { value: 'd' },
  tags: { line: '2' },
  protocolConf: { validation: 'strong' },
  sceneMode: 'r',
  trialTime: { value: '30' },
  subProtocolCode: { value: 'video' },
};

describe('a product in a file', () => {
  test('comes back as it was, published and with its model', async () => {
    const { products } = fixture;
    await products.productInfoCreate({ ...WHOLE, status: 3 });
    await products.productSchemaTslImport({ productID: 'whole', tsl: JSON.stringify(TSL) });
    await products.productInfoUpdate({ productID: 'whole', status: 1 });
    await products.productConfigUpdate({ productID: 'whole', DevInit: { tenantCode: 'acme', areaID: 7 } });
    const before = await products.productInfoRead({ productID: 'whole' });
    const model = await products.productSchemaTslRead({ productID: 'whole' });
    const { products: file } = await products.productInfoMultiExport({ productIDs: ['whole'] });
    expect(await products.productInfoMultiImport({ products: file })).toMatchObject({ total: '1', ignoreCount: '1' });
    await fixture.db.prisma.product.delete({ where: { productID: 'whole' } });
    const told = await toldDuring(fixture.bus, () => products.productInfoMultiImport({ products: file }));
    expect(told).toContainEqual([subjects.productCreated, 'whole']);
    expect(await products.productInfoRead({ productID: 'whole' })).toEqual({
      ...before,
      createdTime: expect.any(String),
    });
    expect(before).toMatchObject(WHOLE);
    expect(await products.productSchemaTslRead({ productID: 'whole' })).toEqual(model);
  });

  test('has the names of columns that unitedrhino writes', async () => {
    const { products } = fixture;
    await products.productInfoCreate({ ...WHOLE, status: 3 });
    const [entry] = JSON.parse((await products.productInfoMultiExport({ productIDs: ['whole'] })).products) as object[];
    expect(entry).toMatchObject({
      Info: {
        ProductID: 'whole',
        ProductName: 'Whole',
        Secret: 'aProductSecret01',
        DeviceType: 2,
        TrialTime: 30,
        SubProtocolCode: 'video',
        Tags: { line: '2' },
        CategoryID: 2,
        Config: null,
      },
      Tls: expect.stringContaining('"properties"'),
    });
    expect(JSON.parse((await products.productInfoMultiExport({})).products)).toHaveLength(2);
    await expect(products.productInfoMultiExport({ productIDs: ['whole', 'nosuch'] })).rejects.toEqual(
      rpcError(100009, 'product nosuch does not exist'),
    );
  });

  test('with a model that cannot be is not there at all, and the others are', async () => {
    const { products } = fixture;
    const entries = [
      { Info: { ProductID: 'bad', ProductName: 'bad' }, Tls: '{"properties":[{}]}' },
      { Info: { ProductID: 'good', ProductName: 'good', Unknown: 1, Status: 'x' }, Tls: '' },
      { Info: { ProductID: 'no category', ProductName: 'x' } },
      {},
    ];
    const file = JSON.stringify(entries);
    expect(await products.productInfoMultiImport({ products: file })).toEqual({
      total: '4',
      succCount: '1',
      ignoreCount: '0',
      errCount: '3',
    });
    const { list } = await products.productInfoIndex({});
    expect(list.map(({ productID }) => productID).sort()).toEqual([PRODUCT, 'good']);
    await expect(products.productInfoMultiImport({ products: '5' })).rejects.toEqual(
      rpcError(100006, 'products must be a list of JSON objects'),
    );
    expect(await products.productInfoMultiImport({ products: 'null' })).toMatchObject({ total: '0' });
  });
});

describe('an import with a word on each', () => {
  const entry = (productID: string, over: object = {}) => ({
    Info: { ProductID: productID, ProductName: `n-${productID}`, ...over },
  });
  const file = JSON.stringify([
    { ...entry('a'), Tls: JSON.stringify(TSL) },
    entry('a'),
    entry(PRODUCT),
    entry('b', { ProductName: 'n-a' }),
    entry('c', { CategoryID: 99 }),
    { Info: { ProductName: 'made up' } },
  ]);
  const row = (productID: string, result: string, reason = '', definitions = '0', productName = `n-${productID}`) => ({
    productID,
    productName,
    result,
    reason,
    definitions,
  });
  const expected = [
    row('a', 'created', '', '5'),
    row('a', 'exists'),
    row(PRODUCT, 'exists', `productID ${PRODUCT} exists already`),
    row('b', 'exists', '', '0', 'n-a'),
    row('c', 'refused', 'product category 99 does not exist'),
  ];

  test('is tried without a trace, and then done', async () => {
    const { catalog, products, db } = fixture;
    const lines = await db.prisma.auditLog.count();
    const tried = await toldDuring(fixture.bus, async () => {
      const { results } = await catalog.importProducts({ products: file, dryRun: true });
      expect(results).toEqual([...expected, row('', 'created', '', '0', 'made up')]);
    });
    expect(tried).toEqual([]);
    expect([(await products.productInfoIndex({})).total, await db.prisma.auditLog.count()]).toEqual(['1', lines]);
    const { results } = await catalog.importProducts({ products: file });
    expect(results).toEqual([
      ...expected,
      { ...row('', 'created', '', '0', 'made up'), productID: expect.stringMatching(/^[A-Za-z][A-Za-z0-9]{10}$/) },
    ]);
    expect((await products.productInfoIndex({})).total).toBe('3');
  });
});

describe('what a product says of its new devices', () => {
  test('they have, one by one and many at once, where nothing else is said', async () => {
    const { products, devices, admin } = fixture;
    await products.productInfoCreate({ productID: 'init', productName: 'init' });
    const DevInit = { tenantCode: 'acme', projectID: '5', areaID: '70' };
    await products.productConfigUpdate({ productID: 'init', DevInit });
    expect((await products.productInfoRead({ productID: 'init' })).config).toMatchObject({
      productID: 'init',
      DevInit,
    });
    await devices.deviceInfoCreate({ productID: 'init', deviceName: 'one1', areaID: 71 });
    await admin.createDevices({ productID: 'init', rows: [{ deviceName: 'many' }] });
    const read = (deviceName: string) => devices.deviceInfoRead({ productID: 'init', deviceName });
    expect(await read('one1')).toMatchObject({ tenantCode: 'acme', projectID: '5', areaID: '71' });
    expect(await read('many')).toMatchObject({ tenantCode: 'acme', projectID: '5', areaID: '70' });
    await products.productConfigUpdate({ productID: 'init' });
    await devices.deviceInfoCreate({ productID: 'init', deviceName: 'plain' });
    expect(await read('plain')).toMatchObject({ tenantCode: 'default', projectID: '2' });
    await expect(products.productConfigUpdate({ productID: 'nosuch' })).rejects.toMatchObject({ code: 100009 });
  });
});

describe('scripts of a product', () => {
  test('are kept for those who run them, and they are told', async () => {
    const { products, bus } = fixture;
    const productID = PRODUCT;
    expect(await products.productCustomRead({ productID })).toEqual({
      productID,
      scriptLang: '1',
      transformScript: null,
      loginAuthScript: null,
      customTopics: [],
    });
    const transformScript = { value: 'function up() {}' };
    const customTopics = [{ topic: '$custom/a', direction: '1' }];
    const told = await toldDuring(bus, () =>
      products.productCustomUpdate({ productID, transformScript, customTopics, scriptLang: 2 }),
    );
    expect(told).toEqual([[subjects.productCustomUpdated, { productID, deviceName: '' }]]);
    await products.productCustomUpdate({ productID, loginAuthScript: { value: 'x' } });
    expect(await products.productCustomRead({ productID })).toEqual({
      productID,
      scriptLang: '2',
      transformScript,
      loginAuthScript: { value: 'x' },
      customTopics,
    });
    await expect(products.productCustomUpdate({ productID, scriptLang: 9 })).rejects.toEqual(
      rpcError(100006, 'scriptLang must be one of 1, 2, 3'),
    );
    await expect(products.productCustomUpdate({ productID, customTopics: [{}] })).rejects.toEqual(
      rpcError(100006, 'customTopics[0].topic must not be empty'),
    );
    await expect(products.productCustomUpdate({ productID: 'nosuch' })).rejects.toMatchObject({ code: 100009 });
  });
});

test('nobody is root on the broker, nothing is shared, and products need no making again', async () => {
  const { products, devices, shares } = fixture;
  await expect(shares.userDeviceShareRead({ id: 1 })).rejects.toMatchObject({ code: 100009 });
  await expect(devices.rootCheck({ username: 'root', password: 'x' })).rejects.toMatchObject({ code: 100012 });
  expect(await products.productInit({ productIDs: [PRODUCT] })).toEqual({});
});
