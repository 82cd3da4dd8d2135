/** What happens to the registry when etcd crashes, freezes, restarts, loses its data, or when somebody meddles with it. */
import { eventually, freePort, PATIENCE_MS, startEtcd, type TestEtcd } from '@alink/testing';
import { connectEtcd, type EtcdOptions } from './etcd-registry';
import type { Log } from './log';
import type { Registry } from './registry';

const SERVICE = 'dm.rpc';
const ADDRESS = '127.0.0.1:9081';
/** Patience for what comes when a lease has ended. */
const LEASE = { timeoutMs: 40_000 };

let etcd: TestEtcd;
const registries: Registry[] = [];
beforeEach(async () => {
  etcd = await startEtcd();
});
afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  await etcd.stop();
});

const connect = (options: Partial<EtcdOptions> = {}): Registry => {
  const registry = connectEtcd({ hosts: etcd.hosts, ...options });
  registries.push(registry);
  return registry;
};

/** What the manual's check shows: `etcdctl get --prefix dm.rpc`, key and value lines. */
const shown = async (service = SERVICE): Promise<string[]> =>
  (await etcd.etcdctl('get', '--prefix', service)).split('\n').filter(Boolean);

/** The lease in a key, as etcdctl writes it. */
const leaseOf = (key: string): string => BigInt(key.slice(SERVICE.length + 1)).toString(16);
/** What etcdctl tells of a key's lease. */
const timeToLive = (key: string): Promise<string> => etcd.etcdctl('lease', 'timetolive', leaseOf(key), '--keys');
const expectStanding = async () => {
  const [key, value, ...rest] = await shown();
  expect(key).toMatch(/^dm\.rpc\/\d+$/);
  expect(value).toBe(ADDRESS);
  expect(rest).toEqual([]);
  return key!;
};

/** Collects what a watch tells, as sorted values. */
const follow = async (registry: Registry) => {
  const told: string[][] = [];
  const watch = await registry.watch(SERVICE, (instances) => told.push([...instances.values()].sort()));
  return { told, watch };
};

test('etcdctl shows the key with the id of its lease, which has the wanted time to live', async () => {
  await connect().register(SERVICE, ADDRESS);
  await eventually(async () => {
    const key = await expectStanding();
    expect(await timeToLive(key)).toMatch(new RegExp(`granted with TTL\\(10s\\).*attached keys\\(\\[${key}\\]\\)`));
  });
});

test('the lease is kept alive', async () => {
  await connect({ ttlSeconds: 30 }).register(SERVICE, ADDRESS);
  const key = await expectStanding();
  const remaining = async () => Number(/remaining\((\d+)s\)/.exec(await timeToLive(key))![1]);
  await eventually(async () => expect(await remaining()).toBeLessThan(25));
  await eventually(async () => expect(await remaining()).toBeGreaterThan(25));
  expect(await expectStanding()).toBe(key);
}, 60_000); // a lease is renewed when a third of its 30 s has passed

test('a process that dies without a word is gone when its lease ends', async () => {
  const registry = connect();
  const { told } = await follow(registry);
  const lease = (await etcd.etcdctl('lease', 'grant', '10')).split(' ')[1]!;
  await etcd.etcdctl('put', `--lease=${lease}`, `${SERVICE}/1`, ADDRESS);
  await eventually(() => expect(told).toEqual([[], [ADDRESS], []]), LEASE);
}, 60_000); // a lease of 10 s ends

test('a key deleted by hand comes back', async () => {
  await connect({ ttlSeconds: 60 }).register(SERVICE, ADDRESS);
  const key = await expectStanding();
  await etcd.etcdctl('del', key);
  await eventually(async () => expect(await expectStanding()).toBe(key));
});

test('a lease revoked by hand is replaced, key and all', async () => {
  const registry = connect({ ttlSeconds: 60 });
  await registry.register(SERVICE, ADDRESS);
  await registry.hold('alink.node', 'one', 'value');
  const key = await expectStanding();
  await etcd.etcdctl('lease', 'revoke', leaseOf(key));
  await eventually(async () => expect(await expectStanding()).not.toBe(key));
  await eventually(async () => expect(await shown('alink.node')).toEqual(['alink.node/one', 'value']));
});

test('keys come back after a crash and a restart of etcd', async () => {
  const registry = connect();
  await registry.register(SERVICE, ADDRESS);
  await registry.hold('alink.node', 'one', 'value');
  await etcd.kill();
  await eventually(() => expect(registry.connected).toBe(false));
  await etcd.restart();
  await eventually(() => expect(registry.connected).toBe(true));
  await eventually(expectStanding);
  await eventually(async () => expect(await shown('alink.node')).toEqual(['alink.node/one', 'value']));
});

test('keys come back when etcd has lost its data, and watchers never see them go', async () => {
  const registry = connect();
  await registry.register(SERVICE, ADDRESS);
  const watcher = connect({ graceMs: 15_000 });
  const { told, watch } = await follow(watcher);
  await etcd.restart({ empty: true });
  await eventually(expectStanding);
  const others = connect();
  await others.register(SERVICE, 'later:1');
  await eventually(() => expect(told.at(-1)).toEqual([ADDRESS, 'later:1'].sort()));
  expect(told.every((values) => values.includes(ADDRESS))).toBe(true);
  // The key of the old lease is forgotten in the end.
  await eventually(async () => expect(watch.current.size).toBe(2), LEASE);
}, 90_000); // a set that became smaller is believed after 15 s

test('a watch keeps the last known set while etcd is away, and learns afterwards what changed', async () => {
  const registry = connect();
  const registration = await registry.register(SERVICE, ADDRESS);
  const watcher = connect();
  const { told, watch } = await follow(watcher);
  await eventually(() => expect(told).toEqual([[ADDRESS]]));
  await etcd.kill();
  await eventually(() => expect(watcher.connected).toBe(false));
  await registration.withdraw(); // cannot reach etcd: the key stays until its lease ends
  expect([...watch.current.values()]).toEqual([ADDRESS]);
  expect(told).toHaveLength(1);
  await etcd.restart();
  await etcd.etcdctl('put', `${SERVICE}/1`, 'new:1');
  await eventually(() => expect(told.at(-1)).toContain('new:1'));
  await eventually(() => expect(told.at(-1)).toEqual(['new:1']), LEASE);
}, 60_000); // a lease of 10 s ends, counted anew since the restart

test('a watch survives compaction', async () => {
  const registry = connect();
  const { told } = await follow(registry);
  for (let n = 1; n <= 5; n++) await etcd.etcdctl('put', `${SERVICE}/1`, `value ${n}`);
  const revision = /"revision":(\d+)/.exec(await etcd.etcdctl('get', 'x', '-w', 'json'))![1]!;
  await etcd.etcdctl('compact', revision);
  await etcd.kill();
  await etcd.restart();
  await etcd.etcdctl('put', `${SERVICE}/1`, 'after');
  await eventually(() => expect(told.at(-1)).toEqual(['after']));
});

test('an etcd that freezes and thaws does no harm', async () => {
  const registry = connect();
  await registry.register(SERVICE, ADDRESS);
  const { told } = await follow(registry);
  await etcd.pause();
  await eventually(() => expect(registry.connected).toBe(false));
  etcd.resume();
  await eventually(expectStanding);
  await etcd.etcdctl('put', `${SERVICE}/1`, 'new:1');
  await eventually(() => expect(told.at(-1)).toContain('new:1'));
});

test('an etcd that is not there yet is waited for, and told once', async () => {
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const logger: Log = { debug: write, info: write, warn: write, error: write };
  await etcd.kill();
  const registry = connect({ logger });
  expect(registry.connected).toBe(false);
  const registering = registry.register(SERVICE, ADDRESS);
  const watching = registry.watch(SERVICE, () => undefined);
  await expect(registry.list(SERVICE)).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(registry.connected).toBe(false);
  expect(lines).toEqual(['etcd does not answer, trying again']);
  await etcd.restart();
  await registering;
  await eventually(expectStanding);
  await eventually(async () => expect((await watching).current.size).toBe(1));
  expect(registry.connected).toBe(true);
});

test('closing while etcd is away ends what waits for it', async () => {
  await etcd.kill();
  const registry = connect();
  const registering = expect(registry.register(SERVICE, ADDRESS)).rejects.toThrow('closed');
  const watching = expect(registry.watch(SERVICE, () => undefined)).rejects.toThrow('closed');
  await registry.close();
  await Promise.all([registering, watching]);
});

test('of several hosts one that answers is enough', async () => {
  const dead = await freePort();
  const registry = connect({ hosts: `127.0.0.1:${dead}, ${etcd.hosts}`, ttlSeconds: 60, callTimeoutMs: PATIENCE_MS });
  await registry.register(SERVICE, ADDRESS);
  for (let n = 0; n < 10; n++) expect((await registry.list(SERVICE)).size).toBe(1);
  await expectStanding();
});

test('no host at all is a mistake that is told at once', () => {
  expect(() => connectEtcd({ hosts: ' , ' })).toThrow('no etcd host');
});
