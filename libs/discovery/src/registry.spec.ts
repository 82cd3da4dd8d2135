/** What every registry does, run on each implementation. */
import { eventually, PATIENCE_MS, startEtcd, type TestEtcd } from '@alink/testing';
import { connectEtcd } from './etcd-registry';
import { createMemoryRegistry } from './memory-registry';
import type { Registry } from './registry';

/** Two members of one registry: for etcd two clients, in process the same object. */
interface Pair {
  readonly one: Registry;
  readonly two: Registry;
}

const implementations = {
  'in process': {
    start: async () => undefined,
    make: (): Pair => {
      const registry = createMemoryRegistry();
      return { one: registry, two: registry };
    },
  },
  etcd: {
    start: () => startEtcd(),
    make: (server: TestEtcd | undefined): Pair => {
      const connect = () => connectEtcd({ hosts: server!.hosts, ttlSeconds: 60, callTimeoutMs: PATIENCE_MS });
      return { one: connect(), two: connect() };
    },
  },
};

describe.each(Object.entries(implementations))('registry %s', (_name, { start, make }) => {
  let server: TestEtcd | undefined;
  let one: Registry;
  let two: Registry;
  /** A service of its own for each test. */
  let service: string;
  let tests = 0;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    ({ one, two } = make(server));
    service = `service-${++tests}.rpc`;
  });
  afterEach(() => Promise.all([one.close(), two.close()]));

  const values = (instances: ReadonlyMap<string, string>) => [...instances.values()].sort();

  test('a registered instance stands under a key of its own until it is withdrawn', async () => {
    const first = await one.register(service, '10.0.0.1:9081');
    const second = await two.register(service, '10.0.0.2:9081');
    const found = await two.list(service);
    expect(values(found)).toEqual(['10.0.0.1:9081', '10.0.0.2:9081']);
    for (const key of found.keys()) expect(key).toMatch(new RegExp(`^${service}/[1-9]\\d*$`));
    await first.withdraw();
    await first.withdraw();
    expect(values(await two.list(service))).toEqual(['10.0.0.2:9081']);
    await second.withdraw();
    expect((await two.list(service)).size).toBe(0);
    expect(one.connected).toBe(true);
  });

  test('two instances at one address are two keys', async () => {
    await one.register(service, '10.0.0.1:9081');
    await one.register(service, '10.0.0.1:9081');
    expect((await two.list(service)).size).toBe(2);
  });

  test('a held key has the id that was asked for', async () => {
    const held = await one.hold(service, 'gateway-1', 'some value');
    expect([...(await two.list(service))]).toEqual([[`${service}/gateway-1`, 'some value']]);
    await held.withdraw();
    expect((await two.list(service)).size).toBe(0);
  });

  test('who holds a key last wins, and leaves it to the one before when it goes', async () => {
    await one.hold(service, 'id', 'first');
    const later = await two.hold(service, 'id', 'later');
    expect(values(await one.list(service))).toEqual(['later']);
    await later.withdraw();
    await eventually(async () => expect(values(await one.list(service))).toEqual(['first']));
  });

  test('services whose names begin alike are apart', async () => {
    await one.register(`${service}2`, 'other');
    await one.register(service, 'mine');
    expect(values(await one.list(service))).toEqual(['mine']);
  });

  test('a watch tells the whole set at first and after every change', async () => {
    const existing = await one.register(service, 'a:1');
    const told: string[][] = [];
    const watch = await two.watch(service, (instances) => told.push(values(instances)));
    await eventually(() => expect(told).toEqual([['a:1']]));
    expect(values(watch.current)).toEqual(['a:1']);
    const second = await one.register(service, 'b:2');
    await eventually(() => expect(told).toEqual([['a:1'], ['a:1', 'b:2']]));
    await one.register(`${service}.other`, 'x');
    await existing.withdraw();
    await eventually(() => expect(told.at(-1)).toEqual(['b:2']));
    expect(values(watch.current)).toEqual(['b:2']);
    watch.stop();
    watch.stop();
    const calls = told.length;
    await second.withdraw();
    await eventually(async () => expect((await two.list(service)).size).toBe(0));
    expect(told).toHaveLength(calls);
  });

  test('a watch of a service that has no instance tells the empty set', async () => {
    const told: number[] = [];
    const watch = await two.watch(service, (instances) => told.push(instances.size));
    await eventually(() => expect(told).toEqual([0]));
    expect(watch.current.size).toBe(0);
  });

  test('a listener that throws harms neither the registry nor other listeners', async () => {
    const told: string[][] = [];
    await two.watch(service, () => {
      throw new Error('broken listener');
    });
    await two.watch(service, (instances) => told.push(values(instances)));
    await one.register(service, 'a:1');
    await eventually(() => expect(told.at(-1)).toEqual(['a:1']));
  });

  test('close withdraws what this member registered, and refuses what comes after', async () => {
    const other = make(server).one;
    await other.register(service, 'a:1');
    await other.hold(service, 'id', 'value');
    await other.close();
    await other.close();
    expect(other.connected).toBe(false);
    expect((await one.list(service)).size).toBe(0);
    await expect(other.register(service, 'b:2')).rejects.toThrow('closed');
    await expect(other.watch(service, () => undefined)).rejects.toThrow('closed');
    await expect(other.list(service)).rejects.toThrow('closed');
  });
});
