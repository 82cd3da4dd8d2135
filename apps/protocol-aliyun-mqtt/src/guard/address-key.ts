/** What stands for "one address" where something is counted for each. */
import { isIP, isIPv6 } from 'node:net';
import { unmappedAddress } from '../transport/unmapped-address';

/**
 * The key of an address: an IPv4 address itself (also when mapped into IPv6), the /64 of an IPv6 address, because that
 * is what one customer of a network is given at least (RFC 6177).
 * @param address with or without a port, as in `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`
 * @returns '' for what is no address
 */
export const addressKey = (address: string): string => {
  const host = unmappedAddress(hostOf(address));
  if (!isIPv6(host)) return isIP(host) ? host : '';
  return `${groups(host).slice(0, 4).join(':')}::/64`;
};

/** Takes the port away. An IPv6 address without brackets that is one with its port too keeps it: its /64 is the same. */
const hostOf = (address: string): string => {
  const host = withoutZone(address);
  if (isIP(host)) return host;
  const [, bracketed] = /^\[(.+)\](?::\d+)?$/.exec(address) ?? [];
  if (bracketed !== undefined) return withoutZone(bracketed);
  const before = host.slice(0, Math.max(0, host.lastIndexOf(':')));
  return isIP(before) ? before : host;
};

const withoutZone = (address: string): string => address.replace(/%[^\]]*/, '');

/** The eight groups of an IPv6 address, without leading zeros. */
const groups = (address: string): string[] => {
  const [head = '', tail] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = !tail ? [] : tail.split(':');
  // An IPv4 tail takes the place of two groups.
  const width = [...left, ...right].reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - width) }, () => '0');
  return [...left, ...zeros, ...right].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
};
