import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import type { Log } from './log';
import { readNatsAddresses } from './nats-address';
import { natsFault } from './nats-fault';
import type { NatsSettings } from './nats-settings';
import { natsTls } from './nats-tls';

export interface NatsConnectOptions extends NatsSettings {
  /** Name of this client, as the server's monitoring shows it. */
  readonly name: string;
  /** Milliseconds to wait for the first connection; default 30000. */
  readonly connectTimeoutMs?: number;
}

const RETRY_MS = 250;
/** Milliseconds for one try at one server. */
const CONNECT_MS = 3000;

/**
 * Connects, trying until a server is there; from then on the connection comes back by itself, for ever. Where TLS is
 * asked for nothing else is spoken: the login is sent once the server has shown a certificate that is trusted.
 * @throws {Error} naming the addresses and why, when none can be used within `connectTimeoutMs`
 */
export const connectWithRetry = async (options: NatsConnectOptions, log: Log): Promise<NatsConnection> => {
  const { servers, login, asksForTls } = readNatsAddresses(options.servers);
  const shown = servers.join(', ');
  const timeoutMs = options.connectTimeoutMs ?? 30_000;
  const end = performance.now() + timeoutMs;
  // Without this option the client speaks TLS where the server demands or offers it, and plain text elsewhere.
  const secured = asksForTls || options.tls !== undefined;
  const tls = secured ? { tls: natsTls(servers, options.tls) } : {};
  let told = '';
  /** Of several servers, or addresses of one, the client tells the error of one: what is known stays known. */
  let fault: string | undefined;
  for (;;) {
    try {
      return await connect({
        servers: [...servers],
        ...login,
        ...tls,
        name: options.name,
        timeout: Math.max(RETRY_MS, Math.min(CONNECT_MS, end - performance.now() - RETRY_MS)),
        maxReconnectAttempts: -1,
        reconnectTimeWait: RETRY_MS,
        reconnectJitter: 100,
        reconnectJitterTLS: 100,
        // A server that restarts may refuse at first because its accounts are not loaded yet.
        ignoreAuthErrorAbort: true,
        // Finds a server that froze or a network that swallows packets, within half a minute.
        pingInterval: 10_000,
        maxPingOut: 2,
      });
    } catch (err) {
      fault = natsFault(err, { secured, showsCertificate: options.tls?.certFile !== undefined }) ?? fault;
      // Before those who wait for us lose their patience, so that they hear why.
      if (performance.now() + 3 * RETRY_MS > end) {
        const words = fault ? `NATS at ${shown} ${fault}` : `NATS does not answer at ${shown}`;
        throw new Error(`${words} (tried for ${timeoutMs / 1000} s)`, { cause: err });
      }
      const words = fault ? `NATS ${fault}` : 'NATS does not answer yet';
      // The error of a certificate that is refused shows the whole of it.
      const details = fault ? { reason: String((err as Error).message) } : { err };
      if (words !== told) log.warn({ ...details, servers: shown }, `${words}, trying again`);
      told = words;
      await sleep(RETRY_MS);
    }
  }
};
