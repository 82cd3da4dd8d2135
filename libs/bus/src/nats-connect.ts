import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions, type NatsConnection } from 'nats';
import type { Log } from './log';

export interface NatsConnectOptions {
  /** Addresses, separated by commas: `nats://host:4222` or `host:4222`, with `user:password@` where needed. */
  readonly servers: string;
  /** Name of this client, as the server's monitoring shows it. */
  readonly name: string;
  /** Milliseconds to wait for the first connection; default 30000. */
  readonly connectTimeoutMs?: number;
}

const RETRY_MS = 250;

/** Addresses without what is secret in them, for logs and errors. */
const shown = (servers: readonly string[]): string => servers.map((server) => server.replace(/^.*@/, '')).join(', ');

/** User and password out of the first address that holds them; the client takes them apart from the address. */
const credentialsIn = (servers: readonly string[]): Pick<ConnectionOptions, 'user' | 'pass' | 'token'> => {
  const found = servers.map((server) => /^(?:\w+:\/\/)?([^:@/]+)(?::([^@/]*))?@/.exec(server)).find((match) => match);
  if (!found) return {};
  const [, user = '', pass] = found;
  return pass === undefined
    ? { token: decodeURIComponent(user) }
    : { user: decodeURIComponent(user), pass: decodeURIComponent(pass) };
};

/**
 * Connects, trying until a server is there; from then on the connection comes back by itself, for ever.
 * @throws {Error} naming the addresses, when none answers within `connectTimeoutMs`
 */
export const connectWithRetry = async (options: NatsConnectOptions, log: Log): Promise<NatsConnection> => {
  const servers = options.servers
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '');
  const timeoutMs = options.connectTimeoutMs ?? 30_000;
  const end = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect({
        servers: servers.map((server) => server.replace(/^(\w+:\/\/)?[^@/]*@/, '$1')),
        ...credentialsIn(servers),
        name: options.name,
        timeout: 3000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RETRY_MS,
        reconnectJitter: 100,
        // A server that restarts may refuse at first because its accounts are not loaded yet.
        ignoreAuthErrorAbort: true,
        // Finds a server that froze or a network that swallows packets, within half a minute.
        pingInterval: 10_000,
        maxPingOut: 2,
      });
    } catch (err) {
      if (performance.now() + RETRY_MS > end) {
        throw new Error(`NATS does not answer at ${shown(servers)} (tried for ${timeoutMs / 1000} s)`, { cause: err });
      }
      if (attempt === 1) log.warn({ err, servers: shown(servers) }, 'NATS does not answer yet, trying again');
      await sleep(RETRY_MS);
    }
  }
};
