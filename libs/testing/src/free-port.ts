import { createServer } from 'node:net';

/**
 * Ports are taken from below the range out of which systems take ports for outgoing connections (from 32768 on Linux,
 * 49152 on macOS), so that a server that is restarted finds its port still free.
 */
const LOWEST = 10_240;
const HIGHEST = 32_000;

const given = new Set<number>();

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A TCP port on which nothing listens; each call gives another one. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
};
