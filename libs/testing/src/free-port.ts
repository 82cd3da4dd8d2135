import { createServer } from 'node:net';

/**
 * Ports are taken from below the range out of which systems take ports for outgoing connections (from 32768 on Linux,
 * 49152 on macOS), so that a server that is restarted finds its port still free.
 */
const LOWEST = 10_240;
const HIGHEST = 32_000;

/** Jest's workers run at the same time: each takes its ports from a range of its own, or one would take the other's. */
const RANGE = 1000;
const worker = Number(process.env['JEST_WORKER_ID'] ?? 1) - 1;
const FIRST = LOWEST + (worker % Math.floor((HIGHEST - LOWEST) / RANGE)) * RANGE;

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
    const port = FIRST + Math.floor(Math.random() * RANGE);
    if (given.has(port)) continue;
    given.add(port); // before the look at it: another call may draw it meanwhile
    if (await isFree(port)) return port;
  }
};
