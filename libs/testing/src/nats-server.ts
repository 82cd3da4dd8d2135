import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port';
import { removeFolder, temporaryFolder } from './guardian';
import { ServerProcess } from './server-process';

export interface TestNats {
  /** `nats://127.0.0.1:<port>`; the same after a restart. */
  readonly url: string;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL; the folder stays for {@link restart}. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same port; with `empty` its store is lost. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** Freezes it: connections stay, nothing answers. */
  pause(): void;
  resume(): void;
}

/** A NATS server greets with INFO when it serves. */
const greets = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1000, () => socket.destroy(new Error('no greeting')));
    socket.once('error', reject);
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
  });

/** Starts a `nats-server` of its own on a free port, with JetStream unless told otherwise. */
export const startNats = async ({ jetstream = true }: { jetstream?: boolean } = {}): Promise<TestNats> => {
  const port = await freePort();
  const folder = temporaryFolder('nats');
  const store = join(folder, 'store');
  const server = new ServerProcess({
    command: 'nats-server',
    args: ['-a', '127.0.0.1', '-p', String(port), ...(jetstream ? ['-js', '-sd', store] : [])],
    ready: () => greets(port),
  });
  await server.start();
  return {
    url: `nats://127.0.0.1:${port}`,
    stop: async () => {
      await server.stop();
      removeFolder(folder);
    },
    kill: () => server.kill(),
    restart: async ({ empty = false } = {}) => {
      await server.stop();
      if (empty) removeFolder(store);
      await server.start();
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
};
