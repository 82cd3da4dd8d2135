/** What gateway devices ask about their sub-devices, and what no other gateway device can do to these. */
import type { Question } from '@alink/alink';
import { AutoRegister, ProductStatus } from '@alink/contract';
import type { DeviceCore } from '../src/device-core';
import { startBeside, startDm, toldDuring, type DmFixture } from './dm-fixture';
import {
  attachedTo,
  clear,
  createTopology,
  gateway,
  GATEWAYS,
  ONE,
  sensor,
  SENSORS,
  SENSORS_KEY,
  sensors,
  TWO,
} from './topology-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createTopology(fixture, 'sub1', 'sub2', 'sub3'));
afterEach(() => clear(fixture));

/** Devices as gateway devices name them. */
const named = (...deviceNames: string[]) => deviceNames.map((deviceName) => ({ productKey: SENSORS_KEY, deviceName }));

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

const askMany = async (asked: readonly (readonly [DeviceCore, Question | { kind: string }])[], dm = fixture) => {
  const questions = asked.map(([asker, { kind, ...body }]) => ({ ...asker, kind, body: JSON.stringify(body) }));
  const { replies } = await dm.requests.ask({ questions });
  return replies.map(({ code, message, data }): Answer => {
    return { code: Number(code), message, data: data === '' ? undefined : JSON.parse(data) };
  });
};
const ask = async (asker: DeviceCore, question: Question, dm = fixture): Promise<Answer> =>
  (await askMany([[asker, question]], dm))[0]!;

const add = (asker: DeviceCore, ...names: string[]) => ask(asker, { kind: 'topology.bind', devices: named(...names) });
const remove = (asker: DeviceCore, ...names: string[]) =>
  ask(asker, { kind: 'topology.delete', devices: named(...names) });
const register = (asker: DeviceCore, ...names: string[]) =>
  ask(asker, { kind: 'topology.register', devices: named(...names) });
const unregister = (asker: DeviceCore, ...names: string[]) =>
  ask(asker, { kind: 'topology.unregister', devices: named(...names) });
const registeredIn = ({ data }: Answer) =>
  (data as { registered: { deviceName: string; iotId: string; deviceSecret: string }[] }).registered;
const exists = async (deviceName: string) =>
  (await fixture.db.prisma.device.count({ where: { productID: SENSORS, deviceName } })) === 1;
const activate = (deviceName: string) =>
  fixture.db.prisma.device.updateMany({ where: { deviceName }, data: { firstLogin: new Date() } });
const changed = (told: readonly [string, unknown][], kind = 'cache:dm:device') =>
  told.filter(([subject]) => subject.endsWith(kind)).map(([, device]) => (device as DeviceCore).deviceName);

describe('adding and deleting', () => {
  test('answers the list, and nodes look at those again that have another gateway device now', async () => {
    await add(ONE, 'sub1');
    const told = await toldDuring(fixture.bus, async () =>
      expect(await add(ONE, 'sub1', 'sub2')).toEqual({ code: 200, message: '', data: named('sub1', 'sub2') }),
    );
    expect(changed(told)).toEqual(['sub2']);
    expect(await ask(ONE, { kind: 'topology.get' })).toEqual({ code: 200, message: '', data: named('sub1', 'sub2') });
    const toldLater = await toldDuring(fixture.bus, async () =>
      expect(await remove(ONE, 'sub2')).toEqual({ code: 200, message: '', data: named('sub2') }),
    );
    expect(changed(toldLater)).toEqual(['sub2']);
    expect(await attachedTo(fixture, ONE)).toEqual(['sub1']);
  });

  test.each([
    ['one that there is not', named('sub1', 'nobody'), 6100],
    ['one whose name cannot be', named('sub1', 'a\0bcd'), 6100],
    ['one of a product that there is not', [...named('sub1'), { productKey: 'nothing', deviceName: 'sub2' }], 6100],
    ['itself', [...named('sub1'), { productKey: GATEWAYS, deviceName: ONE.deviceName }], 6402],
    ['another gateway device', [...named('sub1'), { productKey: GATEWAYS, deviceName: TWO.deviceName }], 460],
    ['none', [], 460],
    ['more than a message can hold', named(...Array.from({ length: 1001 }, (_, i) => `many${i}`)), 460],
    ['what are no devices', [{ productKey: SENSORS_KEY }] as never, 460],
  ])('a list with %s adds none of it', async (_, devices, code) => {
    expect(await ask(ONE, { kind: 'topology.bind', devices })).toMatchObject({ code });
    expect(await attachedTo(fixture, ONE)).toEqual([]);
  });

  test('one that is disabled is not added', async () => {
    await fixture.devices.deviceInfoUpdate({ ...sensor('sub2'), isEnable: 2 });
    expect(await add(ONE, 'sub1', 'sub2')).toMatchObject({ code: 6204 });
    expect(await attachedTo(fixture, ONE)).toEqual([]);
  });

  test('nobody adds to a gateway device that is disabled, or that there is not', async () => {
    await fixture.devices.deviceInfoUpdate({ ...ONE, isEnable: 2 });
    for (const question of [
      { kind: 'topology.bind', devices: named('sub1') },
      { kind: 'topology.delete', devices: named('sub1') },
      { kind: 'topology.register', devices: named('sub1') },
      { kind: 'topology.unregister', devices: named('sub1') },
      { kind: 'topology.found', devices: named('sub1') },
      { kind: 'topology.get' },
    ] as const) {
      const answers = await askMany([
        [ONE, question],
        [gateway('nobody'), question],
      ]);
      expect(answers.map(({ code }) => code)).toEqual([6204, 6100]);
    }
  });

  test('no more than the limit', async () => {
    const small = await startBeside(fixture, { subDevicesPerGateway: 2 });
    try {
      expect(await ask(ONE, { kind: 'topology.bind', devices: named('sub1', 'sub2', 'sub3') }, small)).toMatchObject({
        code: 6400,
      });
      expect(await ask(ONE, { kind: 'topology.bind', devices: named('sub1', 'sub2') }, small)).toMatchObject({
        code: 200,
      });
    } finally {
      await small.stop();
    }
  });

  test('2,000 sub-devices, in parts: added, listed, deleted', async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `many${String(i).padStart(4, '0')}`);
    await fixture.admin.createDevices({ rows: sensors(...names) });
    const parts = Array.from({ length: 20 }, (_, i) => names.slice(i * 100, (i + 1) * 100));
    for (const part of parts) expect(await add(ONE, ...part)).toMatchObject({ code: 200 });
    expect(await add(ONE, 'sub1')).toMatchObject({ code: 6400 });
    const { data } = await ask(ONE, { kind: 'topology.get' });
    expect((data as { deviceName: string }[]).map(({ deviceName }) => deviceName)).toEqual(names);
    for (const part of parts) expect(await remove(ONE, ...part)).toMatchObject({ code: 200 });
    expect(await ask(ONE, { kind: 'topology.get' })).toMatchObject({ data: [] });
  });

  test('many gateway devices at once, each answered by itself', async () => {
    const answers = await askMany([
      [ONE, { kind: 'topology.bind', devices: named('sub1') } as Question],
      [TWO, { kind: 'topology.bind', devices: named('sub2', 'nobody') } as Question],
      [ONE, { kind: 'topology.get' }],
      [TWO, { kind: 'topology.get' }],
    ]);
    expect(answers.map(({ code, data }) => [code, data])).toEqual([
      [200, named('sub1')],
      [6100, undefined],
      [200, named('sub1')],
      [200, []],
    ]);
  });

  test('two gateway devices that add the same devices crosswise at once: each is of one of them', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        add(ONE, 'sub1', 'sub2', 'sub3'),
        add(TWO, 'sub3', 'sub2', 'sub1'),
        add(ONE, 'sub2', 'sub1'),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([200, 200, 200]);
      expect((await attachedTo(fixture, ONE)).length + (await attachedTo(fixture, TWO)).length).toBe(3);
    }
  });

  test('what another gateway device has cannot be deleted by this one, and its own stay', async () => {
    await add(ONE, 'sub1');
    await add(TWO, 'sub2');
    expect(await remove(ONE, 'sub1', 'sub2')).toMatchObject({ code: 6401 });
    expect(await remove(ONE, 'sub1', 'sub3')).toMatchObject({ code: 6401 });
    expect(await remove(ONE, 'nobody')).toMatchObject({ code: 6100 });
    expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toEqual([['sub1'], ['sub2']]);
  });
});

test('topologies have two levels: who is attached has no sub-devices, and who has some is attached to nobody', async () => {
  await add(ONE, 'sub1');
  const asker = sensor('sub1');
  expect(await add(asker, 'sub2')).toMatchObject({ code: 460, message: expect.stringContaining('sub-device') });
  await remove(ONE, 'sub1');
  expect((await add(asker, 'sub2')).code).toBe(200);
  expect(await add(ONE, 'sub1')).toMatchObject({ code: 460, message: expect.stringContaining('gateway device') });
  expect(await add(sensor('sub2'), 'sub1')).toMatchObject({ code: 460 });
});

describe('registering', () => {
  test('answers the triples of devices that exist, active or not, and makes those that are missing', async () => {
    await activate('sub1');
    const told = await toldDuring(fixture.bus, async () => {
      const answer = await register(ONE, 'sub1', 'sub9');
      expect(answer).toMatchObject({ code: 200, data: { refused: [] } });
      expect(registeredIn(answer)).toEqual([
        { ...named('sub1')[0], iotId: expect.stringMatching(/^[0-9a-f]{32}$/), deviceSecret: 'secret of sub1' },
        { ...named('sub9')[0], iotId: expect.any(String), deviceSecret: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ]);
    });
    expect(changed(told, 'device.info.create')).toEqual(['sub9']);
    const made = await fixture.devices.deviceInfoRead(sensor('sub9'));
    expect(made).toMatchObject({ isEnable: '1', protocolConf: { registration: 'gateway' } });
    expect(made.deviceAlias?.value).toMatch(/^Sensors\d+$/);
    expect(await attachedTo(fixture, ONE)).toEqual([]);
  });

  test('once more answers the same, to any gateway device, until it is attached to one', async () => {
    const [first] = registeredIn(await register(ONE, 'sub9'));
    expect(registeredIn(await register(ONE, 'sub9'))).toEqual([first]);
    expect(registeredIn(await register(TWO, 'sub9'))).toEqual([first]);
    await add(TWO, 'sub9');
    expect(registeredIn(await register(TWO, 'sub9'))).toEqual([first]);
    expect(await register(ONE, 'sub9')).toMatchObject({ code: 6619, data: { registered: [] } });
  });

  test('the secret is sealed, and an iotId names one device for ever', async () => {
    const { iotId, deviceSecret } = registeredIn(await register(ONE, 'sub9'))[0]!;
    const { prisma } = fixture.db;
    const row = await prisma.device.findUniqueOrThrow({ where: { iotID: iotId } });
    expect(row).toMatchObject(sensor('sub9'));
    expect(row.secret).not.toContain(deviceSecret);
    await fixture.admin.rotateDeviceSecret(sensor('sub9'));
    expect((await prisma.device.findUniqueOrThrow({ where: { id: row.id } })).iotID).toBe(iotId);
    await fixture.devices.deviceInfoDelete(sensor('sub9'));
    expect(registeredIn(await register(ONE, 'sub9'))[0]?.iotId).not.toBe(iotId);
  });

  test('new devices have what their product says of new ones', async () => {
    await fixture.products.productConfigUpdate({
      productID: SENSORS,
      DevInit: { tenantCode: 'acme', projectID: '7', areaID: '8' },
    } as never);
    await register(ONE, 'sub9');
    expect(await fixture.devices.deviceInfoRead(sensor('sub9'))).toMatchObject({ projectID: '7', areaID: '8' });
  });

  test.each([
    ['off', AutoRegister.off, { sub1: 6288, sub9: 6288 }],
    ['for devices that exist', AutoRegister.existing, { sub1: 200, sub9: 6100 }],
    ['for new ones too', AutoRegister.create, { sub1: 200, sub9: 200 }],
    ['for new ones that are bound', AutoRegister.createAndBind, { sub1: 200, sub9: 200 }],
  ])('dynamic registration that is %s', async (_, autoRegister, codes) => {
    await fixture.products.productInfoUpdate({ productID: SENSORS, autoRegister });
    for (const [name, code] of Object.entries(codes)) {
      expect((await register(ONE, name)).code).toBe(code);
      expect(await exists(name)).toBe(name === 'sub1' || code === 200);
    }
  });

  test('only a device of a gateway product hears secrets, and only those of sub-devices', async () => {
    expect(await register(sensor('sub1'), 'sub2')).toMatchObject({ code: 460, data: undefined });
    const devices = [{ productKey: GATEWAYS, deviceName: TWO.deviceName }];
    const answer = await ask(ONE, { kind: 'topology.register', devices });
    expect(answer).toMatchObject({ code: 460, data: { registered: [] } });
  });

  test.each([
    ['of a product that there is not', { productKey: 'nothing', deviceName: 'sub9' }, 6250],
    ['whose name cannot be', { productKey: SENSORS_KEY, deviceName: 'a b' }, 6280],
    ['that would break a parser', { productKey: SENSORS_KEY, deviceName: '"},{"' }, 6280],
    ['that cannot be kept', { productKey: 'a\0', deviceName: 'a\0bcd' }, 6250],
    ['that is itself', { productKey: GATEWAYS, deviceName: ONE.deviceName }, 6402],
    ['that is disabled', { productKey: SENSORS_KEY, deviceName: 'sub3' }, 6204],
    ['that another has', { productKey: SENSORS_KEY, deviceName: 'sub2' }, 6619],
  ])('one %s: none is made, unless each is to stand by itself', async (_, refused, code) => {
    await add(TWO, 'sub2');
    await fixture.devices.deviceInfoUpdate({ ...sensor('sub3'), isEnable: 2 });
    const devices = [...named('sub9'), refused];
    expect(await ask(ONE, { kind: 'topology.register', devices })).toMatchObject({
      code,
      data: { registered: [], refused: [{ ...refused, code }] },
    });
    expect(await exists('sub9')).toBe(false);
    const answer = await ask(ONE, { kind: 'topology.register', devices, partial: true });
    expect(answer).toMatchObject({ code: 200, data: { refused: [{ ...refused, code }] } });
    expect(registeredIn(answer).map(({ deviceName }) => deviceName)).toEqual(['sub9']);
    expect(await exists('sub9')).toBe(true);
  });

  test('one whose secret does not open: nothing is made, unless each is to stand by itself', async () => {
    await fixture.db.prisma.device.updateMany({ where: sensor('sub1'), data: { secret: 'v1.broken' } });
    const devices = named('sub1', 'sub9');
    expect(await ask(ONE, { kind: 'topology.register', devices })).toMatchObject({ code: 500, data: undefined });
    expect(await exists('sub9')).toBe(false);
    const answer = await ask(ONE, { kind: 'topology.register', devices, partial: true });
    expect(answer).toMatchObject({ code: 200, data: { refused: [{ deviceName: 'sub1', code: 500 }] } });
    expect(registeredIn(answer).map(({ deviceName }) => deviceName)).toEqual(['sub9']);
  });

  test('of a product that is disabled', async () => {
    await fixture.products.productInfoUpdate({ productID: SENSORS, status: ProductStatus.disabled });
    expect(await register(ONE, 'sub1')).toMatchObject({ code: 6204, data: { registered: [] } });
  });

  test('the same names by many at once: each device is made once, and all hear the same secret', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `race${String(i).padStart(2, '0')}`);
    const answers = await Promise.all([
      register(ONE, ...names),
      register(TWO, ...names.toReversed()),
      register(ONE, ...names.toReversed()),
      register(TWO, ...names),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
    const secrets = answers.map((answer) =>
      registeredIn(answer)
        .map(({ deviceName, deviceSecret }) => `${deviceName} ${deviceSecret}`)
        .sort(),
    );
    expect(new Set(secrets.map((list) => list.join())).size).toBe(1);
  });

  test('as many as may be attached to a gateway device may wait for that: then no more are made', async () => {
    const beside = await startBeside(fixture, { subDevicesPerGateway: 2 });
    const registering = (partial: boolean, ...names: string[]) =>
      ask(ONE, { kind: 'topology.register', devices: named(...names), ...(partial && { partial: true }) }, beside);
    expect((await registering(false, 'new1', 'new2')).code).toBe(200);
    expect(await registering(false, 'new1', 'new3')).toMatchObject({ code: 6400, data: { registered: [] } });
    const answer = await registering(true, 'new1', 'new3');
    expect(answer).toMatchObject({ code: 200, data: { refused: [{ deviceName: 'new3', code: 6400 }] } });
    expect(registeredIn(answer).map(({ deviceName }) => deviceName)).toEqual(['new1']);
    await add(ONE, 'new1');
    expect((await registering(false, 'new3')).code).toBe(200);
    expect((await registering(false, 'new1', 'new2', 'new3')).code).toBe(200);
    // One that would not be made anyway is none too many.
    await fixture.products.productInfoUpdate({ productID: SENSORS, autoRegister: AutoRegister.existing });
    expect((await registering(false, 'new4')).code).toBe(6100);
    await beside.stop();
  });

  test('nothing of it is audited: devices speak of themselves', async () => {
    const before = await fixture.db.prisma.auditLog.count();
    await register(ONE, 'sub9');
    await add(ONE, 'sub9');
    await remove(ONE, 'sub9');
    await unregister(ONE, 'sub9');
    expect(await fixture.db.prisma.auditLog.count()).toBe(before);
  });
});

describe('unregistering', () => {
  test('deletes what this gateway device has made and nobody has used', async () => {
    await register(ONE, 'sub8', 'sub9');
    await add(ONE, 'sub9');
    const told = await toldDuring(fixture.bus, async () =>
      expect(await unregister(ONE, 'sub8', 'sub9')).toEqual({ code: 200, message: '', data: {} }),
    );
    expect(changed(told, 'device.info.delete')).toEqual(['sub8', 'sub9']);
    expect([await exists('sub8'), await exists('sub9')]).toEqual([false, false]);
  });

  test('only detaches what has been in use, what people have made, and what another gateway device had made', async () => {
    await register(ONE, 'used9');
    await register(TWO, 'sub9');
    await activate('used9');
    await add(ONE, 'sub1', 'used9', 'sub9');
    const told = await toldDuring(fixture.bus, async () =>
      expect((await unregister(ONE, 'sub1', 'used9', 'sub9')).code).toBe(200),
    );
    expect(changed(told).sort()).toEqual(['sub1', 'sub9', 'used9']);
    expect(await attachedTo(fixture, ONE)).toEqual([]);
    expect(await Promise.all(['sub1', 'used9', 'sub9'].map(exists))).toEqual([true, true, true]);
  });

  test('changes nothing of what is none of its own, and then nothing at all', async () => {
    await register(ONE, 'sub8', 'sub9');
    await add(TWO, 'sub9', 'sub2');
    for (const [name, code] of Object.entries({ sub9: 6401, sub2: 6401, sub3: 6401, nobody: 6100 })) {
      expect(await unregister(ONE, 'sub8', name)).toMatchObject({ code, data: undefined });
    }
    expect(await exists('sub8')).toBe(true);
    expect(await attachedTo(fixture, TWO)).toEqual(['sub2', 'sub9']);
  });
});

describe('what was found', () => {
  const foundBy = async ({ deviceName }: DeviceCore) => {
    const rows = await fixture.db.prisma.foundDevice.findMany({ where: { gateway: { deviceName } } });
    return rows.map((row) => `${row.productID}/${row.deviceName}`).sort();
  };

  test('is kept until the next report, whether it exists or not', async () => {
    expect(await ask(ONE, { kind: 'topology.found', devices: named('sub1', 'new1', 'new1') })).toMatchObject({
      code: 200,
    });
    await ask(TWO, { kind: 'topology.found', devices: named('sub3') });
    expect(await foundBy(ONE)).toEqual(['sensors/new1', 'sensors/sub1']);
    await ask(ONE, { kind: 'topology.found', devices: named('sub2') });
    expect([await foundBy(ONE), await foundBy(TWO)]).toEqual([['sensors/sub2'], ['sensors/sub3']]);
    expect(await ask(ONE, { kind: 'topology.found', devices: [] })).toMatchObject({ code: 200 });
    expect(await foundBy(ONE)).toEqual([]);
  });

  test.each([
    ['of a product that there is not', { productKey: 'nothing', deviceName: 'sub9' }, 6250],
    ['whose name cannot be', { productKey: SENSORS_KEY, deviceName: 'x' }, 6280],
  ])('with one %s is not kept', async (_, device, code) => {
    await ask(ONE, { kind: 'topology.found', devices: named('sub1') });
    expect(await ask(ONE, { kind: 'topology.found', devices: [...named('sub2'), device] })).toMatchObject({ code });
    expect(await foundBy(ONE)).toEqual(['sensors/sub1']);
  });

  test('is forgotten with its product, and with the gateway device', async () => {
    const { prisma } = fixture.db;
    for (const asker of [ONE, TWO]) await ask(asker, { kind: 'topology.found', devices: named('new1') });
    await fixture.devices.deviceInfoDelete(TWO);
    expect(await prisma.foundDevice.count()).toBe(1);
    await prisma.device.deleteMany({ where: { productID: SENSORS } });
    await fixture.products.productInfoDelete({ productID: SENSORS });
    expect(await prisma.foundDevice.count()).toBe(0);
  });

  test('leaves out gateway devices, and reports at once leave one of them', async () => {
    const devices = [...named('sub1'), { productKey: GATEWAYS, deviceName: TWO.deviceName }];
    await Promise.all([1, 2, 3].map(() => ask(ONE, { kind: 'topology.found', devices })));
    expect(await foundBy(ONE)).toEqual(['sensors/sub1']);
  });
});
