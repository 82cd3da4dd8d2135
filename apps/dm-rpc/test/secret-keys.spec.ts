/** The keys that secrets are sealed with: a wrong one, a changed one, and instances that do not have the same. */
import { createSecretBox } from '@alink/db';
import { createDatabase, type TestDatabase } from '@alink/testing';
import { createDevices, KEY, NAMES, PRODUCT, startDm, type DmFixture, type FixtureOptions } from './dm-fixture';

const NEXT = Buffer.alloc(32, 2);
const onlyOld = createSecretBox(KEY);
const oldThenNext = createSecretBox(KEY, [NEXT]);
const nextThenOld = createSecretBox(NEXT, [KEY]);
const onlyNext = createSecretBox(NEXT);

let database: TestDatabase;
const running: DmFixture[] = [];
beforeEach(async () => void (database = await createDatabase()));
afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.stop();
  await database.drop();
});

const start = async (secretBox: FixtureOptions['secretBox']): Promise<DmFixture> => {
  const fixture = await startDm({ databaseUrl: database.url, secretBox });
  running.push(fixture);
  return fixture;
};
const namesFrom = async ({ directory }: DmFixture, ...deviceNames: string[]) => {
  const devices = deviceNames.map((deviceName) => ({ productKey: PRODUCT, deviceName }));
  const found = await directory.resolve({ devices, productKeys: [PRODUCT] });
  expect(found.products).toHaveLength(1);
  return found.devices.map(({ deviceName }) => deviceName).sort();
};

test('a start with keys that are not those of the stored secrets is refused, and says which key is missing', async () => {
  await createDevices(await start(onlyOld), 'dev001', 'dev002');
  const starting = start(onlyNext);
  await expect(starting).rejects.toMatchObject({ name: 'StartError' });
  await expect(starting).rejects.toThrow(/^SECRET_KEY and SECRET_KEYS_OLD lack .*SECRET_KEYS_OLD.*rotate-key/);
  await expect(starting).rejects.toThrow(`3 with key ${onlyOld.keyId}; given: ${onlyNext.keyId}`);
  for (const key of [KEY, NEXT]) await expect(starting).rejects.not.toThrow(key.toString('hex'));

  // A key that is lost: docs/security.md.
  const { prisma } = running[0]!.db;
  await prisma.$executeRaw`UPDATE device SET secret = '' WHERE secret LIKE ${`v1.${onlyOld.keyId}.%`}`;
  await prisma.$executeRaw`UPDATE product SET secret = '' WHERE secret LIKE ${`v1.${onlyOld.keyId}.%`}`;
  const next = await start(onlyNext);
  await next.admin.rotateProductSecret({ productID: PRODUCT });
  await next.admin.rotateDeviceSecret(NAMES);
  expect(await namesFrom(next, 'dev001', 'dev002')).toEqual(['dev001']);
});

test('a key is changed under two instances without a moment at which one does not open what the other sealed', async () => {
  await createDevices(await start(onlyOld), 'dev001');
  const second = await start(onlyOld);

  const known = [await start(oldThenNext), second];
  await createIn(known[0]!, 'byKnowing');
  expect(await namesFrom(second, 'dev001', 'byKnowing')).toEqual(['byKnowing', 'dev001']);

  const swapped = await start(nextThenOld);
  await createIn(swapped, 'bySwapped');
  expect(await namesFrom(known[0]!, 'byKnowing', 'bySwapped', 'dev001')).toHaveLength(3);
  // Asked of the instance that has not swapped yet it does no harm, and no good.
  await known[0]!.admin.rotateKey({});
  expect(await namesFrom(swapped, 'byKnowing', 'bySwapped', 'dev001')).toHaveLength(3);

  expect(await swapped.admin.rotateKey({})).toEqual({ rotated: '4', keyId: onlyNext.keyId });
  expect(await namesFrom(await start(onlyNext), 'byKnowing', 'bySwapped', 'dev001')).toHaveLength(3);
  await expect(start(onlyOld)).rejects.toThrow(`4 with key ${onlyNext.keyId}`);
});

test('a secret that does not open keeps its own device out and no other', async () => {
  const fixture = await start(onlyOld);
  await createDevices(fixture, 'dev001', 'dev002', 'dev003');
  const { device, product } = fixture.db.prisma;
  const sealed = onlyNext.seal('aForeignSecret', 'device:aliyun_test_01/dev001');
  await device.updateMany({ where: NAMES, data: { secret: sealed } });
  expect(await namesFrom(fixture, 'dev001', 'dev002', 'dev003')).toEqual(['dev002', 'dev003']);
  const line = fixture.logged.find((text) => text.includes('does not open'));
  expect(JSON.parse(line!)).toMatchObject({ level: 'error', owner: 'device:aliyun_test_01/dev001' });
  for (const secret of ['aForeignSecret', sealed]) expect(fixture.logged.join('')).not.toContain(secret);

  await fixture.products.productInfoCreate({ productID: 'other', productName: 'Other' });
  await product.update({ where: { productID: PRODUCT }, data: { secret: 'v2.later' } });
  const { products } = await fixture.directory.resolve({ productKeys: [PRODUCT, 'other'] });
  expect(products.map(({ productID }) => productID)).toEqual(['other']);
});

const createIn = ({ devices }: DmFixture, deviceName: string) =>
  devices.deviceInfoCreate({ productID: PRODUCT, deviceName });
