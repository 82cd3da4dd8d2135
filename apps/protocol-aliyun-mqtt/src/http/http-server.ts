/** The node's HTTP side: health and metrics for operators, registration, authentication and files for devices. */
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createOpsServer, type Logger, type Metrics } from '@alink/runtime';
import type { FileSource } from '../files/file-source';
import { limits } from '../limits';
import { authRoutes, type AuthRoutesOptions } from './auth-routes';
import { fileRoutes } from './file-routes';

export interface HttpServerOptions extends AuthRoutesOptions {
  readonly metrics: Metrics;
  /** True, or why the node is not. */
  readonly ready: () => true | string;
  readonly log: Logger;
  /** What devices download. */
  readonly files: FileSource;
  /** How long connections may last, and how many may be open. */
  readonly bounds?: { readonly [bound in keyof typeof limits.http]: number };
}

/** Takes connections whose peers are noted, by `emit('connection')`. Each serves one request, and then ends. */
export const createHttpServer = (options: HttpServerOptions): Server => {
  const { metrics, ready, log, files, bounds = limits.http, ...auth } = options;
  const extra = authRoutes({ ...auth, log });
  const server = createOpsServer({ metrics, ready, log, extra: { ...extra, ...fileRoutes(files, log) } });
  // Nobody who asks here asks twice; and so one limit is enough, from the first byte of a request to the last of its answer.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  // Those that are sent ahead of the first one's answer.
  server.maxRequestsPerSocket = 1;
  const open = new Set<Duplex>();
  server.on('connection', (conn: Duplex) => {
    const late = setTimeout(() => conn.destroy(), bounds.connectionMs);
    conn.once('close', () => {
      clearTimeout(late);
      open.delete(conn);
    });
    const [oldest] = open;
    if (oldest && open.size >= bounds.maxConnections) {
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(conn);
  });
  return server;
};
