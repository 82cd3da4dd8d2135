/** The service as a process of its own, on PostgreSQL, NATS and etcd that run elsewhere. */
import { connectNats, type Bus } from '@alink/bus';
import { serviceKeys } from '@alink/contract';
import { openDatabase, type Database } from '@alink/db';
import { connectEtcd, type Registry } from '@alink/discovery';
import { componentLogger, startAll, untilAvailable, type Logger, type Running } from '@alink/runtime';
import type { z } from 'zod';
import { createTimedjob, type Timedjob } from './app';
import type { timedjobSchema } from './config';

/**
 * Waits for what it needs, then starts.
 * @throws {StartError} naming what is missing after STARTUP_TIMEOUT_S
 */
export const startApart = (
  config: Readonly<z.output<typeof timedjobSchema>>,
  log: Logger,
  signal: AbortSignal,
): Promise<Running> => {
  const waiting = { timeoutMs: config.STARTUP_TIMEOUT_S * 1000, log, signal };
  let db!: Database;
  let bus!: Bus;
  let service!: Timedjob;
  const registry: Registry = connectEtcd({ hosts: config.ETCD_HOSTS, logger: componentLogger(log, 'etcd') });

  const openBus = () =>
    connectNats({
      servers: config.NATS_URL,
      name: 'timedjob-rpc',
      connectTimeoutMs: waiting.timeoutMs,
      logger: componentLogger(log, 'nats'),
    });
  const startService = async () => {
    // Registering waits for ever; a start does not.
    await untilAvailable('etcd', () => registry.list(serviceKeys.timedjob), waiting);
    service = await createTimedjob({ db, bus, registry, config, log });
  };
  return startAll(
    [
      {
        name: 'database',
        start: async () => {
          db = await untilAvailable('PostgreSQL', () => openDatabase(config.DATABASE_URL, { log }), waiting);
        },
        stop: () => db.close(),
      },
      {
        name: 'NATS',
        start: async () => {
          bus = await untilAvailable('NATS', openBus, waiting);
        },
        stop: () => bus.close(),
      },
      { name: 'etcd', start: async () => undefined, stop: () => registry.close() },
      { name: 'timedjob.rpc', start: startService, stop: () => service.stop() },
    ],
    log,
  );
};
