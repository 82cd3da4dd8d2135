import { createDevices, NAMES, PRODUCT, rpcError, startDm, TSL, type DmFixture } from './dm-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, 'dev001', 'dev002'));
afterEach(async () => {
  const { prisma } = fixture.db;
  await prisma.device.deleteMany();
  await prisma.product.deleteMany();
});

const other = { ...NAMES, deviceName: 'dev002' };
const nobody = { ...NAMES, deviceName: 'nobody' };

describe('what is kept with a device', () => {
  const keep = (code: string, params: string, device = NAMES) =>
    fixture.devices.deviceProfileUpdate({ device, code, params });
  const listed = async (codes: string[] = [], device = NAMES) =>
    (await fixture.devices.deviceProfileIndex({ device, codes })).profiles;

  test('is read back to the byte, under its code and of its device alone', async () => {
    const params = '{"token":"温度 \\u0000"}\n';
    await keep('alink:1', params);
    await keep('b', 'x', other);
    expect(await fixture.devices.deviceProfileRead({ device: NAMES, code: 'alink:1' })).toEqual({
      device: NAMES,
      code: 'alink:1',
      params,
    });
    expect(await listed()).toEqual([{ device: NAMES, code: 'alink:1', params }]);
    expect(await listed(['b'])).toEqual([]);
  });

  test('is replaced by what comes later, also by nothing', async () => {
    await keep('a', '1');
    await keep('a', '2');
    expect(await listed()).toEqual([{ device: NAMES, code: 'a', params: '2' }]);
    await keep('a', '');
    expect(await listed()).toEqual([{ device: NAMES, code: 'a', params: '' }]);
  });

  test('is empty where there is nothing, as unitedrhino answers', async () => {
    for (const device of [NAMES, nobody]) {
      expect(await fixture.devices.deviceProfileRead({ device, code: 'none' })).toEqual({
        device,
        code: 'none',
        params: '',
      });
      expect(await listed([], device)).toEqual([]);
    }
  });

  test('is deleted by its code, or all of it without one; nothing to delete is no fault', async () => {
    for (const code of ['a', 'b', 'c']) await keep(code, code);
    await keep('a', 'stays', other);
    await fixture.devices.deviceProfileDelete({ device: NAMES, code: 'b' });
    expect((await listed()).map(({ code }) => code)).toEqual(['a', 'c']);
    await fixture.devices.deviceProfileDelete({ device: NAMES });
    expect(await listed()).toEqual([]);
    await fixture.devices.deviceProfileDelete({ device: nobody, code: 'b' });
    expect(await listed([], other)).toHaveLength(1);
  });

  test('goes with its device', async () => {
    await keep('a', '1');
    await fixture.devices.deviceInfoDelete(NAMES);
    await fixture.devices.deviceInfoCreate(NAMES);
    expect(await listed()).toEqual([]);
  });

  test('needs a device and a code', async () => {
    await expect(keep('a', '1', nobody)).rejects.toEqual(rpcError(100009, 'nobody'));
    await expect(keep('', '1')).rejects.toEqual(rpcError(100006, 'code'));
    await expect(fixture.devices.deviceProfileRead({ code: 'a' })).rejects.toEqual(rpcError(100006, 'device'));
  });
});

describe('the thing model of a device', () => {
  const tslOf = async (withProductSchema: boolean, names = NAMES) =>
    (await fixture.devices.deviceSchemaTslRead({ ...names, withProductSchema })).tsl;

  test('is that of its product', async () => {
    expect(await tslOf(true)).toBe((await fixture.products.productSchemaTslRead({ productID: PRODUCT })).tsl);
    expect(JSON.parse(await tslOf(true))).toMatchObject({
      profile: { productID: PRODUCT },
      properties: TSL.properties.map(({ identifier }) => ({ identifier })),
    });
  });

  test('has nothing of its own', async () => {
    expect(JSON.parse(await tslOf(false))).toEqual({
      version: '1.0',
      profile: { productID: PRODUCT },
      properties: [],
      events: [],
      actions: [],
    });
  });

  test('is that of no device that does not exist', async () => {
    await expect(tslOf(true, nobody)).rejects.toEqual(rpcError(100009, 'nobody'));
  });
});
