/** The platform as separate processes on real etcd, NATS JetStream and PostgreSQL, as an operator would run it. */
import { startPostgres } from '@alink/testing';
import { Platform, PRODUCT } from '../../platform';
import { createDevices } from '../devices';
import { KeptReports } from './kept-reports';
import type { Subject, WatchedProcess } from './subject';

/** One address here stands for a whole fleet: what protects against floods would measure itself. */
const UNLIMITED = {
  CONNECTS_PER_MINUTE_PER_DEVICE: '0',
  CONNECTS_PER_SECOND_PER_ADDRESS: '0',
  UPLINKS_PER_SECOND_PER_DEVICE: '0',
  UPLINK_BYTES_PER_SECOND_PER_DEVICE: '0',
  FRAMES_PER_SECOND_PER_DEVICE: '0',
  SUB_DEVICE_LOGINS_PER_SECOND: '0',
};

/** As operators have them by default: the tests' own settings are taken back. */
const DEFAULT_LIMITS = { CONNECTS_PER_MINUTE_PER_DEVICE: '30', LOGIN_FAILURES_PER_MINUTE: '10' };

export interface PlatformSubject extends Subject {
  readonly platform: Platform;
}

export interface PlatformOptions {
  readonly name: string;
  readonly devices: number;
  /** Root of another checkout whose build is measured; by default this one's. */
  readonly root?: string;
  /** Whether the limits against floods are as they are by default; otherwise they are off. */
  readonly limited?: boolean;
}

/** Starts it, with a product and as many devices. */
export const startPlatform = async ({
  name,
  devices,
  root,
  limited = false,
}: PlatformOptions): Promise<PlatformSubject> => {
  const postgres = await startPostgres({ asItComes: true });
  const platform = await Platform.start({
    env: { LOG_LEVEL: 'info', ...(limited ? DEFAULT_LIMITS : UNLIMITED) },
    makeDatabase: () => postgres.createDatabase(),
    root,
  });
  await platform.createProduct(PRODUCT);
  await createDevices(platform, devices);
  const keptReports = await KeptReports.open(platform.database.url);
  const watched = (pid: number | undefined): WatchedProcess => ({ pid: pid ?? -1 });
  return {
    name,
    platform,
    port: platform.ports.mqtt,
    replies: true,
    keptReports,
    processes: () => ({
      broker: [watched(platform.app('protocol-aliyun-mqtt').pid)],
      'dm-rpc': [watched(platform.app('dm-rpc').pid)],
      NATS: [watched(platform.nats.pid())],
      PostgreSQL: [{ ...watched(postgres.pid()), without: [keptReports.counterPid] }],
      others: [watched(platform.etcd.pid()), watched(platform.app('timedjob-rpc').pid)],
    }),
    restartBroker: async (env) => {
      await platform.stopApp('protocol-aliyun-mqtt');
      await platform.startApp('protocol-aliyun-mqtt', env);
    },
    stop: async () => {
      await keptReports.close();
      await platform.stop();
      await postgres.stop();
    },
  };
};
