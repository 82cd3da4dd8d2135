import { removeFolder } from './guardian';
import type { ServerProcess } from './server-process';

/** What a test may do to a server that it started. */
export interface RestartableServer {
  /** Its process, while it runs; another one after a restart. */
  pid(): number | undefined;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL; the folder stays for {@link restart}. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same port; with `empty` its data is lost. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** Freezes it: connections stay, nothing answers, once this resolves. */
  pause(): Promise<void>;
  resume(): void;
}

/** @param data the folder, inside `folder`, that a restart with `empty` removes */
export const restartable = (server: ServerProcess, folder: string, data: string): RestartableServer => ({
  pid: () => server.pid,
  stop: async () => {
    await server.stop();
    removeFolder(folder);
  },
  kill: () => server.kill(),
  restart: async ({ empty = false } = {}) => {
    await server.stop();
    if (empty) removeFolder(data);
    await server.start();
  },
  pause: () => server.pause(),
  resume: () => server.resume(),
});
