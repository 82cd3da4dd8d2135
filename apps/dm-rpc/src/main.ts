import { connectNats } from '@alink/bus';
import { createSecretBox, DatabaseUnavailableError, openDatabase, parseSecretKey } from '@alink/db';
import { connectEtcd } from '@alink/discovery';
import { loadConfig, runMain, StartError } from '@alink/runtime';
import { createDm } from './app';
import { dmConfigSchema } from './config';

await runMain({
  name: 'dm-rpc',
  load: () => loadConfig(dmConfigSchema, process.env),
  start: async (config, log) => {
    const secretBox = createSecretBox(
      readKey('SECRET_KEY', config.SECRET_KEY),
      (config.SECRET_KEYS_OLD?.split(',') ?? []).map((key) => readKey('SECRET_KEYS_OLD', key)),
    );
    const db = await openDatabase(config.DATABASE_URL, { log }).catch((error) => {
      throw error instanceof DatabaseUnavailableError ? new StartError(`DATABASE_URL: ${error.message}`) : error;
    });
    const registry = connectEtcd({ hosts: config.ETCD_HOSTS, logger: log });
    const closers: (() => Promise<void>)[] = [() => db.close(), () => registry.close()];
    const close = async (): Promise<void> => {
      for (const closer of closers.reverse()) await closer();
    };
    try {
      const bus = await connectNats({ servers: config.NATS_URL, name: 'dm-rpc', logger: log });
      closers.push(() => bus.close());
      const dm = await createDm({ config, db, bus, registry, secretBox, log });
      return {
        stop: async () => {
          await dm.stop();
          await close();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
});

/** @throws {StartError} naming the variable, without its value */
function readKey(variable: string, text: string): Buffer {
  try {
    return parseSecretKey(text);
  } catch (error) {
    throw new StartError(String((error as Error).message).replace('SECRET_KEY', variable));
  }
}
