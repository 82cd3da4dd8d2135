import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from './logger';
import type { Metrics } from './metrics';
import { portTaken } from './start-error';

export type RouteHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface OpsServerOptions {
  readonly metrics: Metrics;
  /** Whether the app can do its work now; a text says why not. */
  readonly ready: () => boolean | string | Promise<boolean | string>;
  /** More routes, by method and path: `{ 'POST /auth/register/device': handler }`. `*` stands for a last level. */
  readonly extra?: Readonly<Record<string, RouteHandler>>;
  readonly log: Logger;
}

export interface OpsHttpOptions extends OpsServerOptions {
  readonly host: string;
  readonly port: number;
  /** The variable that moves the port, for the error when it is taken. */
  readonly portVariable: string;
}

export interface OpsHttp {
  readonly port: number;
  /** Ends it, open connections included; idempotent. */
  stop(): Promise<void>;
}

/**
 * HTTP for operators: `/metrics` (Prometheus), `/healthz` (the process lives), `/readyz` (200 or 503). It does not listen:
 * for whoever has connections of his own to hand over (`emit('connection')`). He bounds their time, too: Node checks
 * `headersTimeout` and `requestTimeout` only where a server listens.
 */
export const createOpsServer = ({ metrics, ready, log, extra }: OpsServerOptions): Server => {
  const routes: Record<string, RouteHandler> = {
    ...extra,
    'GET /healthz': (_request, response) => answer(response, 200, 'ok\n'),
    'GET /readyz': async (_request, response) => {
      const isReady = await ready();
      if (isReady === true) return answer(response, 200, 'ready\n');
      answer(response, 503, isReady ? `not ready: ${isReady}\n` : 'not ready\n');
    },
    'GET /metrics': async (_request, response) =>
      answer(response, 200, await metrics.render(), metrics.registry.contentType),
  };
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const above = path.slice(0, path.lastIndexOf('/'));
    const name = [`${request.method} ${path}`, `${request.method} ${above}/*`].find((each) => each in routes);
    const route = name && routes[name];
    if (!route) return answer(response, 404, 'not found\n');
    Promise.resolve()
      .then(() => route(request, response))
      .catch((error: unknown) => {
        // The route and not the path, which may hold what opens something.
        log.error({ err: error, route: name }, 'request failed');
        if (response.headersSent) response.destroy();
        else answer(response, 500, 'internal error\n');
      });
  });
};

/**
 * The same on a port of its own.
 * @throws {StartError} when the port is taken
 */
export const startOpsHttp = async (options: OpsHttpOptions): Promise<OpsHttp> => {
  const { host, port } = options;
  const server = createOpsServer(options);
  // A peer that sends its request byte by byte holds a connection no longer than this.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await listen(server, host, port).catch((error: unknown) => {
    throw portTaken(error, port, options.portVariable);
  });
  let stopping: Promise<void> | undefined;
  return { port: (server.address() as AddressInfo).port, stop: () => (stopping ??= close(server)) };
};

const answer = (response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
