import { networkInterfaces } from 'node:os';

/** Listen hosts that stand for every interface, and so name none. */
const UNSPECIFIED = new Set(['', '0.0.0.0', '::', '[::]']);

/** The machine's first address that others may reach, an IPv4 one if there is any; undefined without a network. */
const firstAddress = (interfaces: ReturnType<typeof networkInterfaces>): string | undefined => {
  const outward = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address));
  return (outward.find(({ family }) => family === 'IPv4') ?? outward[0])?.address;
};

/** Means something on its own link alone (RFC 4291, section 2.5.6). */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/**
 * The host under which others reach a server: the listen host itself, or, where that names no interface, `podIp`, else
 * the machine's first non-loopback IPv4 address (go-zero's rule for what it writes into etcd), else an IPv6 one, else
 * 127.0.0.1. With a port it becomes an address by `hostPort`.
 */
export const publishedHost = (listenHost: string, podIp?: string, interfaces = networkInterfaces()): string =>
  UNSPECIFIED.has(listenHost) ? podIp || firstAddress(interfaces) || '127.0.0.1' : listenHost;
