/** dm as a process of its own, on PostgreSQL, NATS and etcd that run elsewhere. */
import { connectNats, natsSettings } from '@alink/bus';
import { serviceKeys } from '@alink/contract';
import { createSecretBox, openDatabase, parseSecretKey } from '@alink/db';
import { connectEtcd, etcdSettings } from '@alink/discovery';
import { startApart, StartError, type Logger, type Running } from '@alink/runtime';
import type { z } from 'zod';
import { createDm } from './app';
import type { dmConfigSchema } from './config';

/**
 * Waits for what it needs, then starts.
 * @throws {StartError} naming the key or the certificate that cannot be one, or what is missing after STARTUP_TIMEOUT_S
 */
export const startDmApart = (
  config: Readonly<z.output<typeof dmConfigSchema>>,
  log: Logger,
  signal: AbortSignal,
): Promise<Running> =>
  startApart({ config, log, signal }, async ({ available, own, timeoutMs }) => {
    const secretBox = createSecretBox(
      readKey('SECRET_KEY', config.SECRET_KEY),
      (config.SECRET_KEYS_OLD?.split(',') ?? []).map((key) => readKey('SECRET_KEYS_OLD', key)),
    );
    const [natsAt, etcdAt] = [natsSettings(config), etcdSettings(config)];
    const db = own('database', await available('PostgreSQL', () => openDatabase(config.DATABASE_URL, { log })));
    const nats = { ...natsAt, name: 'dm-rpc', connectTimeoutMs: timeoutMs, logger: log };
    const bus = own('NATS', await available('NATS', () => connectNats(nats)));
    const registry = own('etcd', connectEtcd({ ...etcdAt, logger: log }));
    // Watching and registering wait for ever; a start does not.
    await available('etcd', () => registry.list(serviceKeys.dm));
    return createDm({ config, db, bus, registry, secretBox, log });
  });

/** @throws {StartError} naming the variable, without its value */
const readKey = (variable: string, text: string): Buffer => {
  try {
    return parseSecretKey(text);
  } catch (error) {
    throw new StartError(String((error as Error).message).replace('SECRET_KEY', variable));
  }
};
