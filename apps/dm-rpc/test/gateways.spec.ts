/** Which devices are attached to which gateway devices, as operators say it over gRPC. */
import { createHmac } from 'node:crypto';
import { subjects } from '@alink/contract';
import { eventually } from '@alink/testing';
import { rpcError, startDm, toldDuring, type DmFixture } from './dm-fixture';
import {
  attachedTo,
  clear,
  createTopology,
  GATEWAYS,
  ONE,
  sensor,
  SENSORS,
  SENSORS_KEY,
  sensors,
  TWO,
} from './topology-fixture';

const LIMIT = 4;

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm({ subDevicesPerGateway: LIMIT })));
afterAll(() => fixture?.stop());
beforeEach(() => createTopology(fixture, 'lamp', 'door', 'stove', 'lock'));
afterEach(async () => {
  await clear(fixture);
  await fixture.db.prisma.auditLog.deleteMany();
});

/** Gateway devices are told a moment later: only where a test listens, so that it hears nothing of the one before. */
const SILENT = { gateway: ONE, isNotNotify: true };
const ALOUD = { isNotNotify: false };
const add = (list: object[], over: object = {}) =>
  fixture.devices.deviceGatewayMultiCreate({ ...SILENT, list, ...over });
const set = (list: object[], over: object = {}) =>
  fixture.devices.deviceGatewayMultiUpdate({ ...SILENT, list, ...over });
const remove = (list: object[], over: object = {}) =>
  fixture.devices.deviceGatewayMultiDelete({ ...SILENT, list, ...over });
const audited = async () =>
  (
    await fixture.db.prisma.auditLog.findMany({
      where: { action: { startsWith: 'topology.' } },
      orderBy: { id: 'asc' },
    })
  ).map(({ action, deviceName, detail }) => `${action} ${deviceName} ${detail}`);

/** What gateway devices hear while `work` runs, as `gateway status names`. */
const heardDuring = async (work: () => Promise<unknown>, lines: number): Promise<string[]> => {
  const heard: string[] = [];
  const listening = fixture.bus.subscribe('device.down.>', ({ data }) => {
    const publish = JSON.parse(JSON.parse(data.toString()).data) as { deviceName: string; payload: string };
    const message = JSON.parse(Buffer.from(publish.payload, 'base64').toString());
    const { status, subList } = message.params as { status: number; subList: { deviceName: string }[] };
    heard.push(`${publish.deviceName} ${message.path} ${status} ${subList.map((each) => each.deviceName).join()}`);
  });
  await work();
  await eventually(() => expect(heard).toHaveLength(lines));
  listening.unsubscribe();
  return heard;
};

describe('deviceGatewayMultiCreate', () => {
  test('attaches devices, tells who has them in a cache, and leaves a line for each', async () => {
    const told = await toldDuring(fixture.bus, () => add(sensors('lamp', 'door')));
    expect(told).toEqual(sensors('lamp', 'door').map((device) => [subjects.cacheSync('cache:dm:device'), device]));
    expect(await attachedTo(fixture, ONE)).toEqual(['door', 'lamp']);
    expect(await audited()).toEqual([
      `topology.add lamp {"gateway":"${GATEWAYS}/gate1"}`,
      `topology.add door {"gateway":"${GATEWAYS}/gate1"}`,
    ]);
  });

  test('passes over those that are attached already, to whichever gateway device', async () => {
    await add(sensors('lamp'));
    await add(sensors('door'), { gateway: TWO });
    await add(sensors('lamp', 'door', 'stove', 'stove'));
    expect(await attachedTo(fixture, ONE)).toEqual(['lamp', 'stove']);
    expect(await attachedTo(fixture, TWO)).toEqual(['door']);
    expect(await add([])).toEqual({});
  });

  test('tells the gateway device, unless it shall not', async () => {
    const heard = await heardDuring(async () => {
      await add(sensors('lamp'));
      await add(sensors('door', 'stove'), ALOUD);
    }, 1);
    expect(heard).toEqual(['gate1 thing/topo/change 0 door,stove']);
  });

  test('attaches a device that is disabled: an operator may', async () => {
    await fixture.devices.deviceInfoUpdate({ ...sensor('lamp'), isEnable: 2 });
    await add(sensors('lamp'));
    expect(await attachedTo(fixture, ONE)).toEqual(['lamp']);
  });

  test('puts sub-devices where their gateway device stands', async () => {
    const { devices } = fixture;
    await devices.deviceInfoUpdate({ ...ONE, projectID: 11, areaID: 70, areaIDPath: '7-70-' });
    await devices.deviceInfoUpdate({ ...sensor('door'), areaID: 5, areaIDPath: '5-' });
    await add(sensors('lamp'));
    await add(sensors('door'), { gateway: TWO });
    expect(await devices.deviceInfoRead(sensor('lamp'))).toMatchObject({
      projectID: '11',
      areaID: '70',
      areaIDPath: '7-70-',
    });
    expect(await devices.deviceInfoRead(sensor('door'))).toMatchObject({ areaID: '2', areaIDPath: '2-' });
    await remove(sensors('lamp'));
    expect(await devices.deviceInfoRead(sensor('lamp'))).toMatchObject({
      projectID: '11',
      areaID: '2',
      areaIDPath: '2-',
    });
  });

  test('attaches none where one cannot be', async () => {
    const refusals = async (list: object[], over: object, code: number, text: string) => {
      await expect(add([...sensors('lamp'), ...list], over)).rejects.toEqual(rpcError(code, text));
      expect(await attachedTo(fixture, ONE)).toEqual([]);
    };
    await refusals([], { gateway: null }, 100006, 'gateway must be set');
    await refusals([], { gateway: { productID: 'none', deviceName: 'gate1' } }, 100009, 'product none');
    await refusals([], { gateway: { ...ONE, deviceName: 'none' } }, 100009, 'device none');
    await refusals([], { gateway: sensor('door') }, 100006, 'gateway must be of a gateway product');
    await refusals([TWO], {}, 100006, 'list[1] must be of a sub-device product');
    await refusals([{ productID: 'none', deviceName: 'lamp' }], {}, 100006, 'product none does not exist');
    await refusals(sensors('none'), {}, 100006, 'device none');
    await refusals([{ productID: SENSORS, deviceName: '' }], {}, 100006, 'list[1].deviceName must not be empty');
    await fixture.admin.createDevices({ productID: SENSORS, prefix: 'more', count: LIMIT });
    const many = (await fixture.devices.deviceInfoIndex({ productID: SENSORS, deviceName: 'more' })).list;
    await refusals(
      many.map(({ productID, deviceName }) => ({ productID, deviceName })),
      {},
      100027,
      `may have at most ${LIMIT} sub-devices`,
    );
    expect(await audited()).toEqual([]);
  });
});

describe('signed', () => {
  /** What unitedrhino's gateways sign; the key is the decoded secret. */
  const signed = (deviceName: string, secret: string, over: object = {}) => {
    const [random, timestamp] = [7, 1_700_000_000];
    const content = `${SENSORS};${deviceName};${random};${timestamp}`;
    const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest('hex');
    return { ...sensor(deviceName), sign: { random, timestamp, signMethod: 'hmacsha256', signature, ...over } };
  };
  const addSigned = (...list: object[]) => add(list, { isAuthSign: true });
  const SECRET = 'c2VjcmV0IG9mIGEgbGFtcA==';
  const GATE_SECRET = 'Z2F0ZXdheSBzZWNyZXQh';
  const bind = (bindLevel: number) => fixture.products.productInfoUpdate({ productID: SENSORS, bindLevel });
  beforeEach(async () => {
    await fixture.devices.deviceInfoUpdate({ ...sensor('lamp'), secret: SECRET });
    await fixture.devices.deviceInfoUpdate({ ...ONE, secret: GATE_SECRET });
  });
  const wrong = (deviceName: string) => rpcError(1000004, `the signature of ${deviceName} is wrong`);

  test('with the secret of the sub-device', async () => {
    await addSigned(signed('lamp', SECRET));
    expect(await attachedTo(fixture, ONE)).toEqual(['lamp']);
  });

  test('with HMAC-SHA1, and with a secret that is no Base64 throughout', async () => {
    await fixture.devices.deviceInfoUpdate({ ...sensor('door'), secret: 'abcdefgh-odd' });
    const key = Buffer.from('abcdefgh', 'base64');
    const content = `${SENSORS};door;1;2`;
    const signature = createHmac('sha1', key).update(content).digest('hex');
    await addSigned({ ...sensor('door'), sign: { random: 1, timestamp: 2, signMethod: 'hmacsha1', signature } });
    expect(await attachedTo(fixture, ONE)).toEqual(['door']);
  });

  test('wrongly, with another secret, by nobody: none is attached', async () => {
    await expect(addSigned(signed('lamp', 'AAAA'))).rejects.toEqual(wrong('lamp'));
    await expect(addSigned(signed('lamp', SECRET, { random: 8 }))).rejects.toEqual(wrong('lamp'));
    await expect(addSigned(signed('lamp', SECRET), signed('door', GATE_SECRET))).rejects.toEqual(wrong('door'));
    await expect(addSigned(sensor('lamp'))).rejects.toEqual(rpcError(100006, 'list[0].sign must be set'));
    await expect(addSigned(signed('lamp', SECRET, { signMethod: 'hmacmd5' }))).rejects.toEqual(
      rpcError(100006, 'list[0].sign.signMethod must be one of hmacsha256, hmacsha1'),
    );
    expect(await attachedTo(fixture, ONE)).toEqual([]);
  });

  test('by the gateway device, where the product does not bind hard', async () => {
    await expect(addSigned(signed('lamp', GATE_SECRET))).rejects.toEqual(wrong('lamp'));
    await bind(2);
    await addSigned(signed('lamp', GATE_SECRET));
    expect(await attachedTo(fixture, ONE)).toEqual(['lamp']);
  });

  test('a device that does not exist is created by the gateway device’s signature', async () => {
    await expect(addSigned(signed('new01', GATE_SECRET))).rejects.toEqual(rpcError(100006, 'list[0] does not exist'));
    await bind(3);
    await expect(addSigned(signed('new01', 'AAAA'))).rejects.toEqual(wrong('new01'));
    const told = await toldDuring(fixture.bus, () =>
      addSigned({ ...signed('new01', GATE_SECRET), deviceAlias: 'kitchen' }),
    );
    expect(told).toContainEqual([subjects.deviceCreated, sensor('new01')]);
    expect(await attachedTo(fixture, ONE)).toEqual(['new01']);
    expect((await fixture.devices.deviceInfoRead(sensor('new01'))).deviceAlias).toEqual({ value: 'kitchen' });
    await fixture.products.productInfoUpdate({ productID: SENSORS, autoRegister: 2 });
    await expect(addSigned(signed('new02', GATE_SECRET))).rejects.toEqual(rpcError(100006, 'list[0] does not exist'));
  });
});

describe('deviceGatewayMultiUpdate', () => {
  test('leaves exactly these, also such as another gateway device had', async () => {
    await add(sensors('lamp', 'door'));
    await add(sensors('stove'), { gateway: TWO });
    const heard = await heardDuring(() => set(sensors('door', 'stove', 'lock'), ALOUD), 3);
    expect(await attachedTo(fixture, ONE)).toEqual(['door', 'lock', 'stove']);
    expect(await attachedTo(fixture, TWO)).toEqual([]);
    expect([...heard].sort()).toEqual([
      'gate1 thing/topo/change 0 stove,lock',
      'gate1 thing/topo/change 1 lamp',
      'gate2 thing/topo/change 1 stove',
    ]);
    expect((await audited()).slice(3)).toEqual([
      `topology.remove lamp {"gateway":"${GATEWAYS}/gate1"}`,
      `topology.add stove {"gateway":"${GATEWAYS}/gate1"}`,
      `topology.add lock {"gateway":"${GATEWAYS}/gate1"}`,
    ]);
  });

  test('takes all where none is named, and says nothing where nothing changes', async () => {
    await add(sensors('lamp'));
    expect(await toldDuring(fixture.bus, () => set(sensors('lamp')))).toEqual([]);
    const told = await toldDuring(fixture.bus, () => set([]));
    expect(told).toEqual([[subjects.cacheSync('cache:dm:device'), sensor('lamp')]]);
    expect(await attachedTo(fixture, ONE)).toEqual([]);
  });

  test('changes nothing where one cannot be', async () => {
    await add(sensors('lamp'));
    await expect(set(sensors('none'))).rejects.toEqual(rpcError(100006, 'device none'));
    await expect(set([TWO])).rejects.toEqual(rpcError(100006, 'list[0] must be of a sub-device product'));
    const none = { productID: 'none', deviceName: 'gate1' };
    await expect(set([], { gateway: none })).rejects.toEqual(rpcError(100006, 'product none'));
    await expect(set([], { gateway: { ...ONE, deviceName: 'none' } })).rejects.toEqual(rpcError(100009, 'none'));
    await expect(set([], { gateway: sensor('door') })).rejects.toEqual(rpcError(100006, 'of a gateway product'));
    expect(await attachedTo(fixture, ONE)).toEqual(['lamp']);
  });
});

describe('deviceGatewayMultiDelete', () => {
  test('detaches all, or none where one is not its own', async () => {
    await add(sensors('lamp', 'door'));
    await add(sensors('stove'), { gateway: TWO });
    for (const list of [sensors('lamp', 'stove'), sensors('lamp', 'lock'), sensors('lamp', 'none')]) {
      await expect(remove(list)).rejects.toEqual(rpcError(100012, 'is not attached to gateway device gate1'));
    }
    await expect(remove(sensors('lamp'), { gateway: { ...ONE, deviceName: 'none' } })).rejects.toMatchObject({
      code: 100012,
    });
    await expect(remove([], { gateway: { productID: 'none', deviceName: 'x' } })).rejects.toMatchObject({
      code: 100006,
    });
    await expect(remove([], { gateway: { productID: 'none', deviceName: 'gate1' } })).rejects.toMatchObject({
      code: 100009,
    });
    expect(await attachedTo(fixture, ONE)).toEqual(['door', 'lamp']);
    const heard = await heardDuring(() => remove(sensors('lamp', 'door', 'door'), ALOUD), 1);
    expect(heard).toEqual(['gate1 thing/topo/change 1 lamp,door']);
    expect(await attachedTo(fixture, ONE)).toEqual([]);
    expect((await audited()).at(-1)).toBe(`topology.remove door {"gateway":"${GATEWAYS}/gate1"}`);
    expect(await remove([])).toEqual({});
  });
});

describe('deviceGatewayIndex', () => {
  const index = async (request: object) => {
    const { list, total } = await fixture.devices.deviceGatewayIndex(request);
    return [list.map(({ deviceName }) => deviceName).join(), total];
  };
  beforeEach(async () => {
    await add(sensors('lamp', 'door', 'lock'));
    await add(sensors('stove'), { gateway: TWO });
  });

  test('lists sub-devices of a gateway device, in pages', async () => {
    expect(await index({ gateway: ONE })).toEqual(['door,lamp,lock', '3']);
    expect(await index({ gateway: ONE, page: { page: 2, size: 2 } })).toEqual(['lock', '3']);
    expect(await index({ gateway: ONE, page: { orders: [{ field: 'id', sort: 2 }] } })).toEqual([
      'lock,lamp,door',
      '3',
    ]);
    expect(await index({ gateway: { ...ONE, deviceName: 'none' } })).toEqual(['', '0']);
    await expect(index({ gateway: ONE, page: { orders: [{ field: 'x' }] } })).rejects.toEqual(
      rpcError(100006, 'page.orders.field must be one of createdTime, id'),
    );
  });

  test('names the gateway device of a sub-device, and of all where nothing is asked for', async () => {
    expect(await index({ subDevice: sensor('stove') })).toEqual(['gate2', '1']);
    expect(await index({ gateway: ONE, subDevice: sensor('stove') })).toEqual(['', '0']);
    expect(await index({ gateway: ONE, subDevice: sensor('door') })).toEqual(['door', '1']);
    expect(await index({})).toEqual(['gate1,gate1,gate1,gate2', '4']);
  });
});

describe('subDeviceParamsRead', () => {
  const read = (over: object = {}) =>
    fixture.admin.subDeviceParamsRead({ ...ONE, subDevice: sensor('lamp'), timestamp: 1_700_000_000_000, ...over });

  test('signs with the secret of the sub-device, under the keys that devices know', async () => {
    await fixture.products.productInfoUpdate({ productID: GATEWAYS, protocolConf: { productID: 'a1Gate' } });
    const { attach, login } = await read({ signMethod: 'hmacsha1' });
    expect(attach?.topic).toBe('/sys/a1Gate/gate1/thing/topo/add');
    expect(login?.replyTopic).toBe('/ext/session/a1Gate/gate1/combine/login_reply');
    const content = `clientId${SENSORS_KEY}.lampdeviceNamelampproductKey${SENSORS_KEY}timestamp1700000000000`;
    const sign = createHmac('sha1', 'secret of lamp').update(content).digest('hex').toUpperCase();
    expect(JSON.parse(login!.payload)).toMatchObject({ params: { signMethod: 'hmacSha1', sign } });
    expect(JSON.parse(attach!.payload)).toMatchObject({ params: [{ signmethod: 'hmacSha1', sign }] });
  });

  test('of devices that there are, by an HMAC that there is', async () => {
    await expect(read({ subDevice: sensor('none') })).rejects.toEqual(rpcError(100009, 'device none'));
    await expect(read({ deviceName: 'none' })).rejects.toEqual(rpcError(100009, 'device none'));
    await expect(read({ subDevice: null })).rejects.toEqual(rpcError(100006, 'subDevice must be set'));
    await expect(read({ signMethod: 'crc32' })).rejects.toEqual(rpcError(100006, 'signMethod must be'));
  });
});
