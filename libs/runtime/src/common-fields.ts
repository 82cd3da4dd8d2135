import { grpcServerFields } from './grpc-fields';
import { durationSeconds, host, logLevel, text, url } from './config-fields';
import { etcdFields, natsFields } from './outside-fields';

/** Variables that several apps share, so that they mean the same everywhere. Spread them into an app's schema. */
export const commonFields = {
  /** Address that servers listen on. */
  HOST: host('0.0.0.0'),
  ...grpcServerFields,
  LOG_LEVEL: logLevel('info'),
  ...etcdFields,
  ...natsFields,
  /** PostgreSQL; where it may be left out, an embedded one is started in DATA_DIR. */
  DATABASE_URL: url(['postgresql', 'postgres']).optional(),
  /** Folder for what the platform keeps by itself: the embedded PostgreSQL, the encryption key it made. */
  DATA_DIR: text('a folder').default('.data'),
  /** Address to publish in the registry when listening on all of them. */
  POD_IP: text('an IP address').optional(),
  /** How long a start waits for the services it needs. */
  STARTUP_TIMEOUT_S: durationSeconds(60, { min: 1, max: 3600 }),
};
