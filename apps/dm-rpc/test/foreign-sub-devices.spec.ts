/** Gateway devices behind a gateway of another protocol: their topology, and who comes and goes through them, over a real NATS. */
import { createHmac } from 'node:crypto';
import { Code } from '@alink/contract';
import { eventually } from '@alink/testing';
import { PROTOCOL, startForeign, type Down, type ForeignFixture } from './foreign-gateway';

const g1 = { productID: 'fgws', deviceName: 'gate1' };
const g2 = { productID: 'fgws', deviceName: 'gate2' };
const plain = { productID: 'fplain', deviceName: 'plain1' };
const sub = (deviceName: string) => ({ productID: 'fsubs', deviceName });
const [s1, s2] = [sub('sub1'), sub('sub2')];
type Named = typeof s1;

let fixture: ForeignFixture;
beforeAll(async () => {
  fixture = await startForeign();
  const { products, devices } = fixture.dm;
  const product = (productID: string, deviceType: string, autoRegister = '3') =>
    products.productInfoCreate({ productID, productName: productID, protocolCode: PROTOCOL, deviceType, autoRegister });
  await product('fgws', '2');
  await product('fsubs', '3');
  await product('fclosed', '3', '1');
  await product('fplain', '1');
  for (const device of [g1, g2, plain, s1, s2]) await devices.deviceInfoCreate(device);
});
afterAll(() => fixture?.stop());
beforeEach(() => fixture.dm.db.prisma.subDevice.deleteMany());

let token = 0;
/** Sends it as `gateway` of a gateway device. @returns the message that comes back, its token left out */
const say = async (gateway: Named, type: string, method: string, devices?: readonly object[], sys = {}) => {
  const msgToken = `g${++token}`;
  const payload = devices && { devices };
  const down = await fixture.gateway.ask('gateway', type, { method, msgToken, payload, sys }, gateway);
  const { msgToken: answered, ...message } = (down as Down).message;
  expect([answered, message['method']]).toEqual([msgToken, method]);
  return message;
};
const topo = (gateway: Named, method: string, devices?: readonly object[], sys = {}) =>
  say(gateway, 'topo', method, devices, sys);
const told = (...devices: readonly Named[]) => devices.map((device) => ({ ...device, deviceAlias: '' }));
const read = (device: Named) => fixture.dm.devices.deviceInfoRead(device);
const secretOf = async (device: Named): Promise<string> => (await read(device)).secret;
const signed = async (device: Named, secret?: string) => ({
  ...device,
  signature: createHmac('sha1', Buffer.from(secret ?? (await secretOf(device)), 'base64'))
    .update(`${device.productID};${device.deviceName};7;1700000000`)
    .digest('hex'),
  random: 7,
  timestamp: 1_700_000_000,
  signMethod: 'hmacsha1',
});
const bind = async (gateway: Named, ...devices: readonly Named[]) =>
  topo(gateway, 'bind', await Promise.all(devices.map((device) => signed(device))));
const subDevicesOf = async (gateway: Named) => (await fixture.dm.devices.deviceGatewayIndex({ gateway })).list;

test('bind: those that are signed and attached to none; others are passed over, and named all the same', async () => {
  expect(await bind(g1, s1)).toEqual({ method: 'bind', code: 200, payload: { devices: told(s1) } });
  expect(await bind(g2, s2, s1)).toEqual({ method: 'bind', code: 200, payload: { devices: told(s2, s1) } });
  expect([await subDevicesOf(g1), await subDevicesOf(g2)]).toEqual([[s1], [s2]]);
});

test('bind: a wrong signature, none, and products of the wrong kind are refused, and nothing is attached', async () => {
  const wrong = await signed(s1, 'AAAA');
  expect(await topo(g1, 'bind', [await signed(s2), wrong])).toEqual({ method: 'bind', code: Code.wrongSecret });
  expect(await topo(g1, 'bind', [wrong], { retMsg: true })).toMatchObject({ msg: expect.stringMatching(/signature/) });
  expect(await topo(g1, 'bind', [s1])).toEqual({ method: 'bind', code: Code.parameter });
  expect(await bind(plain, s1)).toMatchObject({ code: Code.parameter });
  expect(await bind(g1, plain)).toMatchObject({ code: Code.parameter });
  expect(await topo(g1, 'bind', [{ ...s1, deviceName: 5 }])).toMatchObject({ code: Code.parameter });
  expect(await topo(g1, 'bind')).toMatchObject({ code: Code.parameter });
  expect(await subDevicesOf(g1)).toEqual([]);
});

test('getTopo and unbind: all of a list, or none', async () => {
  await bind(g1, s1);
  expect(await topo(g1, 'getTopo')).toEqual({
    method: 'getTopo',
    code: 200,
    payload: { devices: told(s1).map((device) => ({ ...device, code: 200 })) },
  });
  expect(await topo(g1, 'unbind', [s1, s2])).toEqual({ method: 'unbind', code: Code.permission });
  expect(await topo(g1, 'unbind', [s1])).toEqual({ method: 'unbind', code: 200, payload: { devices: told(s1) } });
  expect(await topo(g1, 'getTopo')).toEqual({ method: 'getTopo', code: 200, payload: {} });
});

test('register: each stands by itself, and none of their secrets stands in a log', async () => {
  await bind(g2, s2);
  const fresh = sub('fresh1');
  const answer = await topo(g1, 'register', [s1, fresh, s2]);
  expect(answer).toMatchObject({ method: 'register', code: Code.alreadyBound });
  expect(answer['payload']).toEqual({
    devices: [
      { ...told(s1)[0], deviceSecret: await secretOf(s1), code: 200, msg: 'success' },
      { ...told(fresh)[0], deviceSecret: await secretOf(fresh), code: 200, msg: 'success' },
      { ...told(s2)[0], code: Code.alreadyBound, msg: expect.any(String) },
    ],
  });
  const secrets = [await secretOf(s1), await secretOf(fresh)];
  await eventually(async () => {
    const { list } = await fixture.dm.data.hubLogIndex({ ...g1, actions: ['gateway'] });
    const lines = JSON.stringify(list);
    expect(lines).toContain('register');
    for (const secret of secrets) expect(lines).not.toContain(secret);
  });
});

test('register: products that make no devices, and those that are not there', async () => {
  const refused = { method: 'register', code: Code.parameter };
  expect(await topo(g1, 'register', [{ productID: 'fclosed', deviceName: 'new1' }])).toEqual(refused);
  expect(await topo(g1, 'register', [{ productID: 'nowhere', deviceName: 'new1' }])).toEqual(refused);
  expect(await topo(g1, 'register', [])).toEqual(refused);
});

test('found: what may be attached, until it is', async () => {
  expect(await topo(g1, 'found', [s1, s2, sub('never-seen')])).toEqual({ method: 'found', code: 200 });
  await bind(g2, s2);
  const { subDevices } = await fixture.dm.data.gatewayCanBindIndex({ gateway: g1 });
  expect(subDevices).toEqual([sub('never-seen'), s1]);
  expect(await topo(g1, 'found', [plain])).toEqual({ method: 'found', code: Code.parameter });
  expect(await topo(plain, 'found', [s1])).toEqual({ method: 'found', code: Code.parameter });
});

test('online and offline: those that are attached, whatever else is named; and with their gateway device', async () => {
  await bind(g1, s1);
  const status = (method: string, ...devices: readonly Named[]) => say(g1, 'status', method, devices);
  const isOnline = async (device: Named) => (await read(device)).isOnline === '1';
  fixture.gateway.status('connected', { ...g1, clientID: 'fgws&gate1' });
  await eventually(async () => expect(await isOnline(g1)).toBe(true));
  expect(await status('online', s1)).toEqual({ method: 'online', code: 200, payload: { devices: told(s1) } });
  await eventually(async () => expect(await isOnline(s1)).toBe(true));
  expect(await status('offline', s1, s2)).toMatchObject({ code: Code.notBound, payload: { devices: told(s1, s2) } });
  await eventually(async () => expect(await isOnline(s1)).toBe(false));
  await status('online', s1);
  await eventually(async () => expect(await isOnline(s1)).toBe(true));
  fixture.gateway.status('disconnected', { ...g1, clientID: 'fgws&gate1' });
  await eventually(async () => expect([await isOnline(g1), await isOnline(s1)]).toEqual([false, false]));
});

describe('one that leaves its gateway device while it is online through it is offline', () => {
  const isOnline = async (device: Named) => (await read(device)).isOnline === '1';
  const online = async (): Promise<void> => {
    await bind(g1, s1, s2);
    await say(g1, 'status', 'online', [s1, s2]);
    await eventually(async () => expect([await isOnline(s1), await isOnline(s2)]).toEqual([true, true]));
  };

  const isNotNotify = true;

  test.each([
    ['by its own word', () => topo(g1, 'unbind', [s1])],
    ['by an operator', () => fixture.dm.devices.deviceGatewayMultiDelete({ gateway: g1, list: [s1], isNotNotify })],
    [
      'for another one, which the first one hears',
      async () => {
        await fixture.dm.devices.deviceGatewayMultiUpdate({ gateway: g2, list: [s1], isNotNotify });
        await eventually(() => expect(fixture.gateway.downs.at(-1)?.message).toMatchObject({ method: 'change' }));
      },
    ],
  ])('%s; others stay', async (_how, leave) => {
    await online();
    await leave();
    await eventually(async () => expect(await isOnline(s1)).toBe(false));
    expect(await isOnline(s2)).toBe(true);
    const { statusLog } = fixture.dm.db.prisma;
    expect(await statusLog.findFirst({ where: { device: s1 }, orderBy: { id: 'desc' } })).toMatchObject({
      reason: 'gateway unbind',
      via: 'fgws/gate1',
    });
  });
});

test('what is served to none of them hears so', async () => {
  expect(await say(g1, 'thing', 'getSchema')).toEqual({ method: 'getSchema', code: Code.notImplemented });
});
