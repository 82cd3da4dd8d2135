import { startEtcd } from './etcd-server';

test('etcd keeps its data over a crash and a restart, and loses it on request', async () => {
  const etcd = await startEtcd();
  try {
    await etcd.etcdctl('put', 'key', 'value');
    await etcd.kill();
    await expect(etcd.etcdctl('--dial-timeout=200ms', '--command-timeout=300ms', 'get', 'key')).rejects.toThrow();
    await etcd.restart();
    expect(await etcd.etcdctl('get', 'key')).toBe('key\nvalue\n');
    await etcd.restart({ empty: true });
    expect(await etcd.etcdctl('get', 'key')).toBe('');
  } finally {
    await etcd.stop();
  }
});
