import { z } from 'zod';
import { baseUrl, commonFields, oneOf, port, secret, wholeNumber, type GrpcServerConfig } from '@alink/runtime';

/** What dm itself needs; the standalone app gives the same. */
export const dmFields = {
  DM_GRPC_PORT: port(9081),
  /** Days for which reported values, events and logs are kept. */
  RETENTION_DAYS: wholeNumber(30, { min: 1, max: 3650 }),
  /** Sub-devices that may be attached to a gateway device. */
  SUB_DEVICES_PER_GATEWAY: wholeNumber(2000, { min: 1, max: 100_000 }),
  /** What a call is that does not say whom it is for (metadata `ithings-user`): root's, or nobody's. */
  CALLERS_WITHOUT_USER: oneOf(['root', 'none'], 'root'),
  /** Where devices reach the HTTP port of the nodes, for what they are told to download. */
  FILES_BASE_URL: baseUrl().optional(),
};

const { DATA_DIR: _dataDir, DATABASE_URL, ...shared } = commonFields;

/** Everything that can be set from outside when dm runs alone: then with a database and a key from outside. */
export const dmConfigSchema = z.object({
  ...shared,
  ...dmFields,
  DATABASE_URL: DATABASE_URL.unwrap(),
  /** Seals the secrets of devices and products: 32 bytes in hex or base64. */
  SECRET_KEY: secret('32 bytes in hex or base64 (openssl rand -hex 32)'),
  /** Former keys and the next one, separated by commas: they open what was sealed with them. */
  SECRET_KEYS_OLD: secret('former values of SECRET_KEY, separated by commas').optional(),
});

/** What dm reads of its configuration. */
export type DmConfig = Pick<z.infer<typeof dmConfigSchema>, 'POD_IP' | keyof typeof dmFields> & GrpcServerConfig;
