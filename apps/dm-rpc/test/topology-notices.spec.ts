/** What gateway devices are told when somebody else changes something about their sub-devices. */
import { ProductStatus, readDevicePublish, subjects, type Json } from '@alink/contract';
import type { Subscription } from '@alink/bus';
import { eventually } from '@alink/testing';
import { deviceKey, type DeviceCore } from '../src/device-core';
import { bind } from '../src/domains/topology/store';
import { contextOf } from './dm-context';
import { startDm, toldDuring, type DmFixture } from './dm-fixture';
import { attachedTo, clear, createTopology, ONE, sensor, SENSORS, SENSORS_KEY, sensors, TWO } from './topology-fixture';

let fixture: DmFixture;
let listening: Subscription[];
/** What each gateway device has got, in short. */
let got: string[];
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(async () => {
  await createTopology(fixture, 'sub1', 'sub2', 'sub3');
  got = [];
  listening = [ONE, TWO].map((gateway) =>
    fixture.bus.subscribe(subjects.downOfDevice(gateway.productID, gateway.deviceName), ({ data }) => {
      got.push(inShort(readDevicePublish(data)));
    }),
  );
  await setOnline(ONE, TWO);
});
afterEach(async () => {
  listening.forEach((subscription) => subscription.unsubscribe());
  await clear(fixture);
});

interface Named {
  readonly deviceName: string;
}
interface Request {
  readonly path: string;
  readonly params: { readonly status?: number; readonly subList?: readonly Named[] };
  readonly of?: Named & { readonly productKey: string };
}

/** `gate1: thing/disable of sub1`, `gate1: thing/topo/change 8 sub1 sub2` */
const inShort = ({ deviceName, payload }: { deviceName: string; payload: Buffer }): string => {
  const { path, params, of } = JSON.parse(payload.toString()) as Request;
  const { status, subList = [] } = params;
  const about = of ? ['of', of.deviceName] : [String(status), ...subList.map((device) => device.deviceName)];
  return [`${deviceName}:`, path, ...about].join(' ');
};

const setOnline = (...devices: DeviceCore[]) =>
  fixture.db.prisma.device.updateMany({ where: { OR: devices }, data: { isOnline: true } });
const attach = (gateway: DeviceCore, ...names: string[]) =>
  fixture.db.prisma.$transaction((tx) => bind(tx, gateway, sensors(...names), { limit: 2000 }));
const switchTo = (name: string, isEnable: 1 | 2) => fixture.devices.deviceInfoUpdate({ ...sensor(name), isEnable });
const hears = (...lines: string[]) => eventually(() => expect(got).toEqual(lines));
const add = (gateway: DeviceCore, deviceName: string) =>
  fixture.requests.ask({
    questions: [
      {
        ...gateway,
        kind: 'topology.bind',
        body: JSON.stringify({ devices: [{ productKey: SENSORS_KEY, deviceName }] }),
      },
    ],
  });
/** Something that is always told, last of all: what was not told before it never is. */
const barrier = async (): Promise<string> => {
  await attach(TWO, 'sub3');
  await switchTo('sub3', 2);
  return 'gate2: thing/topo/change 8 sub3';
};
/** All that was to be told is told: the next test hears nothing of it. */
const settled = async (): Promise<void> => {
  const last = await barrier();
  await eventually(() => expect(got).toContain(last));
};

test('the form: names of the sub-device in the topic of one, in the list of the other', async () => {
  await attach(ONE, 'sub1');
  const raw: Json[] = [];
  listening.push(
    fixture.bus.subscribe(subjects.downOfDevice(ONE.productID, ONE.deviceName), ({ data }) => {
      const { handle, type, payload } = readDevicePublish(data);
      raw.push([handle, type, JSON.parse(payload.toString())]);
    }),
  );
  await switchTo('sub1', 2);
  const form = { method: 'request', msgToken: expect.stringMatching(/^\d+$/), timestamp: expect.any(Number) };
  const names = { productKey: SENSORS_KEY, deviceName: 'sub1' };
  await eventually(() =>
    expect(raw).toEqual([
      ['thing', 'request', { ...form, path: 'thing/disable', params: {}, of: names }],
      ['thing', 'request', { ...form, path: 'thing/topo/change', params: { status: 8, subList: [names] } }],
    ]),
  );
});

test('one that another gateway device takes over: the one that had it hears it, the other knows it', async () => {
  await attach(ONE, 'sub1');
  await add(TWO, 'sub1');
  const last = await barrier();
  await hears('gate1: thing/topo/change 1 sub1', 'gate2: thing/disable of sub3', last);
});

test('what a gateway device asks for itself it is not told', async () => {
  await add(ONE, 'sub1');
  const question = {
    kind: 'topology.delete',
    body: JSON.stringify({ devices: [{ productKey: SENSORS_KEY, deviceName: 'sub1' }] }),
  };
  await fixture.requests.ask({ questions: [{ ...ONE, ...question }] });
  const last = await barrier();
  await hears('gate2: thing/disable of sub3', last);
});

test('disabled and enabled by an operator; anything else about a device is nothing to its gateway device', async () => {
  await attach(ONE, 'sub1');
  await fixture.devices.deviceInfoUpdate({ ...sensor('sub1'), deviceAlias: { value: 'hall' } });
  await switchTo('sub1', 1);
  await switchTo('sub1', 2);
  const disabled = ['gate1: thing/disable of sub1', 'gate1: thing/topo/change 8 sub1'];
  await hears(...disabled);
  await switchTo('sub1', 1);
  await hears(...disabled, 'gate1: thing/enable of sub1', 'gate1: thing/topo/change 2 sub1');
});

test('many at once are one message for each gateway device', async () => {
  await attach(ONE, 'sub1', 'sub3');
  await attach(TWO, 'sub2');
  const { topologyNotices } = contextOf(fixture);
  const disabled = sensors('sub1', 'sub2', 'sub3');
  await fixture.db.prisma.device.updateMany({ where: { OR: disabled }, data: { isEnable: false } });
  for (const device of [...disabled, sensor('sub1')]) topologyNotices.switched(device);
  await hears(
    'gate1: thing/disable of sub1',
    'gate1: thing/disable of sub3',
    'gate1: thing/topo/change 8 sub1 sub3',
    'gate2: thing/disable of sub2',
    'gate2: thing/topo/change 8 sub2',
  );
  await topologyNotices.stop();
});

test('a device that is attached to nothing, and one whose gateway device is offline, are nobody’s business', async () => {
  await attach(ONE, 'sub1');
  await fixture.db.prisma.device.updateMany({ where: ONE, data: { isOnline: false } });
  await switchTo('sub1', 2);
  await switchTo('sub2', 2);
  const last = await barrier();
  await hears('gate2: thing/disable of sub3', last);
});

test('deleted by an operator', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await fixture.devices.deviceInfoDelete(sensor('sub1'));
  await hears('gate1: thing/delete of sub1', 'gate1: thing/topo/change 1 sub1');
  expect(await attachedTo(fixture, ONE)).toEqual(['sub2']);
});

test('a gateway device that is deleted leaves its sub-devices free, and nodes look at them again', async () => {
  await attach(ONE, 'sub1', 'sub2');
  const told = await toldDuring(fixture.bus, () => fixture.devices.deviceInfoDelete(ONE));
  const stale = told.filter(([subject]) => subject.endsWith('cache:dm:device'));
  expect(stale.map(([, device]) => deviceKey(device as DeviceCore))).toEqual([
    deviceKey(ONE),
    'sensors/sub1',
    'sensors/sub2',
  ]);
  expect(await fixture.db.prisma.subDevice.count()).toBe(0);
  expect(await fixture.db.prisma.device.count({ where: { productID: SENSORS } })).toBe(3);
});

test('a product that is disabled and enabled: all its sub-devices that are not disabled by themselves', async () => {
  const names = Array.from({ length: 250 }, (_, i) => `many${String(i).padStart(3, '0')}`);
  await fixture.admin.createDevices({ rows: sensors(...names) });
  await attach(ONE, ...names);
  await attach(TWO, 'sub1', 'sub2');
  await fixture.db.prisma.device.updateMany({ where: sensor('sub2'), data: { isEnable: false } });
  await fixture.products.productInfoUpdate({ productID: SENSORS, status: ProductStatus.disabled });
  await eventually(() => expect(got).toHaveLength(250 + 3 + 1 + 1));
  const sizes = () =>
    got
      .filter((line) => line.includes('topo'))
      .map((line) => [...line.split(' ', 3), line.split(' ').length - 3].join(' '));
  const disabled = [
    'gate1: thing/topo/change 8 100',
    'gate1: thing/topo/change 8 100',
    'gate1: thing/topo/change 8 50',
    'gate2: thing/topo/change 8 1',
  ];
  expect(sizes().sort()).toEqual(disabled);
  await fixture.products.productInfoUpdate({ productID: SENSORS, desc: { value: 'changed' } });
  await fixture.products.productInfoUpdate({ productID: SENSORS, status: ProductStatus.published });
  await eventually(() => expect(got).toHaveLength(2 * 255));
  expect(sizes().sort()).toEqual([...disabled.map((line) => line.replace(' 8 ', ' 2 ')), ...disabled].sort());
});

test('a device that takes the place of a gateway device has its sub-devices, and its own no more', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await attach(TWO, 'sub3');
  const told = await toldDuring(fixture.bus, () => fixture.devices.deviceMove({ old: ONE, new: TWO }));
  expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toEqual([[], ['sub1', 'sub2']]);
  const stale = told.filter(([subject]) => subject.endsWith('cache:dm:device'));
  expect(stale.map(([, device]) => (device as DeviceCore).deviceName).sort()).toEqual([
    'gate1',
    'gate2',
    'sub1',
    'sub2',
    'sub3',
  ]);
  await eventually(() => expect(got).toHaveLength(3));
  expect(got.filter((line) => line.startsWith('gate2'))).toEqual([
    'gate2: thing/topo/change 1 sub3',
    'gate2: thing/topo/change 0 sub1 sub2',
  ]);
  expect(got.filter((line) => line.startsWith('gate1'))).toEqual(['gate1: thing/topo/change 1 sub1 sub2']);
});

test('a device that takes the place of a sub-device is attached where that was', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await attach(TWO, 'sub3');
  await fixture.devices.deviceMove({ old: sensor('sub1'), new: sensor('sub3') });
  expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toEqual([['sub2', 'sub3'], []]);
  await eventually(() => expect(got).toHaveLength(3));
  expect(got.filter((line) => line.startsWith('gate2'))).toEqual(['gate2: thing/topo/change 1 sub3']);
  expect(got.filter((line) => line.startsWith('gate1'))).toEqual([
    'gate1: thing/topo/change 1 sub1',
    'gate1: thing/topo/change 0 sub3',
  ]);
});

test('a gateway device and a sub-device of its own that take each other’s place leave nothing attached to itself', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await fixture.devices.deviceMove({ old: ONE, new: sensor('sub1') });
  expect(await attachedTo(fixture, sensor('sub1'))).toEqual(['sub2']);
  await fixture.devices.deviceMove({ old: sensor('sub1'), new: ONE });
  await fixture.devices.deviceMove({ old: sensor('sub2'), new: ONE });
  expect(await fixture.db.prisma.subDevice.count()).toBe(0);
  await settled();
});

test('moves that name the same two devices crosswise at once never wait for each other for ever', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await Promise.all([
    ...Array.from({ length: 5 }, () => fixture.devices.deviceMove({ old: sensor('sub1'), new: sensor('sub2') })),
    ...Array.from({ length: 5 }, () => fixture.devices.deviceMove({ old: sensor('sub2'), new: sensor('sub1') })),
    ...Array.from({ length: 5 }, () => attach(ONE, 'sub2', 'sub1')),
  ]);
  await attach(ONE, 'sub1', 'sub2');
  expect(await attachedTo(fixture, ONE)).toEqual(['sub1', 'sub2']);
  await settled();
});

test('a device that is reset with all that it has is attached to nothing, and nothing to it; else all stays', async () => {
  await attach(ONE, 'sub1', 'sub2');
  await fixture.devices.deviceReset({ device: sensor('sub1'), log: true, bind: true, deviceSchema: true });
  expect(await attachedTo(fixture, ONE)).toEqual(['sub1', 'sub2']);
  await fixture.devices.deviceReset({ device: sensor('sub1'), info: true });
  expect(await attachedTo(fixture, ONE)).toEqual(['sub2']);
  await hears('gate1: thing/topo/change 1 sub1');
  await fixture.devices.deviceReset({ device: ONE, info: true });
  expect(await attachedTo(fixture, ONE)).toEqual([]);
  await settled();
});

test('gateway devices of another protocol hear in unitedrhino’s form who is attached, and no more', async () => {
  const FOREIGN = { productID: 'foreignGw', deviceName: 'gate9' };
  await fixture.products.productInfoCreate({
    productID: FOREIGN.productID,
    productName: 'F',
    protocolCode: 'urMqtt',
    deviceType: 2,
  });
  await fixture.devices.deviceInfoCreate(FOREIGN);
  await setOnline(FOREIGN);
  const heard: unknown[] = [];
  listening.push(
    fixture.bus.subscribe('device.down.urMqtt.>', ({ subject, data }) => {
      const { handle, type, protocolCode, payload } = readDevicePublish(data);
      const { msgToken: _token, timestamp: _timestamp, ...body } = JSON.parse(payload.toString());
      heard.push([subject, handle, type, protocolCode, body]);
    }),
  );
  const subDevice = { ...sensor('sub1'), productKey: SENSORS_KEY };
  const { topologyNotices } = contextOf(fixture);
  await attach(FOREIGN, 'sub1');
  await switchTo('sub1', 2);
  topologyNotices.attached(FOREIGN, [subDevice]);
  topologyNotices.detached(FOREIGN, [subDevice]);
  const change = (status: number) => [
    'device.down.urMqtt.gateway.foreignGw.gate9',
    'gateway',
    'topo',
    'urMqtt',
    { method: 'change', payload: { status, devices: [sensor('sub1')] } },
  ];
  await eventually(() => expect(heard).toEqual([change(1), change(2)]));
  await topologyNotices.stop();
});

test('what is gathered when it stops is told, what comes later is not', async () => {
  const { topologyNotices } = contextOf(fixture);
  topologyNotices.attached(ONE, [{ ...sensor('sub1'), productKey: SENSORS_KEY }]);
  await topologyNotices.stop();
  topologyNotices.attached(ONE, [{ ...sensor('sub2'), productKey: SENSORS_KEY }]);
  const last = await barrier();
  await hears('gate1: thing/topo/change 0 sub1', 'gate2: thing/disable of sub3', last);
});
