/** Presence of gateway devices and sub-devices, whatever happens and in whatever order dm hears of it: held against what is true. */
import { seededRandom, type SeededRandom } from '@alink/testing';
import {
  anyOrder,
  GATEWAYS,
  NEVER_SEEN,
  SUB_DEVICES,
  World,
  WORLD_PRODUCT,
  type Step,
} from '../../test/presence-world';
import { PresenceBatch } from './presence-batch';
import type { DevicePresence, LockedDevice } from './presence-rows';

/** What the database does, with all devices in memory. */
class Rows {
  private devices = [...GATEWAYS, ...SUB_DEVICES].map((deviceName, i): LockedDevice => ({
    id: BigInt(i),
    productID: WORLD_PRODUCT,
    deviceName,
    state: NEVER_SEEN,
  }));

  take(step: Step): void {
    if (step.kind === 'told') return this.apply([step.happened]);
    if (step.kind === 'account') return this.apply(step.happened);
    if (step.kind === 'delete') {
      this.devices = this.devices.filter(({ deviceName }) => deviceName !== step.deviceName);
      return;
    }
    for (const device of this.devices) {
      if (device.state.node === step.node) device.state = { ...device.state, isOnline: false };
    }
  }

  online(): string[] {
    const there = this.devices.filter(({ state }) => state.isOnline);
    return there.map(({ deviceName }) => deviceName).sort();
  }

  private apply(happened: readonly DevicePresence[]): void {
    const batch = new PresenceBatch(this.devices);
    for (const item of happened) batch.apply(item);
  }
}

const worldOf = (random: SeededRandom): World => {
  const world = new World(random);
  for (let turns = random.int(3, 40); turns > 0; turns--) world.turn();
  return world;
};

const WORLDS = 5000;

/** Lets `check` look at as many worlds. */
const inManyWorlds = (check: (world: World, random: SeededRandom, seed: number) => void): void => {
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = seededRandom(seed);
    check(worldOf(random), random, seed);
  }
};

test('a device is online exactly if its latest session lives, once nodes have said what they hold', () => {
  inManyWorlds((world, random, seed) => {
    if (random.next() < 0.7) world.settle();
    const rows = new Rows();
    for (const step of [...anyOrder(world, random), ...world.healing()]) rows.take(step);
    expect({ seed, online: rows.online() }).toEqual({ seed, online: world.online() });
  });
});

test('and before that, where no node was lost or taken for lost', () => {
  let looked = 0;
  inManyWorlds((world, random, seed) => {
    if (world.hasTrouble) return;
    looked += 1;
    world.settle();
    const rows = new Rows();
    for (const step of anyOrder(world, random)) rows.take(step);
    expect({ seed, online: rows.online() }).toEqual({ seed, online: world.online() });
  });
  expect(looked).toBeGreaterThan(WORLDS / 20);
});
