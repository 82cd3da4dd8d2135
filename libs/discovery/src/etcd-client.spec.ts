import { PATIENCE_MS, startEtcd, type TestEtcd } from '@alink/testing';
import { EtcdClient, type Change } from './etcd-client';
import { silentLog } from './log';

let etcd: TestEtcd;
let client: EtcdClient;
beforeAll(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ hosts: etcd.hosts }, silentLog, PATIENCE_MS);
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});

const follow = async (revision: bigint, wanted: number): Promise<Change[]> => {
  const stopping = new AbortController();
  const seen: Change[] = [];
  const onChanges = (changes: readonly Change[]) => {
    seen.push(...changes);
    if (seen.length >= wanted) stopping.abort();
  };
  await client.follow('a/', revision, onChanges, stopping.signal);
  return seen;
};

test('follows every change below the prefix after a revision, and nothing beside it', async () => {
  await etcd.etcdctl('put', 'a/1', 'before');
  const { entries, revision } = await client.load('a/');
  expect([...entries]).toEqual([['a/1', 'before']]);
  for (const key of ['a', 'a/2', 'a0', 'b/1']) await etcd.etcdctl('put', key, 'value');
  await etcd.etcdctl('del', 'a/1');
  expect(await follow(revision, 2)).toEqual([{ key: 'a/2', value: 'value' }, { key: 'a/1' }]);
});

test('following from a revision that is compacted ends at once', async () => {
  await etcd.etcdctl('put', 'a/3', 'value');
  const { revision } = await client.load('a/');
  await etcd.etcdctl('compact', String(revision));
  expect(await follow(1n, 1)).toEqual([]);
});

test('a lease lives until it is revoked', async () => {
  const lease = await client.grantLease(60);
  expect(await client.keepLeaseAlive(lease)).toBe(true);
  await client.put('leased', 'value', lease);
  expect(await client.putIfMissing('leased', 'other', lease)).toBe(false);
  await client.revokeLease(lease);
  await client.revokeLease(lease);
  expect((await client.load('leased')).entries.size).toBe(0);
  expect(await client.keepLeaseAlive(lease)).toBe(false);
  await expect(client.put('leased', 'value', lease)).rejects.toThrow('lease');
  await expect(client.putIfMissing('leased', 'value', lease)).rejects.toThrow('lease');
  expect(client.connected).toBe(true);
});
