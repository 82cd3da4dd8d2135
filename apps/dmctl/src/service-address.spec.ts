import { addressOf, readSettings } from './service-address';

const target = (service: 'dm' | 'timedjob', options: object, env: Record<string, string>) =>
  addressOf(service, options, readSettings(env)).target;

test('the option comes first, then etcd, then this machine', () => {
  const etcd = { ETCD_HOSTS: 'e1:2379,e2:2379' };
  expect(target('dm', { endpoint: 'h:1' }, etcd)).toBe('h:1');
  expect(target('timedjob', { jobEndpoint: 'h:2', endpoint: 'h:1' }, etcd)).toBe('h:2');
  expect(target('timedjob', { endpoint: 'h:1' }, etcd)).toBe('etcd:///timedjob.rpc');
  expect(target('dm', {}, etcd)).toBe('etcd:///dm.rpc');
  expect(target('dm', {}, {})).toBe('localhost:9081');
  expect(target('timedjob', {}, { ETCD_HOSTS: ' ' })).toBe('localhost:9083');
  expect(target('dm', {}, { DM_GRPC_PORT: '19081' })).toBe('localhost:19081');
});

test('a bad variable is named', () => {
  expect(() => readSettings({ ETCD_HOSTS: 'nonsense' })).toThrow(/ETCD_HOSTS/);
  expect(() => readSettings({ DM_GRPC_PORT: 'x' })).toThrow(/DM_GRPC_PORT/);
});
