/** The gateway's HTTP side: health and metrics for operators, registration and authentication for devices. */
import type { Server } from 'node:http';
import { createOpsServer, type Logger, type Metrics } from '@alink/runtime';
import { authRoutes, type AuthRoutesOptions } from '../http/auth-routes';

export interface HttpServerOptions extends AuthRoutesOptions {
  readonly metrics: Metrics;
  readonly ready: () => boolean;
  readonly log: Logger;
}

/** Takes connections whose peers are noted, by `emit('connection')`. */
export const createHttpServer = ({ metrics, ready, log, ...auth }: HttpServerOptions): Server =>
  createOpsServer({ metrics, ready, log, extra: authRoutes({ ...auth, log }) });
