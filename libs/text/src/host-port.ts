/** Addresses of a host and a port, as one text: `10.0.0.1:9081`, `dm.example:9081`, `[::1]:9081`. */

/** Brackets around an IPv6 address keep its colons apart from the one before the port (RFC 3986, section 3.2.2). */
export const hostPort = (host: string, port: number | string): string => `${bracketed(host)}:${port}`;

/** With or without the zone that a link-local one has (RFC 4007, section 11). */
const isIPv6 = (host: string): boolean =>
  host.includes(':') && URL.canParse(`http://[${host.replace(/%[\w.-]+$/, '')}]`);

const bracketed = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Undefined for what is no `host:port`: without a port, with a port beyond 65535, an IPv6 address without brackets. */
export const parseHostPort = (text: string): HostPort | undefined => {
  const [, inBrackets, plain, digits] = /^(?:\[([^[\]]+)\]|([^:/\s[\]@]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) return undefined;
  if (plain !== undefined) return { host: plain, port };
  return inBrackets !== undefined && isIPv6(inBrackets) ? { host: inBrackets, port } : undefined;
};
