/** The services as processes, on real etcd, NATS and PostgreSQL: what dmctl is made for. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createDatabase,
  freePort,
  removeFolder,
  spawnApp,
  startEtcd,
  startNats,
  temporaryFolder,
  type SpawnedApp,
} from '@alink/testing';

const UP_WITHIN_MS = 120_000;

export interface RealPlatform {
  /** Where the services are, and the gateway's ports: what dmctl reads from its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for files, which goes with the platform. */
  readonly folder: string;
  /** The authority of the gateway's development certificate. */
  readonly gatewayCa: string;
  /** Everything that the services have printed. */
  readonly output: () => string;
  /** Starts dm.rpc anew with another key; the former one opens what it sealed. */
  readonly changeKey: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const startRealPlatform = async (): Promise<RealPlatform> => {
  const [etcd, nats, database] = await Promise.all([startEtcd(), startNats(), createDatabase()]);
  const folder = temporaryFolder('dmctl');
  const apps: SpawnedApp[] = [];
  const port = async (): Promise<string> => String(await freePort());
  const env = {
    DM_GRPC_PORT: await port(),
    TIMEDJOB_GRPC_PORT: await port(),
    GATEWAY_GRPC_PORT: await port(),
    GATEWAY_HTTP_PORT: await port(),
    MQTT_PORT: await port(),
    MQTT_TLS_PORT: await port(),
    MQTT_WS_PORT: await port(),
  };
  const shared = {
    ...env,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'debug',
    STARTUP_TIMEOUT_S: String(UP_WITHIN_MS / 1000),
    ETCD_HOSTS: etcd.hosts,
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    DATA_DIR: folder,
  };
  const start = async (app: string, up: RegExp, more: Record<string, string>): Promise<SpawnedApp> => {
    const started = spawnApp(app, { ...shared, ...more });
    apps.push(started);
    await started.waitForLine(up, UP_WITHIN_MS);
    return started;
  };
  const startDm = (keys: Record<string, string>) => start('dm-rpc', /dm\.rpc serves/, keys);
  const stop = async (): Promise<void> => {
    for (const app of [...apps].reverse()) await app.stop();
    await Promise.all([etcd.stop(), nats.stop(), database.drop()]);
    removeFolder(folder);
  };
  let key = randomBytes(32).toString('hex');
  try {
    let dm = await startDm({ SECRET_KEY: key });
    await start('timedjob-rpc', /timedjob\.rpc\/\d+/, {});
    await start('protocol-aliyun-mqtt', /dg\.rpc and MQTT serve/, {});
    return {
      env,
      folder,
      gatewayCa: join(folder, 'tls', 'ca.crt'),
      output: () => apps.map((app) => app.output).join(''),
      changeKey: async () => {
        await dm.stop();
        const former = key;
        key = randomBytes(32).toString('hex');
        dm = await startDm({ SECRET_KEY: key, SECRET_KEYS_OLD: former });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
