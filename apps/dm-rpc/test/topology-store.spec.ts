/** Which devices are attached to which gateway devices: what may be changed, and what at the same time. */
import { gatewayOf, subDevicesOf, topologiesOf } from '../src/domains/topology/read-topology';
import { bind, lockDevices, unbind } from '../src/domains/topology/store';
import { eventually } from '@alink/testing';
import type { DeviceCore } from '../src/device-core';
import { startDm, type DmFixture } from './dm-fixture';
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

const LIMIT = { limit: 10 };
const attach = (owner: DeviceCore, devices: readonly DeviceCore[], options = LIMIT) =>
  fixture.db.prisma.$transaction((tx) => bind(tx, owner, devices, options));
const detach = (owner: DeviceCore, devices: readonly DeviceCore[], options = {}) =>
  fixture.db.prisma.$transaction((tx) => unbind(tx, owner, devices, options));

test('devices are attached, and told once that they are', async () => {
  expect(await attach(ONE, sensors('sub2', 'sub1', 'sub2'))).toEqual({
    refused: [],
    attached: [
      { ...sensor('sub2'), productKey: SENSORS_KEY },
      { ...sensor('sub1'), productKey: SENSORS_KEY },
    ],
  });
  expect(await attach(ONE, sensors('sub1', 'sub2'))).toEqual({ refused: [], attached: [] });
  expect(await attachedTo(fixture, ONE)).toEqual(['sub1', 'sub2']);
});

test('one that another gateway device had comes with that one’s name', async () => {
  await attach(ONE, sensors('sub1', 'sub2'));
  const { attached } = await attach(TWO, sensors('sub2', 'sub3'));
  expect(attached.map(({ deviceName, from }) => [deviceName, from])).toEqual([
    ['sub2', ONE],
    ['sub3', undefined],
  ]);
  expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toEqual([['sub1'], ['sub2', 'sub3']]);
});

test.each([
  ['itself', ONE, ONE, 'itself'],
  ['a device that there is not', ONE, sensor('nobody'), 'unknown'],
  ['a device of a product that there is not', ONE, { productID: 'nothing', deviceName: 'sub1' }, 'unknown'],
  ['another gateway device', ONE, TWO, 'isGateway'],
] as const)('%s is refused, and with it all others', async (_, owner, device, why) => {
  expect(await attach(owner, [...sensors('sub1'), device])).toEqual({ refused: [{ device, why }], attached: [] });
  expect(await attachedTo(fixture, ONE)).toEqual([]);
});

test('a gateway device that there is not gets none', async () => {
  const nobody = gateway('nobody');
  const refused = [{ device: nobody, why: 'noGateway' }];
  expect(await attach(nobody, sensors('sub1'))).toEqual({ refused, attached: [] });
  expect(await detach(nobody, sensors('sub1'))).toEqual({ refused, detached: [] });
});

test('one that is disabled, or whose product is, is for operators only', async () => {
  await fixture.devices.deviceInfoUpdate({ ...sensor('sub1'), isEnable: 2 });
  const { refused } = await attach(ONE, sensors('sub1'));
  expect(refused).toEqual([{ device: sensor('sub1'), why: 'disabled' }]);
  await fixture.products.productInfoUpdate({ productID: SENSORS, status: 2 });
  expect((await attach(ONE, sensors('sub2'))).refused).toEqual([{ device: sensor('sub2'), why: 'disabled' }]);
  const operator = { ...LIMIT, evenDisabled: true };
  expect((await attach(ONE, sensors('sub1', 'sub2'), operator)).attached).toHaveLength(2);
});

test('a gateway device has no more than its limit, of which those that it has are no part twice', async () => {
  const two = { limit: 2 };
  await attach(ONE, sensors('sub1'), two);
  expect((await attach(ONE, sensors('sub1', 'sub2'), two)).attached).toHaveLength(1);
  expect(await attach(ONE, sensors('sub1', 'sub3'), two)).toEqual({
    refused: [{ device: ONE, why: 'tooMany' }],
    attached: [],
  });
});

test('of many that take the last place at once, one gets it', async () => {
  const two = { limit: 2 };
  const all = await Promise.all(['sub1', 'sub2', 'sub3'].map((name) => attach(ONE, sensors(name), two)));
  expect(all.filter(({ attached }) => attached.length === 1)).toHaveLength(2);
  expect(await attachedTo(fixture, ONE)).toHaveLength(2);
});

test('only its own can be detached from a gateway device', async () => {
  await attach(ONE, sensors('sub1'));
  await attach(TWO, sensors('sub2'));
  expect(await detach(ONE, sensors('sub1', 'sub2', 'nobody'))).toEqual({
    refused: [
      { device: sensor('sub2'), why: 'notAttached' },
      { device: sensor('nobody'), why: 'unknown' },
    ],
    detached: [],
  });
  expect(await attachedTo(fixture, ONE)).toEqual(['sub1']);
  const { detached } = await detach(ONE, sensors('sub1', 'sub2', 'nobody'), { passOver: true });
  expect(detached.map(({ deviceName }) => deviceName)).toEqual(['sub1']);
  expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toEqual([[], ['sub2']]);
});

/** How many transactions wait for a lock that another one holds. */
const waiting = async (): Promise<number> => {
  const [row] = await fixture.db.prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row!.count;
};

test('two gateway devices that take the same devices from each other crosswise never wait for each other for ever', async () => {
  const { prisma } = fixture.db;
  const there = sensors('sub1', 'sub2', 'sub3');
  const back = there.toReversed();
  // Holds both up in the middle of their list: were the lists not taken in one order, each would have what the other wants next.
  const both = await prisma.$transaction(async (tx) => {
    await lockDevices(tx, sensors('sub2'));
    const attaching = Promise.all([attach(ONE, there), attach(TWO, back)]);
    await eventually(async () => expect(await waiting()).toBe(2));
    return { attaching };
  });
  expect((await both.attaching).map(({ attached }) => attached.length)).toEqual([3, 3]);
  expect([await attachedTo(fixture, ONE), await attachedTo(fixture, TWO)]).toContainEqual(['sub1', 'sub2', 'sub3']);
});

test('changes of several gateway devices in one transaction are one with what they lock first', async () => {
  const { prisma } = fixture.db;
  await attach(ONE, sensors('sub1', 'sub2'));
  const swap = (from: DeviceCore, to: DeviceCore, devices: readonly DeviceCore[]) =>
    prisma.$transaction(async (tx) => {
      await lockDevices(tx, [from, to, ...devices]);
      await unbind(tx, from, devices, { passOver: true });
      await bind(tx, to, devices, LIMIT);
    });
  await Promise.all([swap(ONE, TWO, sensors('sub1', 'sub2')), swap(TWO, ONE, sensors('sub2', 'sub1'))]);
  expect((await attachedTo(fixture, ONE)).length + (await attachedTo(fixture, TWO)).length).toBe(2);
});

test('what is attached to what is read for many at once', async () => {
  const { prisma } = fixture.db;
  await attach(ONE, sensors('sub1', 'sub2', 'sub3'));
  const sub = (deviceName: string) => ({ ...sensor(deviceName), productKey: SENSORS_KEY });
  expect(await subDevicesOf(prisma, ONE, { take: 2, skip: 1 })).toEqual({
    list: [sub('sub2'), sub('sub3')],
    total: 3,
  });
  expect(await subDevicesOf(prisma, TWO)).toEqual({ list: [], total: 0 });
  expect(await topologiesOf(prisma, [TWO, gateway('nobody'), ONE])).toEqual([
    { isEnable: true, subDevices: [] },
    undefined,
    { isEnable: true, subDevices: [sub('sub1'), sub('sub2'), sub('sub3')] },
  ]);
  expect(await gatewayOf(prisma, [sensor('sub2'), TWO, sensor('nobody')])).toEqual([ONE, undefined, undefined]);
});

test('a device that is deleted is attached to nothing, and nothing to it', async () => {
  await attach(ONE, sensors('sub1', 'sub2'));
  await fixture.devices.deviceInfoDelete(sensor('sub1'));
  expect(await attachedTo(fixture, ONE)).toEqual(['sub2']);
  await fixture.devices.deviceInfoDelete(ONE);
  expect(await gatewayOf(fixture.db.prisma, sensors('sub2'))).toEqual([undefined]);
});

test('a node reads of a device what it is attached to, and of a product what its devices are', async () => {
  await attach(ONE, sensors('sub1'));
  const keys = ['sub1', 'sub2'].map((deviceName) => ({ productKey: SENSORS_KEY, deviceName }));
  const read = async () => {
    const { devices, products } = await fixture.directory.resolve({
      devices: keys,
      productKeys: [SENSORS_KEY, GATEWAYS],
    });
    return [
      Object.fromEntries(
        devices.map(({ deviceName, gateway: of }) => [deviceName, of && `${of.productID}/${of.deviceName}`]),
      ),
      Object.fromEntries(products.map(({ productID, deviceType }) => [productID, deviceType])),
    ];
  };
  const types = { [SENSORS]: '3', [GATEWAYS]: '2' };
  expect(await read()).toEqual([{ sub1: 'gwKey1/gate1', sub2: null }, types]);
  await attach(TWO, sensors('sub1', 'sub2'));
  expect(await read()).toEqual([{ sub1: 'gwKey1/gate2', sub2: 'gwKey1/gate2' }, types]);
  await detach(TWO, sensors('sub1'));
  expect(await read()).toEqual([{ sub1: null, sub2: 'gwKey1/gate2' }, types]);
});
