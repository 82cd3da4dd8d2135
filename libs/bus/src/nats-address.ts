/** What addresses of NATS servers say: where they are, who asks, and whether over TLS. */
import { hostPort } from '@alink/text';
import type { ConnectionOptions } from 'nats';

/** NATS documentation, "Ports". */
const DEFAULT_PORT = 4222;

const SCHEMES: readonly string[] = ['nats:', 'tls:'];

export interface NatsAddresses {
  /** `host:port` each, without what is secret: for the client, for logs and errors. */
  readonly servers: readonly string[];
  /** Of the first address that holds some; the client takes them apart from the address. */
  readonly login: Pick<ConnectionOptions, 'user' | 'pass' | 'token'>;
  /** Whether one of them asks for TLS. Then all of them do, those that a server names later among them. */
  readonly asksForTls: boolean;
}

/**
 * Reads addresses, separated by commas: `nats://host:4222`, `tls://user:password@host`, `host:4222`.
 * @throws {Error} for another scheme: it may stand for a protection that the client would not give
 */
export const readNatsAddresses = (text: string): NatsAddresses => {
  const urls = text
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
    .map((server) => new URL(server.includes('://') ? server : `nats://${server}`));
  const other = urls.find(({ protocol }) => !SCHEMES.includes(protocol));
  if (other) throw new Error(`NATS is not spoken over ${other.protocol}//, only over nats:// and tls://`);
  const withLogin = urls.find(({ username }) => username !== '');
  return {
    servers: urls.map(({ hostname, port }) => hostPort(hostname, port || DEFAULT_PORT)),
    login: withLogin ? loginIn(withLogin) : {},
    asksForTls: urls.some(({ protocol }) => protocol === 'tls:'),
  };
};

const loginIn = ({ username, password }: URL): NatsAddresses['login'] =>
  password === '' ? { token: decoded(username) } : { user: decoded(username), pass: decoded(password) };

/** A `%` that stands for itself is one. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
