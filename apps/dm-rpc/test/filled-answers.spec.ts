/** What unitedrhino's dm never leaves out, and some of its callers reach into unseen; observed with v1.6.10. */
import { services } from '@alink/contract';
import { createDevices, NAMES, PRODUCT, startDm, type DmFixture } from './dm-fixture';
import { absentIn } from './response-walk';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await createDevices(fixture, 'dev001', 'dev002');
  await fixture.protocols.protocolInfoCreate({ code: 'mine', name: 'Mine' });
});
afterAll(() => fixture?.stop());

const of = (message: string, ...fields: string[]) => fields.map((field) => `${message}.${field}`);
/** What it leaves out too where there is nothing of it. */
const device = of('DeviceInfo', 'Gateway', 'adcode', 'dept', 'desc', 'expTime', 'iccid', 'phone');
const product = of('ProductInfo', 'category', 'config', 'protocol', 'subProtocol', 'subProtocolCode');

describe('everything else is there', () => {
  test('in a device and in the list of devices', async () => {
    const { devices } = fixture;
    const one = await devices.deviceInfoRead(NAMES);
    expect(absentIn(services.deviceManage, 'deviceInfoRead', one)).toEqual(device);
    const { list } = await devices.deviceInfoIndex({});
    expect(list).toHaveLength(2);
    expect(absentIn(services.deviceManage, 'deviceInfoIndex', { list })).toEqual(device);
  });

  test('in a product and in the list of products', async () => {
    const { products } = fixture;
    const one = await products.productInfoRead({ productID: PRODUCT });
    expect(absentIn(services.productManage, 'productInfoRead', one)).toEqual(product);
    const { list } = await products.productInfoIndex({});
    expect(absentIn(services.productManage, 'productInfoIndex', { list })).toEqual(product);
  });

  test('in the definitions of a thing model', async () => {
    const { list } = await fixture.products.productSchemaIndex({ productID: PRODUCT });
    expect(list.length).toBeGreaterThan(3);
    expect(absentIn(services.productManage, 'productSchemaIndex', { list })).toEqual([]);
  });

  test('in protocols', async () => {
    const { list } = await fixture.protocols.protocolInfoIndex({});
    expect(absentIn(services.protocolManage, 'protocolInfoIndex', { list })).toEqual([]);
  });
});

describe('what has not been set', () => {
  test('of a device', async () => {
    const read = await fixture.devices.deviceInfoRead(NAMES);
    expect(read).toMatchObject({
      Position: { longitude: 0, latitude: 0 },
      version: { value: '' },
      address: { value: '' },
      rssi: { value: '0' },
      tenantCode: 'default',
      projectID: '2',
      areaID: '2',
      areaIDPath: '2-',
      userID: '1',
      sort: '100',
      mobileOperator: '10',
      distributor: { id: '1', idPath: '', updatedTime: read.createdTime },
    });
  });

  test('of a product', async () => {
    expect(await fixture.products.productInfoRead({ productID: PRODUCT })).toMatchObject({
      tenantCode: 'default',
      sceneMode: 'rw',
      deviceSchemaMode: '1',
      bindLevel: '1',
      trialTime: { value: '0' },
      onlineHandle: '1',
      subDeviceOnlineHandle: '1',
    });
  });

  test('of a definition', async () => {
    const { list } = await fixture.products.productSchemaIndex({ productID: PRODUCT, identifiers: ['rpm'] });
    expect(list).toMatchObject([
      {
        tag: '1',
        isCanSceneLinkage: '1',
        funcGroup: '1',
        controlMode: '1',
        userPerm: '3',
        recordMode: '1',
        isPassword: '2',
        tenantCode: 'default',
      },
    ]);
  });

  test('a device shows the picture of its product until it has one', async () => {
    const { products, devices } = fixture;
    await products.productInfoUpdate({ productID: PRODUCT, productImg: 'product.png' });
    expect(await devices.deviceInfoRead(NAMES)).toMatchObject({ productImg: 'product.png', deviceImg: 'product.png' });
    await devices.deviceInfoUpdate({ ...NAMES, deviceImg: 'device.png' });
    expect(await devices.deviceInfoRead(NAMES)).toMatchObject({ productImg: 'product.png', deviceImg: 'device.png' });
  });
});
