/** What gateway devices are told to do: those of Alink through a node of ours, others in the form of their protocol. */
import { readDevicePublish, subjects, writeDevicePublish, type DevicePublish } from '@alink/contract';
import { eventually } from '@alink/testing';
import { rpcError, sendStatus, type DmFixture } from './dm-fixture';
import { NAMES as FOREIGN, PROTOCOL, startForeign, type ForeignFixture } from './foreign-gateway';
import { createTopology, ONE, sensors, SENSORS, SENSORS_KEY, TWO } from './topology-fixture';

let foreign: ForeignFixture;
let fixture: DmFixture;
/** What the node of {@link ONE} has got, and what its device answers. */
const got: { publish: DevicePublish; message: Record<string, unknown> }[] = [];
let answer: { code: number; msg?: string } | undefined;

beforeAll(async () => {
  foreign = await startForeign();
  fixture = foreign.dm;
  await createTopology(fixture, 'lamp', 'door');
  fixture.bus.subscribe(subjects.downOfDevice(ONE.productID, ONE.deviceName), ({ data, respond }) => {
    const publish = readDevicePublish(data);
    const message = JSON.parse(publish.payload.toString()) as Record<string, unknown>;
    got.push({ publish, message });
    const body = { method: 'requestReply', msgToken: String(message['msgToken']), timestamp: 1, ...answer };
    if (answer) respond?.(writeDevicePublish({ ...publish, body } as never, 1));
  });
  await sendStatus(fixture.bus, { action: 'connected' }, ONE);
  foreign.gateway.status('connected');
  await eventually(async () => {
    for (const device of [ONE, FOREIGN]) expect((await fixture.devices.deviceInfoRead(device)).isOnline).toBe('1');
  });
}, 60_000); // starts NATS and a database
afterAll(() => foreign?.stop());
beforeEach(() => {
  got.length = 0;
  answer = { code: 200 };
  foreign.gateway.downs.length = 0;
  foreign.gateway.answers = () => ({ code: 200 });
});

const notify = (request: object) => fixture.interact.gatewayNotifyBindSend(request);

describe('a gateway device of Alink', () => {
  test('lets sub-devices join for a minute, of whatever product', async () => {
    expect(await fixture.interact.gatewayGetFoundSend(ONE)).toEqual({});
    expect(got).toMatchObject([
      {
        publish: { ...ONE, handle: 'thing', type: 'request' },
        message: { method: 'request', path: 'thing/gateway/permit', params: { productKey: '', time: 60 } },
      },
    ]);
    const { list } = await fixture.data.sendLogIndex(ONE);
    expect(list[0]).toMatchObject({ action: 'gatewayGetFoundSend', dataID: 'thing/gateway/permit', resultCode: '200' });
  });

  test('lets those of one product join, for as long as is said', async () => {
    const permit = (over: object) => fixture.admin.permitJoin({ ...ONE, ...over });
    await permit({ subProductID: SENSORS, seconds: 3600 });
    expect(got[0]!.message).toMatchObject({
      path: 'thing/gateway/permit',
      params: { productKey: SENSORS_KEY, time: 3600 },
    });
    await permit({});
    expect(got[1]!.message).toMatchObject({ params: { productKey: '', time: 60 } });
    await expect(permit({ subProductID: 'none' })).rejects.toEqual(rpcError(100006, 'product none does not exist'));
    for (const seconds of [3601, -1]) {
      await expect(permit({ seconds })).rejects.toEqual(rpcError(100006, 'seconds must be 1 to 3600'));
    }
  });

  test('is told which sub-devices to attach, by the keys that devices know', async () => {
    await fixture.products.productInfoCreate({
      productID: 'plain',
      productName: 'p',
      protocolConf: { productID: 'a1K' },
    });
    await notify({ gateway: ONE, subDevices: [...sensors('lamp'), { productID: 'plain', deviceName: 'tobe' }] });
    expect(got[0]!.message).toMatchObject({
      method: 'request',
      path: 'thing/topo/add/notify',
      params: [
        { productKey: SENSORS_KEY, deviceName: 'lamp' },
        { productKey: 'a1K', deviceName: 'tobe' },
      ],
    });
  });

  test('that refuses, that is silent, that is offline', async () => {
    answer = { code: 460, msg: 'no' };
    await expect(notify({ gateway: ONE, subDevices: sensors('lamp') })).rejects.toMatchObject({
      code: 2000004,
      message: 'the device answered 460: no',
      details: ['460'],
    });
    answer = undefined;
    await expect(fixture.interact.gatewayGetFoundSend(ONE, { deadlineMs: 900 })).rejects.toEqual(
      rpcError(2000002, 'in time'),
    );
    await expect(fixture.interact.gatewayGetFoundSend(TWO)).rejects.toEqual(rpcError(2000003, 'offline'));
  });

  test('that does not exist, and notices of nothing', async () => {
    const none = { ...ONE, deviceName: 'none' };
    await expect(fixture.interact.gatewayGetFoundSend(none)).rejects.toEqual(rpcError(100009, 'device none'));
    await expect(notify({ gateway: none, subDevices: sensors('lamp') })).rejects.toEqual(rpcError(100009, 'none'));
    await expect(notify({ subDevices: sensors('lamp') })).rejects.toEqual(rpcError(100006, 'gateway must be set'));
    await expect(notify({ gateway: ONE })).rejects.toEqual(rpcError(100006, 'subDevices must not be empty'));
    await expect(notify({ gateway: ONE, subDevices: Array(1001).fill(sensors('lamp')[0]) })).rejects.toEqual(
      rpcError(100006, 'subDevices must have at most 1000 entries'),
    );
    await expect(notify({ gateway: ONE, subDevices: [{ productID: 'none', deviceName: 'lamp' }] })).rejects.toEqual(
      rpcError(100006, 'product none does not exist'),
    );
    expect(got).toEqual([]);
  });
});

test('a gateway device of another protocol is asked in its form, and its answer is answered by nobody', async () => {
  await fixture.interact.gatewayGetFoundSend(FOREIGN);
  await notify({ gateway: FOREIGN, subDevices: sensors('lamp', 'door') });
  const subject = `device.down.${PROTOCOL}.gateway.${FOREIGN.productID}.${FOREIGN.deviceName}`;
  const data = { ...FOREIGN, handle: 'gateway', type: 'topo', protocolCode: PROTOCOL };
  expect(foreign.gateway.downs).toMatchObject([
    { subject, data, message: { method: 'getFound' } },
    { subject, data, message: { method: 'notifyBind', payload: { devices: sensors('lamp', 'door') } } },
  ]);
  foreign.gateway.answers = () => ({ code: 7, msg: 'busy' });
  await expect(fixture.interact.gatewayGetFoundSend(FOREIGN)).rejects.toEqual(rpcError(2000004, '7: busy'));
  await foreign.gateway.ask('ext', 'ntp', { method: 'getNtp', msgToken: 'n1' });
  expect(foreign.gateway.downs.map(({ message }) => message['method'])).toEqual([
    'getFound',
    'notifyBind',
    'getFound',
    'getNtpReply',
  ]);
});

describe('what a gateway device has found', () => {
  const found = (foundAt: Date, ...deviceNames: string[]) =>
    fixture.db.prisma.$transaction(async (tx) => {
      const { id: gatewayID } = await tx.device.findUniqueOrThrow({ where: { productID_deviceName: ONE } });
      await tx.foundDevice.deleteMany();
      const rows = deviceNames.map((deviceName) => ({ gatewayID, productID: SENSORS, deviceName, foundAt }));
      await tx.foundDevice.createMany({ data: rows });
    });
  const read = (gateway: object | null = ONE) => fixture.data.gatewayCanBindIndex({ gateway });

  test('is listed, but what is attached to some gateway device', async () => {
    const foundAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    await found(foundAt, 'lamp', 'door', 'new01');
    const updatedTime = String(foundAt.getTime() / 1000);
    expect(await read()).toEqual({ subDevices: sensors('door', 'lamp', 'new01'), updatedTime });
    await fixture.db.prisma.$executeRaw`
      INSERT INTO sub_device (device_id, gateway_id)
      SELECT d.id, g.id FROM device d, device g WHERE d.device_name IN ('lamp', 'door') AND g.device_name = 'gate2'`;
    expect(await read()).toEqual({ subDevices: sensors('new01'), updatedTime });
    expect(await read(TWO)).toEqual({ subDevices: [], updatedTime: '0' });
  });

  test('is forgotten after a day', async () => {
    await found(new Date(Date.now() - 24 * 3600 * 1000 - 1000), 'new01');
    expect(await read()).toEqual({ subDevices: [], updatedTime: '0' });
  });

  test('of a gateway device that does not exist is 100009', async () => {
    await expect(read({ ...ONE, deviceName: 'none' })).rejects.toEqual(rpcError(100009, 'device none'));
    await expect(read(null)).rejects.toEqual(rpcError(100006, 'gateway must be set'));
  });
});
