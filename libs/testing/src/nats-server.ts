import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port';
import { temporaryFolder } from './guardian';
import { restartable, type RestartableServer } from './restartable-server';
import { ServerProcess } from './server-process';
import type { ServerTls } from './server-tls';

export interface TestNats extends RestartableServer {
  /** `nats://127.0.0.1:<port>`; the same after a restart. */
  readonly url: string;
}

/** A NATS server greets with INFO when it serves. */
export const greets = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1000, () => socket.destroy(new Error('no greeting')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without a greeting')));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
  });

export interface NatsServerOptions {
  /** Default true. */
  readonly jetstream?: boolean;
  /** Bytes that all its streams may hold; as much as the disk has by default. */
  readonly maxStoreBytes?: number;
  /** Speaks TLS and nothing else. */
  readonly tls?: ServerTls;
  /** The one login that is let in; everybody is without it. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** Starts a `nats-server` of its own on a free port. */
export const startNats = async (options: NatsServerOptions = {}): Promise<TestNats> => {
  const { jetstream = true, maxStoreBytes, tls, login } = options;
  const port = await freePort();
  const folder = temporaryFolder('nats');
  const store = join(folder, 'store');
  const config = join(folder, 'nats.conf');
  if (maxStoreBytes) {
    writeFileSync(config, `jetstream { store_dir: ${JSON.stringify(store)}, max_file_store: ${maxStoreBytes} }\n`);
  }
  const streams = maxStoreBytes ? ['-c', config] : ['-js', '-sd', store];
  const server = new ServerProcess({
    command: 'nats-server',
    args: [
      ...['-a', '127.0.0.1', '-p', String(port)],
      ...(jetstream ? streams : []),
      ...(tls ? ['--tls', '--tlscert', tls.certFile, '--tlskey', tls.keyFile] : []),
      ...(tls?.clientCaFile ? ['--tlsverify', '--tlscacert', tls.clientCaFile] : []),
      ...(login ? ['--user', login.user, '--pass', login.password] : []),
    ],
    ready: () => greets(port),
  });
  await server.start();
  return { url: `nats://127.0.0.1:${port}`, ...restartable(server, folder, store) };
};
