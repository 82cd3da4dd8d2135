import { subjects } from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, DEVICE);
});
afterAll(() => fixture?.stop());
afterEach(async () => {
  const { prisma } = fixture.db;
  await fixture.products.productInfoUpdate({ productID: PRODUCT, categoryID: 2, status: 3 });
  await prisma.product.deleteMany({ where: { NOT: { productID: PRODUCT } } });
  await prisma.schemaEntry.deleteMany({ where: { identifier: { startsWith: 'shared' } } });
  await prisma.categoryDefinition.deleteMany();
  await prisma.productCategory.deleteMany();
  await prisma.commonDefinition.deleteMany();
});

const affordance = (max: number) => ({
  value: JSON.stringify({ mode: 'rw', define: { type: 'int', min: '0', max: String(max), step: '1' } }),
});
const info = (identifier: string, over: object = {}) => ({
  type: 1,
  identifier,
  name: { value: 'Shared' },
  affordance: affordance(9),
  ...over,
});
const define = (identifier: string, over: object = {}) =>
  fixture.definitions.commonSchemaCreate({ info: info(identifier, over) });
const category = async (name: string, parentID?: string): Promise<string> =>
  (await fixture.products.productCategoryCreate({ name, parentID })).id;
/** Identifier and tag of what a product has taken over. */
const taken = async (productID = PRODUCT): Promise<string> => {
  const { list } = await fixture.products.productSchemaIndex({ productID, identifier: 'shared' });
  return list.map(({ identifier, tag }) => `${identifier}:${tag}`).join();
};

describe('a common definition', () => {
  test('shows what it was given, and what unitedrhino says where nothing was', async () => {
    const { definitions } = fixture;
    await define('shared', { desc: { value: 'd' }, userPerm: 1, extendConfig: '{"a":1}', order: 4, required: 1 });
    const { list, total } = await definitions.commonSchemaIndex({});
    expect([total, list]).toEqual([
      '1',
      [
        {
          id: expect.stringMatching(/^\d+$/),
          type: '1',
          identifier: 'shared',
          name: { value: 'Shared' },
          desc: { value: 'd' },
          required: '1',
          order: '4',
          userPerm: '1',
          extendConfig: '{"a":1}',
          affordance: affordance(9),
          isCanSceneLinkage: '1',
          funcGroup: '1',
          controlMode: '1',
          recordMode: '1',
          isPassword: '2',
          productCategories: [],
        },
      ],
    ]);
    expect(await definitions.commonSchemaInit({})).toEqual({});
  });

  test('that cannot be is 100006', async () => {
    const { definitions } = fixture;
    await define('shared');
    const refused = (words: string) => rpcError(100006, words);
    await expect(define('shared')).rejects.toEqual(refused('info.identifier is that of another definition'));
    await expect(define('shared2', { name: null })).rejects.toEqual(refused('info.name must not be empty'));
    await expect(define('shared2', { affordance: { value: '{}' } })).rejects.toMatchObject({ code: 100006 });
    await expect(definitions.commonSchemaCreate({})).rejects.toEqual(refused('info must be set'));
    await expect(definitions.commonSchemaUpdate({ info: info('nosuch') })).rejects.toEqual(
      refused('info.identifier names no common definition'),
    );
    await expect(definitions.commonSchemaDelete({ id: 999 })).rejects.toEqual(refused('id names no common definition'));
  });

  test('is found by what it is', async () => {
    await define('shared1', { order: 2 });
    await define('shared2', { name: { value: 'Other' }, userPerm: 1 });
    const event = JSON.stringify({ type: 'info', params: [] });
    await define('shared3', { type: 2, affordance: { value: event } });
    const found = async (request: object) =>
      (await fixture.definitions.commonSchemaIndex(request)).list.map(({ identifier }) => identifier).join();
    expect(await found({})).toBe('shared2,shared3,shared1');
    expect(await found({ type: 2 })).toBe('shared3');
    expect(await found({ types: [1], name: 'other' })).toBe('shared2');
    expect(await found({ identifier: 'red1' })).toBe('shared1');
    expect(await found({ identifiers: ['shared1', 'x'] })).toBe('shared1');
    expect(await found({ userPerm: 1 })).toBe('shared2');
    expect(await found({ propertyMode: 'rw' })).toBe('shared2,shared1');
    await expect(found({ productSceneMode: 'rw' })).rejects.toEqual(rpcError(100018, 'productSceneMode'));
  });
});

describe('products take definitions over', () => {
  test('by their identifiers, and by no others', async () => {
    const { products } = fixture;
    await define('shared', { userPerm: 1 });
    await expect(
      products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared', 'nosuch'] }),
    ).rejects.toEqual(rpcError(100006, 'identifiers[1] names nosuch, no common definition'));
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared'] });
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared'] });
    const { list } = await products.productSchemaIndex({ productID: PRODUCT, identifier: 'shared' });
    expect(list).toMatchObject([{ tag: '2', userPerm: '1', name: { value: 'Shared' }, affordance: affordance(9) }]);
  });

  test('and follow them when they change; one that is taken over cannot be deleted', async () => {
    const { products, definitions, bus, interact } = fixture;
    await define('shared');
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared'] });
    const set = () => interact.propertyControlSend({ ...NAMES, data: '{"shared":20}', shadowControl: 2 });
    const change = { identifier: 'shared', affordance: affordance(50), name: { value: 'Wider' } };
    await expect(set()).rejects.toEqual(rpcError(100006, 'data.shared is refused'));
    const told = await toldDuring(bus, () => definitions.commonSchemaUpdate({ info: change }));
    expect(told).toEqual([[subjects.cacheSync('cache:dm:product:schema'), PRODUCT]]);
    await set();
    expect((await fixture.data.shadowIndex({ ...NAMES, dataIDs: ['shared'] })).list).toMatchObject([{ value: '20' }]);
    const { list } = await products.productSchemaIndex({ productID: PRODUCT, identifier: 'shared' });
    expect(list).toMatchObject([{ name: { value: 'Wider' }, tag: '2' }]);
    const id = (await definitions.commonSchemaIndex({})).list[0]!.id;
    await expect(definitions.commonSchemaDelete({ id })).rejects.toEqual(
      rpcError(100006, 'id is that of shared, which 1 thing models have'),
    );
    await products.productSchemaDelete({ productID: PRODUCT, identifier: 'shared' });
    await definitions.commonSchemaDelete({ id });
    expect((await definitions.commonSchemaIndex({})).total).toBe('0');
  });

  test('one that is published stays as it is, and so does the definition', async () => {
    const { products, definitions } = fixture;
    await define('shared');
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared'] });
    await products.productInfoUpdate({ productID: PRODUCT, status: 1 });
    await expect(
      definitions.commonSchemaUpdate({ info: info('shared', { affordance: affordance(3) }) }),
    ).rejects.toEqual(rpcError(100006, `product ${PRODUCT} is published`));
    expect((await definitions.commonSchemaIndex({})).list).toMatchObject([{ affordance: affordance(9) }]);
  });

  test('is told by the list, of products and of where their devices are', async () => {
    const { products, groups, devices, definitions } = fixture;
    await define('shared1');
    await define('shared2');
    await products.productInfoCreate({ productID: 'other', productName: 'other' });
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared1', 'shared2'] });
    await products.productSchemaMultiCreate({ productID: 'other', identifiers: ['shared2'] });
    const { id: group } = await groups.groupInfoCreate({ name: 'Hall', devices: [NAMES] });
    await devices.deviceInfoUpdate({ ...NAMES, areaID: 70, areaIDPath: '7-70-', projectID: 8 });
    const found = async (request: object) =>
      (await definitions.commonSchemaIndex(request)).list.map(({ identifier }) => identifier).join();
    expect(await found({ productIDs: [PRODUCT] })).toBe('shared1,shared2');
    expect(await found({ productIDs: [PRODUCT, 'other'] })).toBe('shared2');
    expect(await found({ groupID: group })).toBe('shared1,shared2');
    expect(await found({ groupIDs: ['999'] })).toBe('');
    expect(await found({ areaID: 70, projectID: 8, areaIDPath: '7-' })).toBe('shared1,shared2');
    expect(await found({ areaID: 71 })).toBe('');
  });
});

describe('categories have definitions', () => {
  test('their products and those below have them, and cannot delete them', async () => {
    const { products, bus } = fixture;
    await define('shared1');
    await define('shared2');
    const top = await category('Lights');
    const low = await category('Lamps', top);
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: low });
    await products.productSchemaMultiCreate({ productID: PRODUCT, identifiers: ['shared2'] });
    const bind = () =>
      products.productCategorySchemaMultiCreate({ productCategoryID: top, identifiers: ['shared1', 'shared2'] });
    const told = await toldDuring(bus, bind);
    expect(told).toEqual([[subjects.cacheSync('cache:dm:product:schema'), PRODUCT]]);
    expect(await taken()).toBe('shared1:3,shared2:3');
    await expect(products.productSchemaDelete({ productID: PRODUCT, identifier: 'shared1' })).rejects.toEqual(
      rpcError(100006, "identifier is required by the product's category"),
    );
    await products.productCategorySchemaMultiDelete({ productCategoryID: top, identifiers: ['shared1'] });
    expect(await taken()).toBe('shared1:2,shared2:3');
    await products.productSchemaDelete({ productID: PRODUCT, identifier: 'shared1' });
    expect(await taken()).toBe('shared2:3');
  });

  test('a product gets them when it is made, moved, or given another model', async () => {
    const { products } = fixture;
    await define('shared1');
    await define('shared2');
    const lights = await category('Lights');
    const fans = await category('Fans');
    await products.productCategorySchemaMultiUpdate({ productCategoryID: lights, identifiers: ['shared1'] });
    await products.productCategorySchemaMultiUpdate({ productCategoryID: fans, identifiers: ['shared2'] });
    await products.productInfoCreate({ productID: 'lamp', productName: 'lamp', categoryID: lights, status: 1 });
    expect(await taken('lamp')).toBe('shared1:3');
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: fans });
    expect(await taken()).toBe('shared2:3');
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: lights });
    expect(await taken()).toBe('shared1:3,shared2:2');
    const { tsl } = await products.productSchemaTslRead({ productID: PRODUCT });
    const { properties, ...rest } = JSON.parse(tsl) as { properties: { identifier: string }[] };
    const without = properties.filter(({ identifier }) => !identifier.startsWith('shared'));
    await products.productSchemaTslImport({
      productID: PRODUCT,
      tsl: JSON.stringify({ ...rest, properties: without }),
    });
    expect(await taken()).toBe('shared1:3');
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: 2 });
    expect(await taken()).toBe('shared1:2');
  });

  test('those of the root are of all products that are classified', async () => {
    const { products } = fixture;
    await define('shared');
    const lights = await category('Lights');
    await products.productInfoCreate({ productID: 'lamp', productName: 'lamp', categoryID: lights });
    await products.productCategorySchemaMultiCreate({ productCategoryID: 1, identifiers: ['shared'] });
    expect([await taken('lamp'), await taken()]).toEqual(['shared:3', '']);
    const index = async (request: object) => (await products.productCategorySchemaIndex(request)).identifiers.join();
    expect(await index({ productCategoryID: 1 })).toBe('shared');
    expect(await index({ productCategoryID: lights })).toBe('');
    expect(await index({ productCategoryID: lights, withFather: true })).toBe('shared');
    await expect(index({ productCategoryID: 999, withFather: true })).rejects.toMatchObject({ code: 100009 });
    const { list } = await fixture.definitions.commonSchemaIndex({
      productCategoryID: lights,
      productCategoryWithFather: true,
    });
    expect(list).toMatchObject([{ identifier: 'shared' }]);
  });

  test('lists tell which categories have them', async () => {
    const { products, definitions } = fixture;
    await define('shared1');
    await define('shared2');
    const lights = await category('Lights');
    await products.productCategorySchemaMultiCreate({ productCategoryID: lights, identifiers: ['shared1'] });
    const { list } = await definitions.commonSchemaIndex({ withProductCategory: true });
    expect(list.map(({ productCategories }) => productCategories.map(({ name }) => name))).toEqual([['Lights'], []]);
  });

  test("a definition of the product's own of that name stays", async () => {
    const { products } = fixture;
    await products.productSchemaCreate({
      info: { productID: PRODUCT, ...info('shared', { tag: 1, affordance: affordance(5) }) },
    });
    await define('shared');
    const lights = await category('Lights');
    await products.productCategorySchemaMultiCreate({ productCategoryID: lights, identifiers: ['shared'] });
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: lights });
    const { list } = await products.productSchemaIndex({ productID: PRODUCT, identifier: 'shared' });
    expect(list).toMatchObject([{ tag: '1', affordance: affordance(5) }]);
  });

  test('a published product refuses them, and then nothing is changed', async () => {
    const { products } = fixture;
    await define('shared');
    const lights = await category('Lights');
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: lights, status: 1 });
    const asked = { productCategoryID: lights, identifiers: ['shared'] };
    await expect(products.productCategorySchemaMultiCreate(asked)).rejects.toEqual(
      rpcError(100006, `product ${PRODUCT} is published`),
    );
    expect((await products.productCategorySchemaIndex(asked)).identifiers).toEqual([]);
    await expect(
      products.productCategorySchemaMultiUpdate({ productCategoryID: lights, identifiers: ['nosuch'] }),
    ).rejects.toEqual(rpcError(100006, 'identifiers names nosuch, no common definition'));
    await expect(
      products.productCategorySchemaMultiDelete({ productCategoryID: 999, identifiers: [] }),
    ).rejects.toMatchObject({ code: 100009 });
  });
});

describe('a definition with a tag', () => {
  const add = (over: object) => fixture.products.productSchemaCreate({ info: { productID: PRODUCT, ...over } });
  const shown = async () =>
    (await fixture.products.productSchemaIndex({ productID: PRODUCT, identifier: 'shared' })).list;

  test("none at all is the product's own where there is no common one", async () => {
    await add(info('shared', { affordance: affordance(5) }));
    expect(await shown()).toMatchObject([{ tag: '1', affordance: affordance(5) }]);
  });

  test.each([2, 3])('%i that is no common one is 100009, and nothing is kept', async (tag) => {
    const { products } = fixture;
    const nothing = rpcError(100009, 'common definition shared does not exist');
    await expect(add(info('shared', { tag }))).rejects.toEqual(nothing);
    const list = [info('shared1', { tag: 1 }), info('shared', { tag })];
    await expect(products.productSchemaMultiCreate({ productID: PRODUCT, list })).rejects.toEqual(nothing);
    expect(await shown()).toEqual([]);
  });

  test.each([
    [0, '2'],
    [2, '2'],
    [3, '3'],
  ])('%i has the body and the rights of the common one', async (tag, kept) => {
    await define('shared', { userPerm: 1, recordMode: 2, order: 7, desc: { value: 'd' }, extendConfig: 'x' });
    const given = { name: { value: 'Mine' }, required: 1, userPerm: 3, affordance: affordance(5) };
    await add(info('shared', { tag, ...given }));
    expect(await shown()).toMatchObject([
      {
        tag: kept,
        name: { value: 'Mine' },
        required: '1',
        userPerm: '1',
        recordMode: '2',
        order: '7',
        desc: { value: 'd' },
        extendConfig: 'x',
        affordance: affordance(9),
      },
    ]);
  });

  test('is held against the common one in a list too', async () => {
    const { products } = fixture;
    await define('shared');
    const list = [info('shared', { tag: 2, affordance: affordance(5) }), info('shared1', { tag: 1 })];
    await products.productSchemaMultiCreate({ productID: PRODUCT, list });
    expect(await taken()).toBe('shared:2,shared1:1');
    expect((await shown())[0]).toMatchObject({ affordance: affordance(9) });
  });

  test('of another type, or with a tag that there is not, is 100006', async () => {
    await define('shared');
    await expect(add(info('shared', { tag: 2, type: 2 }))).rejects.toEqual(
      rpcError(100006, 'info.type is 1 in the common definition shared'),
    );
    await expect(add(info('shared', { tag: 4 }))).rejects.toEqual(rpcError(100006, 'info.tag must be 1, 2 or 3'));
    expect(await shown()).toEqual([]);
  });

  test("keeps the common one's body when it is changed", async () => {
    const { products } = fixture;
    await define('shared');
    await add({ identifier: 'shared', tag: 2 });
    const change = (over: object) =>
      products.productSchemaUpdate({ info: { productID: PRODUCT, identifier: 'shared', ...over } });
    await change({ tag: 2, name: { value: 'Mine' }, isPassword: 1, userPerm: 1, affordance: affordance(5) });
    expect(await shown()).toMatchObject([
      { tag: '2', name: { value: 'Mine' }, isPassword: '1', userPerm: '3', affordance: affordance(9) },
    ]);
    await expect(change({ tag: 1 })).rejects.toEqual(rpcError(100006, 'info.tag cannot be changed'));
  });
});

test('as a file they come back; what is there stays, and what cannot be is counted', async () => {
  const { definitions, db } = fixture;
  await define('shared1', { order: 3, desc: { value: 'd' } });
  await define('shared2');
  const { list } = await definitions.commonSchemaIndex({});
  const { schemas } = await definitions.commonSchemaMultiExport({});
  expect((await definitions.commonSchemaMultiExport({ identifiers: ['shared2'] })).schemas).not.toContain('shared1');
  expect(JSON.parse(schemas)).toMatchObject([
    { identifier: 'shared2' },
    { type: 1, order: 3, name: { value: 'Shared' } },
  ]);
  await db.prisma.commonDefinition.deleteMany({ where: { identifier: 'shared1' } });
  const more = JSON.stringify([...(JSON.parse(schemas) as object[]), { identifier: 'shared3' }]);
  expect(await definitions.commonSchemaMultiImport({ schemas: more })).toEqual({
    total: '3',
    succCount: '1',
    ignoreCount: '1',
    errCount: '1',
  });
  const withoutIDs = (infos: readonly object[]) => infos.map((each) => ({ ...each, id: '' }));
  expect(withoutIDs((await definitions.commonSchemaIndex({})).list)).toEqual(withoutIDs(list));
  await expect(definitions.commonSchemaMultiImport({ schemas: 'x' })).rejects.toEqual(
    rpcError(100006, 'schemas is not valid JSON'),
  );
});
