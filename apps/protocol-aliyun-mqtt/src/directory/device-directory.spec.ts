import { eventually } from '@alink/testing';
import { compileModel } from '@alink/thing-model';
import { DeviceDirectory } from './device-directory';
import { DirectoryUnavailable, type DeviceEntry, type DirectorySource, type ProductEntry } from './records';

const product = (productKey: string, productID = productKey): ProductEntry => ({
  productKey,
  productID,
  secret: 'ps',
  enabled: true,
  autoRegister: 1,
  model: undefined,
});
const device = (productKey: string, deviceName: string, secret = 's'): DeviceEntry => ({
  productKey,
  productID: productKey,
  deviceName,
  secret,
  enabled: true,
  registration: 'operator',
  lastClientId: '',
  resetAt: 0,
  tokens: [],
});

/** A source that counts its calls, and can be away or slow. */
class Source implements DirectorySource {
  readonly devices = new Map<string, DeviceEntry>();
  readonly products = new Map<string, ProductEntry>();
  readonly asked: { devices: number; products: string[] }[] = [];
  away = false;
  hold: Promise<void> | undefined;
  onAsked: () => void = () => undefined;

  async resolve(
    refs: readonly { productKey: string; deviceName: string }[],
    productKeys: readonly string[],
  ): Promise<{ devices: DeviceEntry[]; products: ProductEntry[] }> {
    this.asked.push({ devices: refs.length, products: [...productKeys] });
    this.onAsked();
    if (this.away) throw new DirectoryUnavailable('away');
    const answer = {
      devices: refs.flatMap((ref) => this.devices.get(`${ref.productKey}/${ref.deviceName}`) ?? []),
      products: productKeys.flatMap((key) => this.products.get(key) ?? []),
    };
    await this.hold;
    return answer;
  }

  async register(of: ProductEntry, deviceName: string): Promise<void> {
    this.devices.set(`${of.productKey}/${deviceName}`, device(of.productKey, deviceName));
  }
}

const setUp = () => {
  const source = new Source();
  source.products.set('pk', product('pk'));
  source.devices.set('pk/d1', device('pk', 'd1'));
  const clock = { at: 1_000_000, now: () => clock.at };
  return { source, clock, directory: new DeviceDirectory(source, clock) };
};

test('a known device costs no second call', async () => {
  const { source, directory } = setUp();
  expect((await directory.find('pk', 'd1')).device?.secret).toBe('s');
  expect((await directory.find('pk', 'd1')).product?.productID).toBe('pk');
  expect(source.asked).toHaveLength(1);
});

test('a burst is gathered into few calls, and the same device is asked for once', async () => {
  const { source, directory } = setUp();
  const names = Array.from({ length: 1200 }, (_, n) => `d${n}`);
  await Promise.all([...names, ...names].map((name) => directory.find('pk', name)));
  expect(source.asked.length).toBeLessThanOrEqual(3);
  expect(source.asked.reduce((sum, call) => sum + call.devices, 0)).toBe(1200);
});

describe('those who are patient', () => {
  /** Many look-ups that wait while dm is slow. @returns the order in which these and others are answered */
  const start = () => {
    const all = setUp();
    let goOn = (): void => undefined;
    all.source.hold = new Promise((resolve) => (goOn = resolve));
    const answered: string[] = [];
    const find = (name: string, isPatient: boolean): Promise<unknown> =>
      all.directory.find('pk', name, isPatient).then(() => answered.push(name));
    return { ...all, answered, find, goOn: () => goOn() };
  };

  test('let others go first, who came later', async () => {
    const { source, find, answered, goOn } = start();
    const all = Array.from({ length: 3000 }, (_, n) => find(`sub${n}`, true));
    await eventually(() => expect(source.asked).toHaveLength(2));
    all.push(find('gateway', false));
    goOn();
    await Promise.all(all);
    expect(answered.indexOf('gateway')).toBeLessThan(1500);
  });

  test('wait no longer once another asks for the same', async () => {
    const { source, find, answered, goOn } = start();
    const all = Array.from({ length: 3000 }, (_, n) => find(`sub${n}`, true));
    await eventually(() => expect(source.asked).toHaveLength(2));
    all.push(find('sub2999', false));
    goOn();
    await Promise.all(all);
    expect(answered.indexOf('sub2999')).toBeLessThan(1500);
    expect(source.asked.reduce((sum, call) => sum + call.devices, 0)).toBe(3000);
  });
});

test('"unknown" is believed for a moment only', async () => {
  const { source, clock, directory } = setUp();
  expect((await directory.find('pk', 'new')).device).toBeUndefined();
  await directory.find('pk', 'new');
  expect(source.asked).toHaveLength(1);
  source.devices.set('pk/new', device('pk', 'new'));
  clock.at += 5_000;
  expect((await directory.find('pk', 'new')).device?.deviceName).toBe('new');
});

test('a change is seen at the next need', async () => {
  const { source, directory } = setUp();
  await directory.find('pk', 'd1');
  source.devices.set('pk/d1', device('pk', 'd1', 'rotated'));
  directory.deviceChanged('pk', 'd1');
  expect((await directory.find('pk', 'd1')).device?.secret).toBe('rotated');
});

test.each<[string, (directory: DeviceDirectory) => void]>([
  ['a change', (directory) => directory.deviceChanged('pk', 'd1')],
  ['a change of everything', (directory) => directory.everythingChanged()],
])('%s while the call is under way is not lost', async (_what, tell) => {
  const { source, directory } = setUp();
  let release = (): void => undefined;
  source.hold = new Promise((resolve) => (release = resolve));
  const first = directory.find('pk', 'd1');
  await eventually(() => expect(source.asked).toHaveLength(1));
  source.devices.set('pk/d1', device('pk', 'd1', 'rotated'));
  tell(directory);
  release();
  expect((await first).device?.secret).toBe('rotated');
  expect((await directory.find('pk', 'd1')).device?.secret).toBe('rotated');
  expect(source.asked).toHaveLength(2);
});

test('nor is one of a device whose external ProductKey is asked for the first time', async () => {
  const { source, directory } = setUp();
  let release = (): void => undefined;
  source.hold = new Promise((resolve) => (release = resolve));
  source.products.set('a1External', product('a1External', 'inner'));
  source.devices.set('a1External/d1', { ...device('a1External', 'd1'), productID: 'inner' });
  const first = directory.find('a1External', 'd1');
  await eventually(() => expect(source.asked).toHaveLength(1));
  source.devices.set('a1External/d1', { ...device('a1External', 'd1', 'rotated'), productID: 'inner' });
  directory.deviceChanged('inner', 'd1');
  release();
  expect((await first).device?.secret).toBe('rotated');
});

test('a product that changes while the call is under way is not taken as it was', async () => {
  const { source, directory } = setUp();
  let release = (): void => undefined;
  await directory.find('pk', 'd1');
  source.hold = new Promise((resolve) => (release = resolve));
  directory.productChanged('pk');
  const found = directory.find('pk', 'd1');
  await eventually(() => expect(source.asked).toHaveLength(2));
  source.products.set('pk', { ...product('pk'), enabled: false });
  directory.productChanged('pk');
  release();
  expect((await found).product?.enabled).toBe(false);
});

test('one that changes at every look is answered from the latest look', async () => {
  const { source, directory } = setUp();
  source.onAsked = () => directory.deviceChanged('pk', 'd1');
  expect((await directory.find('pk', 'd1')).device?.secret).toBe('s');
  await expect(directory.current('pk', 'd1')).rejects.toBeInstanceOf(DirectoryUnavailable);
});

test('a device with a model of its own is asked for again when its product changes, until it has none', async () => {
  const { source, directory } = setUp();
  const [model, another] = [compileModel(undefined, 'weak'), compileModel(undefined, 'strong')];
  source.devices.set('pk/d1', { ...device('pk', 'd1'), model });
  await directory.find('pk', 'd1');
  expect(directory.model('pk', 'd1')).toBe(model);
  source.devices.set('pk/d1', { ...device('pk', 'd1'), model: another });
  directory.productChanged('pk');
  await directory.find('pk', 'd1');
  expect(directory.model('pk', 'd1')).toBe(another);
  source.devices.set('pk/d1', device('pk', 'd1'));
  directory.deviceChanged('pk', 'd1');
  await directory.find('pk', 'd1');
  expect(directory.model('pk', 'd1')).toBeUndefined();
  directory.productChanged('pk');
  await directory.find('pk', 'd1');
  expect(source.asked.at(-1)).toEqual({ devices: 0, products: ['pk'] });
});

test('a changed product costs one call for all its devices, of the product alone', async () => {
  const { source, directory } = setUp();
  const names = ['d1', 'd2', 'd3'];
  await Promise.all(names.map((name) => directory.find('pk', name)));
  source.products.set('pk', { ...product('pk'), enabled: false });
  directory.productChanged('pk');
  const found = await Promise.all(names.map((name) => directory.find('pk', name)));
  expect(found.map((one) => one.product?.enabled)).toEqual([false, false, false]);
  expect(source.asked).toEqual([
    { devices: 3, products: ['pk'] },
    { devices: 0, products: ['pk'] },
  ]);
});

test('invalidations by productID reach a device that dials an external ProductKey', async () => {
  const { source, directory } = setUp();
  source.products.set('a1External', product('a1External', 'inner'));
  source.devices.set('a1External/d1', device('a1External', 'd1'));
  await directory.find('a1External', 'd1');
  source.devices.set('a1External/d1', device('a1External', 'd1', 'rotated'));
  directory.deviceChanged('inner', 'd1');
  expect((await directory.find('a1External', 'd1')).device?.secret).toBe('rotated');
});

test('while dm.rpc is away, what was known stays good and the rest is unavailable', async () => {
  const { source, clock, directory } = setUp();
  await directory.find('pk', 'd1');
  source.away = true;
  clock.at += 60 * 60_000;
  expect((await directory.find('pk', 'd1')).device?.secret).toBe('s');
  await expect(directory.find('pk', 'd2')).rejects.toBeInstanceOf(DirectoryUnavailable);
});

test('while dm.rpc is away, nothing is said to be current that may have changed', async () => {
  const { source, directory } = setUp();
  await directory.find('pk', 'd1');
  source.away = true;
  expect((await directory.current('pk', 'd1')).device?.secret).toBe('s');
  expect(directory.isCurrent('pk', 'd1')).toBe(true);
  directory.deviceChanged('pk', 'd1');
  expect(directory.isCurrent('pk', 'd1')).toBe(false);
  await expect(directory.current('pk', 'd1')).rejects.toBeInstanceOf(DirectoryUnavailable);
});

test('a device registered at its first connect is found', async () => {
  const { directory } = setUp();
  const { product: found } = await directory.find('pk', 'fresh');
  expect((await directory.register(found!, 'fresh'))?.deviceName).toBe('fresh');
});

test('when everything may have changed, everything known is asked for again, however much it is', async () => {
  const { source, directory } = setUp();
  const names = Array.from({ length: 700 }, (_, n) => `d${n}`);
  for (const name of names) source.devices.set(`pk/${name}`, device('pk', name));
  await Promise.all(names.map((name) => directory.find('pk', name)));
  for (const name of names) source.devices.set(`pk/${name}`, device('pk', name, 'changed'));
  directory.everythingChanged();
  const found = await Promise.all(names.map((name) => directory.find('pk', name)));
  expect(found.filter((one) => one.device?.secret !== 'changed')).toEqual([]);
});
