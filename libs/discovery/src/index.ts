export type { Registration, Registry, Watch } from './registry';
export type { Log } from './log';
export { createMemoryRegistry } from './memory-registry';
export { publishedHost } from './published-host';
export { waitForService, type WaitForServiceOptions } from './wait-for-service';
export { connectEtcd, type EtcdOptions } from './etcd-registry';
export { etcdSettings, type EtcdSettings } from './etcd-settings';
