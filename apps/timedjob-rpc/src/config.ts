import { commonFields, port, timeZone, type GrpcServerConfig } from '@alink/runtime';
import { z } from 'zod';

/** What the app reads from its environment. */
export const timedjobSchema = z.object({
  ...commonFields,
  /** Alone, the service brings no database of its own. */
  DATABASE_URL: commonFields.DATABASE_URL.unwrap(),
  TIMEDJOB_GRPC_PORT: port(9083),
  /** Whose clock cron expressions are read by. unitedrhino's jobs are meant for this one, wherever its service runs. */
  CRON_TIMEZONE: timeZone('Asia/Shanghai'),
});

/** What the app uses of it; the standalone app gives the same. */
export interface TimedjobConfig extends GrpcServerConfig {
  readonly TIMEDJOB_GRPC_PORT: number;
  readonly CRON_TIMEZONE: string;
  readonly POD_IP?: string;
}
