/** Presence of gateway devices and sub-devices in the database, where two instances of dm take what may come in any order. */
import { seededRandom, type SeededRandom } from '@alink/testing';
import { giveUpNode } from '../src/presence/give-up-node';
import type { DevicePresence } from '../src/presence/presence-rows';
import { applyPresenceBatch } from '../src/presence/presence-store';
import { startDm, type DmFixture } from './dm-fixture';
import { anyOrder, GATEWAYS, SUB_DEVICES, World, WORLD_PRODUCT, type Step } from './presence-world';

let fixture: DmFixture;
beforeAll(async () => {
  fixture = await startDm();
  await fixture.products.productInfoCreate({
    productID: WORLD_PRODUCT,
    productName: 'World',
    protocolCode: 'aliyunMqtt',
  });
});
afterAll(() => fixture?.stop());

const createDevices = async (): Promise<void> => {
  const { device } = fixture.db.prisma;
  await device.deleteMany();
  const names = [...SUB_DEVICES.slice(0, 1), ...GATEWAYS, ...SUB_DEVICES.slice(1)];
  await device.createMany({ data: names.map((deviceName) => ({ productID: WORLD_PRODUCT, deviceName, secret: '' })) });
};

const apply = (happened: readonly DevicePresence[]) =>
  fixture.db.prisma.$transaction((tx) => applyPresenceBatch(tx, happened));

const take = async (step: Exclude<Step, { kind: 'told' }>): Promise<void> => {
  if (step.kind === 'account') await apply(step.happened);
  else if (step.kind === 'delete')
    await fixture.db.prisma.device.deleteMany({ where: { deviceName: step.deviceName } });
  else for await (const _changes of giveUpNode(fixture.db.prisma, step.node, 0));
};

/** One instance of dm: messages in batches, as its consumer takes them, and whatever else between. */
const instance = async (steps: readonly Step[], random: SeededRandom): Promise<void> => {
  let batch: DevicePresence[] = [];
  for (const step of steps) {
    if (step.kind === 'told') batch.push(step.happened);
    if (step.kind === 'told' && random.next() < 0.7) continue;
    await apply(batch);
    batch = [];
    if (step.kind !== 'told') await take(step);
  }
  await apply(batch);
};

test.each([1, 2, 3])('a device is online exactly if its latest session lives (%i)', async (part) => {
  for (let seed = part * 1000; seed < part * 1000 + 12; seed++) {
    const random = seededRandom(seed);
    const world = new World(random);
    for (let turns = 30; turns > 0; turns--) world.turn();
    await createDevices();
    const steps = anyOrder(world, random);
    const ofFirst = new Set(steps.filter(() => random.next() < 0.5));
    await Promise.all([
      instance([...ofFirst], random),
      instance(
        steps.filter((step) => !ofFirst.has(step)),
        random,
      ),
    ]);
    await instance(world.healing(), random);
    const online = await fixture.db.prisma.device.findMany({
      where: { isOnline: true },
      orderBy: { deviceName: 'asc' },
    });
    expect({ seed, online: online.map(({ deviceName }) => deviceName) }).toEqual({ seed, online: world.online() });
  }
});
