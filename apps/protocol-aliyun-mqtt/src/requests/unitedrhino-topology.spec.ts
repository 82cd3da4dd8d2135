/** Questions of gateway devices about their sub-devices, on unitedrhino's dm as libs/testing plays it. */
import type { Reply, SubDeviceRegistration } from '@alink/alink';
import { services } from '@alink/contract';
import { createLogger } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { RhinoBed } from '../../test/rhino-bed';
import { Devices } from '../directory/unitedrhino/devices';
import { Products } from '../directory/unitedrhino/products';
import { UnitedrhinoTopology } from './unitedrhino-topology';

const log = createLogger({ name: 'test', level: 'fatal' });
const GATEWAY = 2;
const SUB_DEVICE = 3;

let bed: RhinoBed;
let topology: UnitedrhinoTopology;
/** Their products, by the ids of its dm. */
let gateways: string;
let subs: string;
const g1 = () => ({ productID: gateways, deviceName: 'gate1' });
const g2 = () => ({ productID: gateways, deviceName: 'gate2' });
/** As gateway devices say it: the ProductKey is another. */
const sub = (deviceName: string) => ({ productKey: 'subKey', deviceName });

beforeAll(async () => {
  bed = await RhinoBed.start();
  gateways = await bed.product({ deviceType: GATEWAY });
  subs = await bed.product({ deviceType: SUB_DEVICE, protocolConf: { productID: 'subKey' }, autoRegister: 3 });
  for (const { deviceName } of [g1(), g2()]) await bed.device(gateways, deviceName);
  for (const deviceName of ['sub1', 'sub2']) await bed.device(subs, deviceName);
  topology = topologyWith(3);
});
afterAll(() => bed?.stop());
beforeEach(() => {
  bed.rhino.dm.state.attachments = [];
});

const topologyWith = (limit: number) =>
  new UnitedrhinoTopology({ products: new Products(bed.dm, log), devices: new Devices(bed.dm), limit });
const bind = (names: readonly string[], gateway = g1(), of = topology): Promise<Reply> =>
  of.ask({ kind: 'topology.bind', devices: names.map(sub) }, gateway);
const listOf = async (gateway = g1()) => (await topology.ask({ kind: 'topology.get' }, gateway)).data;
const register = async (names: readonly string[], more: { partial?: true } = {}, gateway = g1()) => {
  const reply = await topology.ask({ kind: 'topology.register', devices: names.map(sub), ...more }, gateway);
  return { code: reply.code, ...(reply.data as unknown as SubDeviceRegistration) };
};

test('what it has bound it is told again, by the names that devices know', async () => {
  expect(await bind(['sub1', 'sub2', 'sub1'])).toEqual({ code: 200, data: [sub('sub1'), sub('sub2')] });
  expect(await bind(['sub1'])).toEqual({ code: 200, data: [sub('sub1')] });
  expect(await listOf()).toEqual([sub('sub1'), sub('sub2')]);
  expect(await listOf(g2())).toEqual([]);
});

test('a sub-device moves to the gateway device that binds it, and the other hears of it', async () => {
  await bind(['sub1', 'sub2']);
  const told: string[] = [];
  const listening = await bed.hear(`device.down.aliyunMqtt.gateway.${gateways}.*`, (body, subject) => {
    told.push(`${subject.split('.').at(-1)} ${String(body['method'])} ${JSON.stringify(body['payload'])}`);
  });
  expect(await bind(['sub2'], g2())).toMatchObject({ code: 200 });
  expect([await listOf(), await listOf(g2())]).toEqual([[sub('sub1')], [sub('sub2')]]);
  await eventually(() =>
    expect(told).toEqual([
      `gate1 change {"status":2,"devices":[{"productID":"${subs}","deviceName":"sub2","deviceAlias":""}]}`,
    ]),
  );
  await listening.stop();
});

test('all are bound or none: unknown, disabled, itself, too many', async () => {
  await bed.device(subs, 'disabled');
  await bed.devices.deviceInfoUpdate({ productID: subs, deviceName: 'disabled', isEnable: 2 });
  expect(await bind(['sub1', 'nobody'])).toEqual({ code: 6100 });
  expect(await bind(['sub1', 'disabled'])).toEqual({ code: 6204 });
  const itself = { productKey: gateways, deviceName: 'gate1' };
  expect(await topology.ask({ kind: 'topology.bind', devices: [itself] }, g1())).toEqual({ code: 6402 });
  expect(await bind(['sub1', 'sub2'], g1(), topologyWith(1))).toEqual({ code: 6400 });
  expect(await listOf()).toEqual([]);
  expect(await bind(['sub1', 'sub2'], g1(), topologyWith(2))).toMatchObject({ code: 200 });
});

test('products that its dm takes for no gateway, or for no sub-device, are refused by name', async () => {
  const plain = await bed.product();
  await bed.device(plain, 'plain1');
  expect(await bind(['sub1'], { productID: plain, deviceName: 'plain1' })).toEqual({
    code: 6831,
    message: 'unitedrhino’s dm attaches nothing to a device whose product is no gateway',
  });
  const devices = [{ productKey: plain, deviceName: 'plain1' }];
  expect(await topology.ask({ kind: 'topology.bind', devices }, g1())).toMatchObject({
    code: 6831,
    message: expect.stringContaining(`${plain} is no product of such`),
  });
});

test('all are taken away or none', async () => {
  await bind(['sub1']);
  const remove = (...names: string[]) => topology.ask({ kind: 'topology.delete', devices: names.map(sub) }, g1());
  expect(await remove('sub1', 'nobody')).toEqual({ code: 6100 });
  expect(await remove('sub1', 'sub2')).toEqual({ code: 6401 });
  expect(await listOf()).toEqual([sub('sub1')]);
  expect(await remove('sub1', 'sub1')).toEqual({ code: 200, data: [sub('sub1')] });
  expect(await listOf()).toEqual([]);
});

test('existing ones are registered with their secret, others are made, and only those are deleted again', async () => {
  const { registered, code } = await register(['sub1', 'made1']);
  const secretOf = (deviceName: string) => bed.rhino.dm.state.device({ productID: subs, deviceName })?.secret;
  expect(code).toBe(200);
  expect(registered).toEqual(
    ['sub1', 'made1'].map((name) => ({
      ...sub(name),
      iotId: expect.stringMatching(/^[0-9a-f]{24}$/),
      deviceSecret: secretOf(name),
    })),
  );
  expect((await register(['sub1'])).registered[0]!.iotId).toBe(registered[0]!.iotId);
  await bind(['sub1', 'made1']);
  const unregister = (gateway: typeof g1, ...names: string[]) =>
    topology.ask({ kind: 'topology.unregister', devices: names.map(sub) }, gateway());
  expect(await unregister(g2, 'made1')).toEqual({ code: 6401 });
  await register(['used1']);
  bed.rhino.dm.state.device({ productID: subs, deviceName: 'used1' })!.firstLogin = 1_700_000_000_000;
  expect(await unregister(g1, 'sub1', 'made1', 'used1')).toEqual({ code: 200, data: {} });
  expect(['sub1', 'made1', 'used1'].map(secretOf)).toEqual([expect.any(String), undefined, expect.any(String)]);
  expect(await listOf()).toEqual([]);
});

test('a registration stands as a whole, or each by itself', async () => {
  await bind(['sub1'], g2());
  expect(await register(['fresh1', 'sub1'])).toEqual({
    code: 6619,
    registered: [],
    refused: [{ ...sub('sub1'), code: 6619 }],
  });
  expect(bed.rhino.dm.state.device({ productID: subs, deviceName: 'fresh1' })).toBeUndefined();
  expect(await register(['fresh1', 'sub1', 'bad.name'], { partial: true })).toMatchObject({
    code: 200,
    registered: [sub('fresh1')],
    refused: [
      { ...sub('sub1'), code: 6619 },
      { ...sub('bad.name'), code: 6280, message: expect.stringContaining('creates no device of that name') },
    ],
  });
});

test('the product of a sub-device says who may be registered', async () => {
  const setting = (autoRegister: number) =>
    bed.dm.client(services.productManage).productInfoUpdate({ productID: subs, autoRegister });
  await setting(1);
  expect(await register(['sub1'])).toMatchObject({ code: 6288 });
  await setting(2);
  expect(await register(['sub1'])).toMatchObject({ code: 200 });
  expect(await register(['unmade'])).toMatchObject({ code: 6100 });
  await setting(3);
  const of = (productKey: string) =>
    topology.ask({ kind: 'topology.register', devices: [{ productKey, deviceName: 'other1' }] }, g1());
  expect(await of('nowhere')).toMatchObject({ code: 6250 });
  expect(await of(gateways)).toMatchObject({ code: 460, message: expect.stringContaining('none of sub-devices') });
  const asSubDevice = { productID: subs, deviceName: 'sub1' };
  expect(await register(['sub2'], {}, asSubDevice)).toMatchObject({ code: 460 });
});

test('what a gateway device has seen goes by the names of its dm, if that takes such devices', async () => {
  expect(await topology.seen([sub('sub1'), sub('new')], g1())).toEqual([
    { productID: subs, deviceName: 'sub1' },
    { productID: subs, deviceName: 'new' },
  ]);
  expect(await topology.seen([{ productKey: 'nowhere', deviceName: 'x' }], g1())).toEqual({ code: 6250 });
  expect(await topology.seen([{ productKey: gateways, deviceName: 'gate2' }], g1())).toMatchObject({ code: 6831 });
});
