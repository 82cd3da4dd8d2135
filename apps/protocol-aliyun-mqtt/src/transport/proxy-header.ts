/** The PROXY protocol, versions 1 and 2 (haproxy.org, "The PROXY protocol"): the true address behind a load balancer. */
import { isIP } from 'node:net';
import { IPv4ProxyAddress, IPv6ProxyAddress, V1ProxyProtocol, V2ProxyProtocol } from 'proxy-protocol-js';
import { unmappedAddress } from './unmapped-address';

/** Where the connection really comes from; undefined for one of the proxy's own (health checks). */
export interface ProxySource {
  readonly address: string;
  readonly port: number;
}

/** Bytes of the longest header of version 1, with its line end. */
const MAX_V1_BYTES = 107;
const V1_PREFIX = Buffer.from('PROXY ');
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Bytes of version 2 before the addresses: signature, version and command, family, length. */
const V2_FIXED = 16;
/** Bytes that addresses and extensions of version 2 may have; the protocol's own bound is 65,535. */
const MAX_V2_BYTES = 2048;

/**
 * Reads the header at the start of a connection.
 * @returns undefined while bytes are missing; else the source and how many bytes the header takes
 * @throws {Error} when these bytes are no header: a proxy that must send one has not
 */
export const readProxyHeader = (
  bytes: Buffer,
): { readonly value: ProxySource | undefined; readonly taken: number } | undefined => {
  if (startsLike(bytes, V2_SIGNATURE)) return readV2(bytes);
  if (startsLike(bytes, V1_PREFIX)) return readV1(bytes);
  throw new Error('a proxy must begin with a PROXY header');
};

/** Whether the bytes are the prefix, or may become it. */
const startsLike = (bytes: Buffer, prefix: Buffer): boolean => {
  const length = Math.min(bytes.length, prefix.length);
  return bytes.subarray(0, length).equals(prefix.subarray(0, length));
};

const readV1 = (bytes: Buffer): { value: ProxySource | undefined; taken: number } | undefined => {
  const end = bytes.subarray(0, MAX_V1_BYTES).indexOf('\r\n');
  if (end < 0) {
    if (bytes.length >= MAX_V1_BYTES) throw new Error('a PROXY header without end');
    return undefined;
  }
  const taken = end + 2;
  const line = bytes.toString('latin1', 0, end);
  if (line.startsWith('PROXY UNKNOWN')) return { value: undefined, taken };
  const { source } = readable(() => V1ProxyProtocol.parse(`${line}\r\n`));
  return { value: checked(source.ipAddress, source.port), taken };
};

const readV2 = (bytes: Buffer): { value: ProxySource | undefined; taken: number } | undefined => {
  if (bytes.length < V2_FIXED) return undefined;
  const length = bytes.readUInt16BE(14);
  if (length > MAX_V2_BYTES) throw new Error('a PROXY header that is too long');
  const taken = V2_FIXED + length;
  if (bytes.length < taken) return undefined;
  if (bytes[12]! >> 4 !== 2) throw unreadable();
  const isLocal = (bytes[12]! & 0x0f) === 0;
  if (isLocal) return { value: undefined, taken };
  const { proxyAddress } = readable(() => V2ProxyProtocol.parse(bytes.subarray(0, taken)));
  if (!(proxyAddress instanceof IPv4ProxyAddress) && !(proxyAddress instanceof IPv6ProxyAddress)) {
    return { value: undefined, taken };
  }
  return { value: checked(addressText(proxyAddress.sourceAddress.address), proxyAddress.sourcePort), taken };
};

/** The usual text of 4 or 16 bytes of an address. */
const addressText = (bytes: ArrayLike<number>): string => {
  const octets = Array.from(bytes);
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, n) => ((octets[2 * n]! << 8) | octets[2 * n + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};

const checked = (address: string, port: number): ProxySource => {
  if (isIP(address) === 0 || !Number.isInteger(port) || port < 0 || port > 65_535) throw unreadable();
  return { address: unmappedAddress(address), port };
};

/** What the library throws is no Error, and repeats nothing of use. */
const readable = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch {
    throw unreadable();
  }
};

const unreadable = (): Error => new Error('a PROXY header that cannot be read');
