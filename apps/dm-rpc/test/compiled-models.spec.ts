/** Thing models are compiled once, and a change of one takes effect at once. */
import { ShadowControl } from '@alink/contract';
import { CompiledModels } from '../src/services/product-manage/compiled-models';
import {
  createDevices,
  DEVICE,
  NAMES,
  PRODUCT,
  rpcError,
  startBeside,
  startDm,
  TSL,
  type DmFixture,
} from './dm-fixture';

let fixture: DmFixture;
let second: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  second = await startBeside(fixture);
});
afterAll(async () => {
  await second?.stop();
  await fixture?.stop();
});
beforeEach(() => createDevices(fixture, DEVICE));
afterEach(async () => {
  await fixture.db.prisma.device.deleteMany();
  await fixture.db.prisma.product.deleteMany();
});

/** Sets a property, only in the platform. */
const set = ({ interact }: DmFixture, params: object) =>
  interact.propertyControlSend({ ...NAMES, data: JSON.stringify(params), shadowControl: ShadowControl.keepOnly });
const humidity = {
  productID: PRODUCT,
  identifier: 'humidity',
  type: 1,
  tag: 1,
  affordance: { value: '{"mode":"rw","define":{"type":"int","min":"0","max":"100"}}' },
};
const productRow = () => fixture.db.prisma.product.findUniqueOrThrow({ where: { productID: PRODUCT } });

test.each<[string, () => DmFixture]>([
  ['this instance', () => fixture],
  ['another instance', () => second],
])('a change that %s makes is there for the next command', async (_case, other) => {
  const { products } = other();
  const refused = rpcError(100006, 'data.humidity');
  await expect(set(fixture, { humidity: 50 })).rejects.toEqual(refused);
  await products.productSchemaCreate({ info: humidity });
  await set(fixture, { humidity: 50 });
  const narrower = { value: humidity.affordance.value.replace('"100"', '"49"') };
  await products.productSchemaUpdate({ info: { ...humidity, affordance: narrower } });
  await expect(set(fixture, { humidity: 50 })).rejects.toEqual(refused);
  await products.productSchemaDelete(humidity);
  await expect(set(fixture, { humidity: 30 })).rejects.toEqual(refused);
  await products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });
  await set(fixture, { humidity: 30 });
  await products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'strong' } });
  await expect(set(fixture, { humidity: 30 })).rejects.toEqual(refused);
  await products.productSchemaTslImport({ productID: PRODUCT, tsl: JSON.stringify({ ...TSL, properties: [] }) });
  await expect(set(fixture, { rpm: 1 })).rejects.toEqual(rpcError(100006, 'data.rpm'));
});

test('a product that is made anew under its name has its new model', async () => {
  await set(fixture, { rpm: 1 });
  await fixture.devices.deviceInfoDelete(NAMES);
  await fixture.products.productInfoDelete({ productID: PRODUCT });
  await fixture.products.productInfoCreate({ productID: PRODUCT, productName: 'Again' });
  await fixture.devices.deviceInfoCreate(NAMES);
  await expect(set(fixture, { rpm: 1 })).rejects.toEqual(rpcError(100006, 'data.rpm'));
});

test('what has not changed is compiled once', async () => {
  const models = new CompiledModels(fixture.db.prisma);
  const first = await models.of(await productRow());
  expect([...first.properties.keys()]).toEqual(['temperature', 'rpm', 'serial']);
  await fixture.products.productInfoUpdate({ productID: PRODUCT, productName: 'Other' });
  expect(await models.of(await productRow())).toBe(first);
  await fixture.products.productSchemaCreate({ info: humidity });
  const changed = await models.of(await productRow());
  expect([...changed.properties.keys()]).toEqual(['temperature', 'rpm', 'serial', 'humidity']);
  expect(await models.of(await productRow())).toBe(changed);
});

test('a change that is refused changes nothing', async () => {
  const models = new CompiledModels(fixture.db.prisma);
  const first = await models.of(await productRow());
  await expect(fixture.products.productSchemaDelete({ productID: PRODUCT, identifier: 'nothing' })).rejects.toEqual(
    rpcError(100006, 'nothing'),
  );
  expect(await models.of(await productRow())).toBe(first);
});

test('only so many products are kept', async () => {
  const models = new CompiledModels(fixture.db.prisma);
  const row = await productRow();
  const first = await models.of(row);
  for (let i = 0; i < 1000; i++) await models.of({ ...row, productID: `other${i}` });
  const again = await models.of(row);
  expect(again).not.toBe(first);
  expect(again.properties).toEqual(first.properties);
});
