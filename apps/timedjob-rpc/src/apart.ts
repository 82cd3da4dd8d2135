/** The service as a process of its own, on PostgreSQL, NATS and etcd that run elsewhere. */
import { connectNats, natsSettings } from '@alink/bus';
import { serviceKeys } from '@alink/contract';
import { openDatabase } from '@alink/db';
import { connectEtcd, etcdSettings } from '@alink/discovery';
import { componentLogger, startApart, type Logger, type Running } from '@alink/runtime';
import type { z } from 'zod';
import { createTimedjob } from './app';
import type { timedjobSchema } from './config';

/**
 * Waits for what it needs, then starts.
 * @throws {StartError} naming the certificate that cannot be used, or what is missing after STARTUP_TIMEOUT_S
 */
export const startTimedjobApart = (
  config: Readonly<z.output<typeof timedjobSchema>>,
  log: Logger,
  signal: AbortSignal,
): Promise<Running> =>
  startApart({ config, log, signal }, async ({ available, own, timeoutMs }) => {
    const [natsAt, etcdAt] = [natsSettings(config), etcdSettings(config)];
    const db = own('database', await available('PostgreSQL', () => openDatabase(config.DATABASE_URL, { log })));
    const nats = {
      ...natsAt,
      name: 'timedjob-rpc',
      connectTimeoutMs: timeoutMs,
      logger: componentLogger(log, 'nats'),
    };
    const bus = own('NATS', await available('NATS', () => connectNats(nats)));
    const registry = own('etcd', connectEtcd({ ...etcdAt, logger: componentLogger(log, 'etcd') }));
    // Registering waits for ever; a start does not.
    await available('etcd', () => registry.list(serviceKeys.timedjob));
    return createTimedjob({ db, bus, registry, config, log });
  });
