import { isIPv6, SocketAddress } from 'node:net';

/**
 * The IPv4 address that an IPv6 address holds (`::ffff:192.0.2.1`, however it is written; RFC 4291, 2.5.5.2); any other
 * address as it is. Sockets that take both families, and proxies, give IPv4 clients such addresses.
 */
export const unmappedAddress = (address: string): string => {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(new SocketAddress({ address, family: 'ipv6' }).address) ?? [];
  return mapped ?? address;
};
