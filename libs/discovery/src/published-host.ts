import { networkInterfaces } from 'node:os';

/** Listen hosts that stand for every interface, and so name none. */
const UNSPECIFIED = new Set(['', '0.0.0.0', '::', '[::]']);

/** The machine's first IPv4 address that is not a loopback; undefined on a machine without a network. */
const firstAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal)?.address;

/**
 * The host under which others reach a server: the listen host itself, or, where that names no interface, `podIp`, else
 * the machine's first non-loopback IPv4 address, else 127.0.0.1 (go-zero's rule for what it writes into etcd).
 */
export const publishedHost = (listenHost: string, podIp?: string): string =>
  UNSPECIFIED.has(listenHost) ? podIp || firstAddress() || '127.0.0.1' : listenHost;
