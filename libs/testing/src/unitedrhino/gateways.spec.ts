/** Gateway devices and sub-devices of the played dm.rpc: each answer as unitedrhino's own dmsvr 1.6.10 gave it. */
import { createHmac } from 'node:crypto';
import { startEtcd, type TestEtcd } from '../etcd-server';
import { eventually } from '../eventually';
import { startNats, type TestNats } from '../nats-server';
import { RhinoBus, type BusMessage } from './bus/rhino-bus';
import { deviceKey } from './caller/notices';
import { RhinoClient, type Answer } from './caller/rhino-client';
import type { DeviceRef } from './dm/state';
import { ForeignGateway } from './foreign-gateway';
import { startUnitedrhino, type Unitedrhino } from './unitedrhino';

const g1 = { productID: 'gws', deviceName: 'g1' };
const g2 = { productID: 'gws', deviceName: 'g2' };
const s1 = { productID: 'subs', deviceName: 's1' };
const s2 = { productID: 'subs', deviceName: 's2' };
const plain = { productID: 'plain', deviceName: 'd1' };

let etcd: TestEtcd;
let nats: TestNats;
let rhino: Unitedrhino;
let dm: RhinoClient;
let timedjob: RhinoClient;
let node: ForeignGateway;
let listener: RhinoBus;
const news: BusMessage[] = [];

beforeAll(async () => {
  [etcd, nats] = await Promise.all([startEtcd(), startNats()]);
  rhino = await startUnitedrhino({ etcd: etcd.hosts, nats: nats.url });
  dm = new RhinoClient(rhino.dm.address);
  timedjob = new RhinoClient(rhino.timedjob.address, null);
  const product = (productID: string, deviceType: number, autoRegister = 3) =>
    dm.call('dm.ProductManage/productInfoCreate', {
      productID,
      productName: productID,
      protocolCode: 'lxSdk',
      deviceType,
      autoRegister,
    });
  await product('gws', 2);
  await product('subs', 3);
  await product('closed', 3, 1);
  await product('plain', 1);
  const tsl = JSON.stringify({ properties: [{ identifier: 'temp', name: 't', mode: 'rw', define: { type: 'int' } }] });
  await dm.call('dm.ProductManage/productSchemaTslImport', { productID: 'subs', tsl });
  for (const device of [g1, g2, s1, s2, plain]) await dm.call('dm.DeviceManage/deviceInfoCreate', device);
  node = await ForeignGateway.start({ code: 'lxSdk', dm, timedjob, nats: nats.url });
  listener = await RhinoBus.connect({ url: nats.url, mode: 'nats', service: 'listener' });
  for (const subject of ['application.>', 'server.>']) {
    await listener.subscribe(subject, (message) => void news.push(message));
  }
});
afterAll(async () => {
  dm?.close();
  timedjob?.close();
  await node?.stop();
  await listener?.close();
  await rhino?.stop();
  await Promise.all([etcd?.stop(), nats?.stop()]);
});
beforeEach(() => {
  rhino.dm.state.attachments = [];
  node.heard.length = 0;
  news.length = 0;
});

const manage = (method: string, request: object): Promise<Answer> => dm.call(`dm.DeviceManage/${method}`, request);
const attach = (gateway: DeviceRef, list: readonly DeviceRef[], more: object = { isNotNotify: true }) =>
  manage('deviceGatewayMultiCreate', { gateway, list, ...more });
const subDevicesOf = async (gateway: DeviceRef): Promise<DeviceRef[]> =>
  (await manage('deviceGatewayIndex', { gateway }))['list'];
const info = (device: DeviceRef, withGateway = false) => manage('deviceInfoRead', { ...device, withGateway });
const isOnline = async (device: DeviceRef): Promise<boolean> => (await info(device))['isOnline'] === '1';
/** The news on that subject: what each is about. */
const about = (subject: string): string[] => news.filter((one) => one.subject === subject).map(({ data }) => data);

describe('calls', () => {
  test('attach what is attached to none; what is elsewhere is passed over, and so is whether it exists', async () => {
    const nobody = { ...s1, deviceName: 'nobody' };
    await attach(g1, [s1, nobody]);
    await attach(g2, [s1, s2]);
    expect(await subDevicesOf(g1)).toEqual([s1, nobody]);
    expect(await subDevicesOf(g2)).toEqual([s2]);
    expect(await manage('deviceGatewayIndex', { subDevice: s2 })).toMatchObject({ list: [g2], total: '1' });
    expect(await manage('deviceGatewayIndex', { subDevice: plain })).toMatchObject({ list: [], total: '0' });
    await eventually(() => expect(about('server.cache.sync.cache:dm:device')).toEqual([deviceKey(s1), deviceKey(s2)]));
  });

  test('refuse products of the wrong type, and what is not there', async () => {
    const refusal = (code: number, message: string, details?: string[]) =>
      expect.objectContaining({ code, message: expect.stringContaining(message), ...(details && { details }) });
    await expect(attach(g1, [plain])).rejects.toEqual(refusal(100006, '网关只能绑定子设备类型'));
    await expect(attach(plain, [s1])).rejects.toEqual(refusal(100006, '子设备只能由网关设备进行绑定'));
    const elsewhere = { productID: 'nowhere', deviceName: 'x' };
    await expect(attach(g1, [elsewhere])).rejects.toEqual(refusal(100006, '参数错误', ['有设备的产品不存在']));
    await expect(attach(elsewhere, [s1])).rejects.toEqual(refusal(100009, '未查询到'));
    await expect(attach({ ...g1, deviceName: 'x' }, [s1])).rejects.toEqual(refusal(100009, '未查询到'));
  });

  test('detach all of a list or none, and take those offline', async () => {
    await attach(g1, [s1]);
    await node.connected(s1);
    await eventually(async () => expect(await isOnline(s1)).toBe(true));
    const detach = (list: readonly DeviceRef[]) =>
      manage('deviceGatewayMultiDelete', { gateway: g1, list, isNotNotify: true });
    await expect(detach([s1, s2])).rejects.toMatchObject({ code: 100012 });
    await expect(detach([s1, s1])).rejects.toMatchObject({ code: 100012 });
    expect(await subDevicesOf(g1)).toEqual([s1]);
    await detach([s1]);
    expect(await subDevicesOf(g1)).toEqual([]);
    expect(await isOnline(s1)).toBe(false);
  });

  test('an update adds, whoever has it, and takes none away', async () => {
    await attach(g1, [s1]);
    await manage('deviceGatewayMultiUpdate', { gateway: g1, list: [s2], isNotNotify: true });
    await manage('deviceGatewayMultiUpdate', { gateway: g2, list: [s2], isNotNotify: true });
    expect(await subDevicesOf(g1)).toEqual([s1, s2]);
    expect(await subDevicesOf(g2)).toEqual([s2]);
  });

  test('tell the gateway device of a change, unless they are not to', async () => {
    await attach(g1, [s1], {});
    await manage('deviceGatewayMultiDelete', { gateway: g1, list: [s1] });
    await eventually(() => expect(node.received('change')).toHaveLength(2));
    expect(node.received('change').map(({ body }) => body)).toEqual(
      [1, 2].map((status) => ({
        method: 'change',
        msgToken: expect.stringMatching(/^[0-9a-f]+$/),
        code: 200,
        payload: { status, devices: [{ ...s1, deviceAlias: '' }] },
      })),
    );
    expect(node.received('change')[0]!.publish).toMatchObject({ handle: 'gateway', type: 'topo', ...g1 });
    // The sub-device hears into whose project it has come.
    expect(node.received('bindChange')).toMatchObject([{ publish: { handle: 'thing', type: 'service', ...s1 } }]);
  });

  test('a sub-device is read with its gateway device where that is asked for', async () => {
    await attach(g1, [s1]);
    expect(await info(s1, true)).toMatchObject({ ...s1, deviceType: '3', Gateway: g1 });
    expect((await info(s1))['Gateway']).toBeNull();
    const { list } = await manage('deviceInfoIndex', { devices: [s1, s2], withGateway: true });
    expect(Object.fromEntries(list.map((one: Answer) => [one['deviceName'], one['Gateway']]))).toMatchObject({
      s1: g1,
      s2: null,
    });
    await manage('deviceInfoDelete', { ...g1, deviceName: 'g1' });
    expect((await info(s1, true))['Gateway']).toBeNull();
    expect(rhino.dm.state.attachments).toEqual([]);
    await manage('deviceInfoCreate', g1);
  });

  test('ask a gateway device that is online, and hear what it says', async () => {
    const notify = dm.call('dm.DeviceInteract/gatewayNotifyBindSend', { gateway: g1, subDevices: [s1] });
    await expect(notify).rejects.toMatchObject({ code: 2000003 });
    await node.connected(g1);
    await eventually(async () => expect(await isOnline(g1)).toBe(true));
    const answered = async (method: string, code: number): Promise<void> => {
      await eventually(() => expect(node.received(method)).toHaveLength(1));
      const { msgToken } = node.received(method)[0]!.body;
      await node.uplink(g1, 'gateway', 'topo', { method, msgToken, code, sys: { noAsk: true } });
    };
    const found = dm.call('dm.DeviceInteract/gatewayGetFoundSend', g1);
    await answered('getFound', 200);
    expect(await found).toEqual({});
    const refused = dm.call('dm.DeviceInteract/gatewayNotifyBindSend', { gateway: g1, subDevices: [s1] });
    const refusal = expect(refused).rejects.toMatchObject({ code: 2000004 });
    await answered('notifyBind', 500);
    await refusal;
    expect(node.received('notifyBind')[0]!.body).toMatchObject({
      payload: { devices: [{ ...s1, deviceAlias: '' }] },
    });
  });
});

describe('the end of a gateway device', () => {
  const online = async (...devices: readonly DeviceRef[]): Promise<void> => {
    for (const device of devices) await node.connected(device);
    for (const device of devices) await eventually(async () => expect(await isOnline(device)).toBe(true));
  };

  test('is that of the sub-devices that are attached to it, and applications hear of it once more for each', async () => {
    await attach(g1, [s1]);
    await online(g1, s1, s2);
    await node.disconnected(g1);
    await eventually(async () => expect(await isOnline(s1)).toBe(false));
    expect(await isOnline(s2)).toBe(true);
    const ends = (of: string): string[] =>
      about(`application.device.${of}.status.disconnected`).filter((data) => data.includes('"status":2'));
    await eventually(() => expect([ends('gws.g1').length, ends('subs.s1').length]).toEqual([2, 1]));
  });

  test('leaves them where its product wants it so', async () => {
    await attach(g1, [s1]);
    await dm.call('dm.ProductManage/productInfoUpdate', { productID: 'gws', subDeviceOnlineHandle: 2 });
    await online(g1, s1);
    await node.disconnected(g1);
    await eventually(async () => expect(await isOnline(g1)).toBe(false));
    expect(await isOnline(s1)).toBe(true);
    await dm.call('dm.ProductManage/productInfoUpdate', { productID: 'gws', subDeviceOnlineHandle: 1 });
  });

  test('a sub-device is commanded while it is attached and online', async () => {
    await online(s1);
    const control = { ...s1, data: '{"temp":3}' };
    const send = () => dm.call('dm.DeviceInteract/propertyControlSend', control);
    await expect(send()).rejects.toMatchObject({ code: 100009 });
    await attach(g1, [s1]);
    expect(await send()).toMatchObject({ code: '200' });
    expect(node.received('control')[0]!.publish).toMatchObject({ handle: 'thing', ...s1 });
  });
});

describe('on the bus', () => {
  /** Sends it as `gateway` of the gateway device. @returns the body that comes back */
  const say = async (gateway: DeviceRef, type: string, body: object): Promise<unknown> => {
    const before = node.heard.filter(({ publish }) => publish.handle === 'gateway').length;
    await node.uplink(gateway, 'gateway', type, { msgToken: 't', ...body });
    return eventually(() => {
      const heard = node.heard.filter(({ publish }) => publish.handle === 'gateway');
      expect(heard).toHaveLength(before + 1);
      return heard.at(-1)!.body;
    });
  };
  const told = (...devices: readonly DeviceRef[]) => devices.map((device) => ({ ...device, deviceAlias: '' }));
  const signed = (device: DeviceRef, secret = rhino.dm.state.device(device)!.secret) => ({
    ...device,
    signature: createHmac('sha1', Buffer.from(secret, 'base64'))
      .update(`${device.productID};${device.deviceName};7;1700000000`)
      .digest('hex'),
    random: 7,
    timestamp: 1_700_000_000,
    signMethod: 'hmacsha1',
  });

  test('bind: by the signature of the sub-device; one that another has is passed over, and named all the same', async () => {
    const bind = (gateway: DeviceRef, devices: readonly object[], more: object = {}) =>
      say(gateway, 'topo', { method: 'bind', payload: { devices }, ...more });
    const done = { method: 'bind', msgToken: 't', code: 200 };
    expect(await bind(g1, [signed(s1)])).toEqual({ ...done, payload: { devices: told(s1) } });
    expect(await bind(g1, [signed(s1)], { sys: { retMsg: true } })).toMatchObject({ code: 200, msg: '成功' });
    expect(await bind(g2, [signed(s2), signed(s1)])).toEqual({ ...done, payload: { devices: told(s2, s1) } });
    expect(await subDevicesOf(g2)).toEqual([s2]);
    rhino.dm.state.attachments = [];
    expect(await bind(g1, [signed(s1, 'AAAA')], { sys: { retMsg: true } })).toEqual({
      ...done,
      code: 1000004,
      msg: '账号或密码错误',
    });
    expect(await bind(g1, [s1])).toEqual({ ...done, code: 100006 });
  });

  test('getTopo and unbind', async () => {
    await attach(g1, [s1]);
    const devices = told(s1).map((device) => ({ ...device, code: 200 }));
    const get = (gateway: DeviceRef) => say(gateway, 'topo', { method: 'getTopo' });
    expect(await get(g1)).toEqual({ method: 'getTopo', msgToken: 't', code: 200, payload: { devices } });
    expect(await get(plain)).toEqual({ method: 'getTopo', msgToken: 't', code: 200, payload: {} });
    const unbind = (...list: readonly DeviceRef[]) => say(g1, 'topo', { method: 'unbind', payload: { devices: list } });
    expect(await unbind(s1)).toEqual({ method: 'unbind', msgToken: 't', code: 200, payload: { devices: told(s1) } });
    expect(await unbind(s1)).toEqual({ method: 'unbind', msgToken: 't', code: 100012 });
    expect(node.received('change')).toEqual([]);
  });

  test('register: existing ones and new ones have their secrets told, each stands by itself', async () => {
    const register = (gateway: DeviceRef, devices: readonly object[]) =>
      say(gateway, 'topo', { method: 'register', payload: { devices } });
    const fresh = { productID: 'subs', deviceName: 'fresh' };
    const secretOf = (device: DeviceRef) => rhino.dm.state.device(device)!.secret;
    const registered = await register(g1, [s1, fresh]);
    const success = { deviceAlias: '', code: 200, msg: 'error.sys.success' };
    expect(registered).toEqual({
      method: 'register',
      msgToken: 't',
      code: 200,
      payload: { devices: [s1, fresh].map((device) => ({ ...device, ...success, deviceSecret: secretOf(device) })) },
    });
    await attach(g1, [s1]);
    expect(await register(g2, [s1, { productID: 'subs', deviceName: 'bad name' }])).toMatchObject({
      code: 100006,
      payload: { devices: [{ code: 2000005, msg: 'error.device.deviceAlreadyBound' }, { code: 100006 }] },
    });
    const refused = { method: 'register', msgToken: 't', code: 100006 };
    expect(await register(g1, [{ productID: 'closed', deviceName: 'n' }])).toEqual(refused);
    expect(await register(g1, [{ productID: 'nowhere', deviceName: 'n' }])).toEqual(refused);
  });

  test('found: those that may be attached are kept', async () => {
    await attach(g2, [s2]);
    const found = (devices: readonly object[]) => say(g1, 'topo', { method: 'found', payload: { devices } });
    expect(await found([s1, s2])).toEqual({ method: 'found', msgToken: 't', code: 200 });
    expect(rhino.dm.state.found.get('gws/g1')?.devices).toEqual([s1]);
    expect(await found([plain])).toEqual({ method: 'found', msgToken: 't', code: 100006 });
  });

  test('online and offline: of those that are attached, whatever else is named', async () => {
    await attach(g1, [s1]);
    const status = (method: string, ...devices: readonly DeviceRef[]) =>
      say(g1, 'status', { method, payload: { devices } });
    expect(await status('online', s1)).toEqual({
      method: 'online',
      msgToken: 't',
      code: 200,
      payload: { devices: told(s1) },
    });
    expect(await isOnline(s1)).toBe(true);
    expect(await status('offline', s1, s2)).toMatchObject({ code: 2000006, payload: { devices: told(s1, s2) } });
    expect(await isOnline(s1)).toBe(false);
    expect(await status('online')).toEqual({ method: 'online', msgToken: 't', code: 2000006, payload: {} });
    expect(await isOnline(s1)).toBe(true);
    expect(await status('whatever', s1)).toMatchObject({ code: 100006 });
  });

  test('what it does not answer comes back as null, and what it takes for granted ends its handler', async () => {
    expect(await say(g1, 'topo', { method: 'getTopo', sys: { noAsk: true } })).toEqual({});
    expect(await say(g1, 'topo', { method: 'getFound' })).toEqual({});
    expect(await say(g1, 'other', { method: 'x' })).toEqual({});
    await node.uplink(g1, 'gateway', 'topo', { method: 'bind', msgToken: 't' });
    await eventually(() => expect(rhino.dm.complaints).toEqual(['device.up.gateway.gws.g1: 系统错误']));
  });

  test('a pack of a gateway device has values of its sub-devices, and of no other', async () => {
    await attach(g1, [s1]);
    const samples = { properties: [{ params: { temp: 5 }, timestamp: Date.now() }], events: [] };
    const subDevices = [s1, s2].map((device) => ({ ...device, ...samples }));
    await node.uplink(g1, 'thing', 'property', { method: 'packReport', msgToken: 'p', subDevices });
    await eventually(() => expect(node.received('packReportReply')).toMatchObject([{ body: { code: 200 } }]));
    expect(rhino.dm.state.dataOf(s1).latest.get('temp')?.value).toBe(5);
    expect(rhino.dm.state.dataOf(s2).latest.get('temp')).toBeUndefined();
  });
});
