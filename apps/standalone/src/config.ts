import { dmFields } from '@alink/app-dm-rpc/config';
import { nodeFields } from '@alink/app-protocol-aliyun-mqtt/config';
import { timedjobSchema } from '@alink/app-timedjob-rpc/config';
import { commonFields, host, onOff, secret } from '@alink/runtime';
import { z } from 'zod';

/** Everything that can be set from outside. What a single app needs from outside may be left out here: it is embedded. */
export const standaloneConfigSchema = z.object({
  ...commonFields,
  /** The demo's secret is public, so nobody but this machine gets in unless told otherwise. */
  HOST: host('127.0.0.1'),
  /** Without them, an in-process registry and bus. */
  ETCD_HOSTS: commonFields.ETCD_HOSTS.unwrap().optional(),
  NATS_URL: commonFields.NATS_URL.unwrap().optional(),
  /** Without it, a key made at the first start and kept in DATA_DIR. */
  SECRET_KEY: secret('32 bytes in hex or base64 (openssl rand -hex 32)').optional(),
  /** Former keys: what they sealed still opens, until `dmctl secrets rotate-key` has sealed it anew. */
  SECRET_KEYS_OLD: secret('former values of SECRET_KEY, separated by commas').optional(),
  ...nodeFields,
  /** Whoever tries the platform may look at everything on NATS. */
  FOREIGN_READERS: onOff(true),
  ...dmFields,
  TIMEDJOB_GRPC_PORT: timedjobSchema.shape.TIMEDJOB_GRPC_PORT,
  CRON_TIMEZONE: timedjobSchema.shape.CRON_TIMEZONE,
  /** Whether the product and the device of the manual's walk-through are created. */
  DEMO: onOff(true),
});
export type StandaloneConfig = z.infer<typeof standaloneConfigSchema>;
