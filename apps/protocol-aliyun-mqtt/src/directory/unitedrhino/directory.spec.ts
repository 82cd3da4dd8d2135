/** Records of devices and products, as unitedrhino's own methods tell them. */
import { createLogger } from '@alink/runtime';
import { Code, type Service } from '@alink/contract';
import { connectRpc, RpcError, type RpcChannel } from '@alink/rpc';
import { RhinoBed, TEMP } from '../../../test/rhino-bed';
import { DirectoryUnavailable, NotServedByDm } from '../records';
import { UnitedrhinoDirectory } from './directory';

const lines: string[] = [];
const log = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });

let bed: RhinoBed;
let directory: UnitedrhinoDirectory;

beforeAll(async () => {
  bed = await RhinoBed.start();
});
afterAll(() => bed?.stop());
beforeEach(() => {
  lines.splice(0);
  directory = new UnitedrhinoDirectory(bed.dm, log);
});

/** The device with its product, as a login asks for them. */
const find = (productKey: string, deviceName: string) => directory.resolve([{ productKey, deviceName }], [productKey]);

type Method = (request: object) => Promise<unknown>;

/** A channel whose calls are noted by their methods; some methods may answer otherwise. */
const noting = (dm: RpcChannel, asked: string[], others: Record<string, Method> = {}): RpcChannel => {
  const client = (service: Service): object =>
    new Proxy(dm.client(service), {
      get: (methods: Record<string, Method>, name: string) => {
        return (request: object) => (asked.push(name), (others[name] ?? methods[name]!)(request));
      },
    });
  return { ...dm, target: dm.target, client } as unknown as RpcChannel;
};

test('a device is found with its secret and its product', async () => {
  const productID = await bed.product({ autoRegister: 3 });
  const secret = await bed.device(productID, 'd1');
  const { devices, products } = await find(productID, 'd1');
  expect(devices).toEqual([
    expect.objectContaining({ productKey: productID, productID, deviceName: 'd1', secret, enabled: true }),
  ]);
  expect(products).toEqual([
    expect.objectContaining({ productKey: productID, productID, enabled: true, autoRegister: 3 }),
  ]);
  expect(products[0]!.secret).not.toBe('');
});

test('a sub-device is found with what it is attached to, in the same call, and products with their kind', async () => {
  const [gateways, subs] = [await bed.product({ deviceType: 2 }), await bed.product({ deviceType: 3 })];
  const gateway = { productID: gateways, deviceName: 'gate1' };
  await bed.device(gateways, 'gate1');
  await bed.device(subs, 'sub1');
  const find = async () => {
    const asked: string[] = [];
    const directory = new UnitedrhinoDirectory(noting(bed.dm, asked), log);
    const { devices, products } = await directory.resolve([{ productKey: subs, deviceName: 'sub1' }], [subs]);
    return { gateway: devices[0]!.gateway, deviceType: products[0]!.deviceType, asked };
  };
  const before = await find();
  expect(before).toMatchObject({ gateway: undefined, deviceType: 3 });
  await bed.devices.deviceGatewayMultiCreate({ gateway, list: [{ productID: subs, deviceName: 'sub1' }] });
  expect(await find()).toEqual({ ...before, gateway });
});

test('one of another product is not, though its dm answers with it', async () => {
  const [mine, others] = [await bed.product(), await bed.product()];
  await bed.device(others, 'theirs');
  expect(await bed.devices.deviceInfoRead({ productID: mine, deviceName: 'theirs' })).toMatchObject({
    productID: others,
  });
  expect((await find(mine, 'theirs')).devices).toEqual([]);
  expect((await find(others, 'theirs')).devices).toHaveLength(1);
});

test('nor is what differs by case, as look-ups on MySQL find it', async () => {
  const productID = await bed.product();
  await bed.device(productID, 'Kitchen');
  const state = bed.rhino.dm.state;
  const { device } = state;
  state.device = (ref) =>
    [...state.devices.values()].find(
      (one) => one.productID === ref.productID && one.deviceName.toLowerCase() === ref.deviceName.toLowerCase(),
    );
  try {
    expect((await find(productID, 'kitchen')).devices).toEqual([]);
    expect((await find(productID, 'Kitchen')).devices).toHaveLength(1);
  } finally {
    state.device = device;
  }
});

test('a product is found by the ProductKey in its settings too, unless several have it', async () => {
  const productID = await bed.product({ protocolConf: { productID: 'a1Outer' } });
  await bed.device(productID, 'd1');
  const { devices, products } = await find('a1Outer', 'd1');
  expect([devices[0], products[0]]).toEqual([
    expect.objectContaining({ productKey: 'a1Outer', productID }),
    expect.objectContaining({ productKey: 'a1Outer', productID }),
  ]);
  await bed.product({ protocolConf: { productID: 'a1Outer' } });
  expect(await find('a1Outer', 'd1')).toEqual({ devices: [], products: [] });
  expect(lines.join('')).toContain('several products have this ProductKey');
});

test('once its product is known, a device costs two questions at the same time', async () => {
  const productID = await bed.product();
  await bed.device(productID, 'd1');
  const asked: string[] = [];
  directory = new UnitedrhinoDirectory(noting(bed.dm, asked), log);
  await find(productID, 'd1');
  expect(asked).toEqual(['productInfoRead', 'productSchemaTslRead', 'deviceInfoRead', 'deviceSchemaTslRead']);
  asked.splice(0);
  expect((await directory.resolve([{ productKey: productID, deviceName: 'd1' }], [])).devices).toHaveLength(1);
  expect(asked).toEqual(['deviceInfoRead', 'deviceSchemaTslRead']);
});

test('of a thing model what can be read is in force, and what cannot is logged once', async () => {
  const productID = await bed.product();
  const { products } = await find(productID, 'd1');
  const { model } = products[0]!;
  expect(model!.checkProperties({ Temp: 20 }).accepted).toEqual({ Temp: 20 });
  expect(model!.checkProperties({ 'with-dash': 1 }).rejected).toMatchObject([{ code: 6320 }]);
  await find(productID, 'd1');
  const told = lines.filter((line) => line.includes('left out'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/properties\[1\]\.identifier/);
});

describe('a device', () => {
  const own = { identifier: 'own', name: '', mode: 'r', define: { type: 'int' } };
  const modelOf = async (deviceSchemaTslRead: Method) => {
    const productID = await bed.product();
    await bed.device(productID, 'd1');
    directory = new UnitedrhinoDirectory(noting(bed.dm, [], { deviceSchemaTslRead }), log);
    return (await find(productID, 'd1')).devices[0]!.model;
  };

  test('with definitions of its own has a thing model of its own', async () => {
    const model = await modelOf(async (request) => ({
      tsl: JSON.stringify({
        properties: 'withProductSchema' in request && request.withProductSchema ? [own, TEMP] : [own],
        events: [],
        actions: [],
      }),
    }));
    expect(model!.checkProperties({ own: 1, Temp: 2 }).accepted).toEqual({ own: 1, Temp: 2 });
  });

  test.each<[string, Method]>([
    ['none', async () => ({ tsl: '{"profile":{},"properties":[],"events":[],"actions":[]}' })],
    ['nothing that can be read', async () => ({ tsl: '{' })],
    ['a dm.rpc that knows none', () => Promise.reject(new RpcError(Code.notImplemented, 'unimplemented'))],
  ])('with %s has that of its product', async (_what, answer) => {
    expect(await modelOf(answer)).toBeUndefined();
  });
});

test('a device is created once, however often it is asked for', async () => {
  const productID = await bed.product({ autoRegister: 3 });
  const [product] = (await find(productID, 'fresh')).products;
  await Promise.all([directory.register(product!, 'fresh'), directory.register(product!, 'fresh')]);
  expect((await find(productID, 'fresh')).devices).toMatchObject([{ registration: 'auto' }]);
});

test('a name that it has no letters for is refused with its own words', async () => {
  const productID = await bed.product({ autoRegister: 3 });
  const [product] = (await find(productID, 'x')).products;
  const created = directory.register(product!, 'with.dot');
  await expect(created).rejects.toThrow(NotServedByDm);
  await expect(created).rejects.toThrow(/^unitedrhino’s dm.rpc creates no device of that name \(参数错误/);
});

test('without rights the words say that, and not that it is away', async () => {
  const nobody = connectRpc(bed.rhino.dm.address, { log, user: null });
  try {
    const failing = new UnitedrhinoDirectory(nobody, log).register(
      { productKey: 'p', productID: 'p', secret: '', enabled: true, autoRegister: 3, model: undefined },
      'd1',
    );
    await expect(failing).rejects.toThrow(DirectoryUnavailable);
    await expect(failing).rejects.toThrow(/^dm.rpc refused/);
  } finally {
    nobody.close();
  }
});
