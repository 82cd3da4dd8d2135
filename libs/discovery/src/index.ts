export type { Registration, Registry, Watch } from './registry';
// Made by their own files: connectEtcd(options): Registry, createMemoryRegistry(): Registry,
// publishedHost(listenHost, podIp?): string (go-zero's rule for 0.0.0.0), waitForService(registry, keys, ...).
