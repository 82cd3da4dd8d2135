import { PROTOCOL_CODE, subjects } from '@alink/contract';
import { createDevices, DEVICE, PRODUCT, rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, DEVICE, 'dev002');
});
afterAll(() => fixture?.stop());
afterEach(async () => {
  await fixture.products.productInfoUpdate({ productID: PRODUCT, categoryID: 2 });
  await fixture.db.prisma.productCategory.deleteMany();
});

const create = async (name: string, over: object = {}): Promise<string> =>
  (await fixture.products.productCategoryCreate({ name, ...over })).id;

describe('a category', () => {
  test('shows what it was given, and where it stands', async () => {
    const { products } = fixture;
    const top = await create('Lights');
    const given = { name: 'Lamps', desc: { value: 'with a bulb' }, order: '7', headImg: 'a.png' };
    const id = await create('Lamps', { ...given, isUpdateHeadImg: true, parentID: top });
    expect(Number(top)).toBeGreaterThan(2);
    expect(await products.productCategoryRead({ id })).toMatchObject({
      ...given,
      id,
      parentID: top,
      idPath: [top, id],
      isLeaf: '1',
      deviceCount: '0',
      children: [],
    });
    expect(await products.productCategoryRead({ id: top })).toMatchObject({ parentID: '1', isLeaf: '2', order: '1' });
    await products.productCategoryUpdate({ id, desc: { value: '' }, order: 3, headImg: 'b.png' });
    expect(await products.productCategoryRead({ id })).toMatchObject({
      name: 'Lamps',
      desc: { value: '' },
      order: '3',
      headImg: 'a.png',
    });
  });

  test('has a name of its own, and must be there', async () => {
    const { products } = fixture;
    const id = await create('Lights');
    const other = await create('Fans');
    await expect(create('Lights', { parentID: id })).rejects.toEqual(rpcError(100010, 'product category Lights'));
    await expect(products.productCategoryUpdate({ id: other, name: 'Lights' })).rejects.toMatchObject({ code: 100010 });
    await expect(create('')).rejects.toEqual(rpcError(100006, 'name must not be empty'));
    const none = rpcError(100009, 'product category 999 does not exist');
    await expect(create('x', { parentID: 999 })).rejects.toEqual(none);
    await expect(products.productCategoryRead({ id: '999' })).rejects.toEqual(none);
    await expect(products.productCategoryUpdate({ id: '999', name: 'x' })).rejects.toEqual(none);
    await expect(products.productCategoryDelete({ id: '999' })).rejects.toEqual(none);
    await expect(products.productInfoCreate({ productName: 'x', categoryID: 999 })).rejects.toEqual(none);
    await expect(products.productInfoUpdate({ productID: PRODUCT, categoryID: 999 })).rejects.toEqual(none);
  });

  test('counts the devices below it, and is found by what it is', async () => {
    const { products, devices } = fixture;
    const top = await create('Lights', { order: 5 });
    const below = await create('Lamps', { parentID: top });
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: below });
    await devices.deviceInfoUpdate({ productID: PRODUCT, deviceName: DEVICE, projectID: 77 });
    const { list, total } = await products.productCategoryIndex({});
    expect([total, list.map(({ name, deviceCount }) => [name, deviceCount])]).toEqual([
      '2',
      [
        ['Lamps', '2'],
        ['Lights', '2'],
      ],
    ]);
    const names = async (request: object) =>
      (await products.productCategoryIndex(request)).list.map(({ name }) => name).join();
    expect(await names({ name: 'light' })).toBe('Lights');
    expect(await names({ parentID: 1 })).toBe('Lights');
    expect(await names({ parentID: top })).toBe('Lamps');
    expect(await names({ ids: [top, '999'] })).toBe('Lights');
    expect(await names({ projectID: 77 })).toBe('Lamps');
    expect(await names({ projectID: 78 })).toBe('');
    expect(await names({ page: { page: 1, size: 1, orders: [{ field: 'name', sort: 2 }] } })).toBe('Lights');
  });

  test('is read as a tree', async () => {
    const { products } = fixture;
    const top = await create('Lights', { order: 2 });
    const low = await create('Lamps', { parentID: top });
    await create('Fans');
    const tree = { id: top, children: [{ id: low, children: [] }] };
    expect(await products.productCategoryRead({ id: top, withChildren: true })).toMatchObject(tree);
    for (const id of ['0', '1']) {
      const root = await products.productCategoryRead({ id, withChildren: true });
      expect(root).toMatchObject({ id: '1', name: '全部产品品类', children: [{ name: 'Fans' }, tree] });
    }
    const rest = await products.productCategoryRead({ id: '2', withChildren: true });
    expect(rest).toMatchObject({ id: '2', name: '自定义', children: [] });
  });

  test('goes with those below it; products are not classified then, and everyone is told', async () => {
    const { products, bus } = fixture;
    const top = await create('Lights');
    const below = await create('Lamps', { parentID: top });
    await products.productInfoUpdate({ productID: PRODUCT, categoryID: below });
    const told = await toldDuring(bus, () => products.productCategoryDelete({ id: top }));
    expect(told).toContainEqual([subjects.productUpdated, PRODUCT]);
    expect(await products.productInfoRead({ productID: PRODUCT })).toMatchObject({ categoryID: '2' });
    expect((await products.productCategoryIndex({})).total).toBe('0');
  });
});

test('products show their categories where these are asked for', async () => {
  const { products } = fixture;
  const id = await create('Lights');
  await products.productInfoUpdate({ productID: PRODUCT, categoryID: id });
  const asked = { productID: PRODUCT, withCategory: true };
  expect((await products.productInfoRead(asked)).category).toMatchObject({ id, name: 'Lights', deviceCount: '2' });
  expect((await products.productInfoRead({ productID: PRODUCT })).category).toBeNull();
  expect((await products.productInfoIndex({ withCategory: true })).list).toMatchObject([{ category: { id } }]);
  await products.productInfoUpdate({ productID: PRODUCT, categoryID: 2 });
  expect((await products.productInfoRead(asked)).category).toBeNull();
});

describe('as a file', () => {
  test('they come back, with their ids where these are free, and what is there stays', async () => {
    const { products, definitions } = fixture;
    const affordance = { value: '{"mode":"r","define":{"type":"bool"}}' };
    const name = { value: 'n' };
    await definitions.commonSchemaCreate({ info: { type: 1, identifier: 'filed', name, affordance } });
    const top = await create('Lights', { order: 4, desc: { value: 'd' } });
    const low = await create('Lamps', { parentID: top });
    await products.productCategorySchemaMultiCreate({ productCategoryID: low, identifiers: ['filed'] });
    const { categories } = await products.productCategoryMultiExport({});
    expect((await products.productCategoryMultiExport({ ids: [low] })).categories).not.toContain('"Lights"');
    expect(await products.productCategoryMultiImport({ categories })).toEqual({
      total: '2',
      succCount: '0',
      ignoreCount: '2',
      errCount: '0',
    });
    await products.productCategoryDelete({ id: top });
    const other = await create('Fans');
    const backwards = JSON.stringify((JSON.parse(categories) as object[]).reverse());
    expect(await products.productCategoryMultiImport({ categories: backwards })).toMatchObject({ succCount: '2' });
    expect(await products.productCategoryRead({ id: '1', withChildren: true })).toMatchObject({
      children: [
        { id: other, name: 'Fans' },
        { id: top, name: 'Lights', order: '4', desc: { value: 'd' }, children: [{ id: low, name: 'Lamps' }] },
      ],
    });
    expect((await products.productCategorySchemaIndex({ productCategoryID: low })).identifiers).toEqual(['filed']);
    expect(Number(await create('New'))).toBeGreaterThan(Number(other));
  });

  test('an id beyond all others is not kept: those of new categories go on', async () => {
    const { products } = fixture;
    const categories = JSON.stringify([{ ID: String(2n ** 63n - 1n), Name: 'Last' }]);
    expect(await products.productCategoryMultiImport({ categories })).toMatchObject({ succCount: '1' });
    expect(Number(await create('Next'))).toBeLessThan(2 ** 48);
  });

  test('one below nothing is counted as wrong, and what is no file is refused', async () => {
    const { products } = fixture;
    const lost = JSON.stringify([
      { ID: 50, Name: 'Lost', ParentID: 60 },
      { ID: 51, Name: 'Found', ParentID: 1 },
    ]);
    expect(await products.productCategoryMultiImport({ categories: lost })).toMatchObject({
      succCount: '1',
      errCount: '1',
    });
    const circle = JSON.stringify([
      { ID: 70, Name: 'a', ParentID: 71 },
      { ID: 71, Name: 'b', ParentID: 70 },
    ]);
    expect(await products.productCategoryMultiImport({ categories: circle })).toMatchObject({ errCount: '2' });
    const refused = (words: string) => rpcError(100006, `categories${words}`);
    const importing = (categories: string) => products.productCategoryMultiImport({ categories });
    await expect(importing('{')).rejects.toEqual(refused(' is not valid JSON'));
    await expect(importing('{}')).rejects.toEqual(refused(' must be a list of JSON objects'));
    await expect(importing('[{"ID":9}]')).rejects.toEqual(refused('[0].Name must not be empty'));
  });
});

test('a product of a category that is made at once is in it', async () => {
  const { products } = fixture;
  const id = await create('Lights');
  await products.productInfoCreate({ productID: 'pc', productName: 'pc', categoryID: id, protocolCode: PROTOCOL_CODE });
  expect((await products.productInfoIndex({ categoryIDs: [id] })).list).toMatchObject([{ productID: 'pc' }]);
  expect((await fixture.devices.deviceInfoIndex({ productCategoryID: id })).total).toBe('0');
  await products.productInfoDelete({ productID: 'pc' });
});
