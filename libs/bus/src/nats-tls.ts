/** How the client speaks TLS with NATS, where it is asked for. */
import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { TlsFiles } from '@alink/runtime';
import { parseHostPort } from '@alink/text';
import type { ConnectionOptions } from 'nats';

/**
 * The client's own options hold files alone; what else is given it hands on to Node's TLS. It names the server by its host
 * name and leaves it unnamed where it dials an address: then Node would look for "localhost" in the certificate. So an
 * unnamed server must bear one of the addresses that were given.
 * @param servers `host:port` each
 */
export const natsTls = (servers: readonly string[], files: TlsFiles = {}): ConnectionOptions['tls'] => {
  const addresses = servers.map((server) => parseHostPort(server)?.host ?? '').filter((host) => isIP(host));
  const checked: Pick<TlsOptions, 'host' | 'checkServerIdentity'> = {
    host: addresses[0],
    checkServerIdentity: (name, certificate) => {
      if (!isIP(name)) return checkServerIdentity(name, certificate);
      const faults = addresses.map((address) => checkServerIdentity(address, certificate));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
  return { ...files, ...(addresses.length > 0 && checked) } as ConnectionOptions['tls'];
};
