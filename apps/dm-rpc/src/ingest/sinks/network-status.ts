/** How the networks of devices were. */
import { isListOf, isObject } from '../../wire/shape';
import { deviceTime } from '../fit';
import { idOf } from '../place';
import type { Sink } from '../sink';
import { column } from './rows';

interface NetworkRow {
  readonly deviceID: bigint;
  readonly timestamp: number;
  readonly arrivedAt: number;
  readonly messageID: string;
  readonly isHistory: boolean;
  /** JSON. */
  readonly metrics: string;
}

const isSample = (value: unknown): boolean => isObject(value) && isObject((value as { metrics?: unknown }).metrics);

export const networkStatus: Sink<NetworkRow> = {
  takes: {
    networkReport: {
      needs: { samples: isListOf(isSample) },
      rows: ({ samples, history }, { arrivedAt, place }, { id: deviceID }) =>
        samples.map(({ timestamp, metrics }, part) => ({
          deviceID,
          timestamp: deviceTime(timestamp, arrivedAt),
          arrivedAt,
          messageID: idOf(place, part),
          isHistory: history === true,
          metrics: JSON.stringify(metrics),
        })),
    },
  },
  async write(tx, rows) {
    await tx.$executeRaw`
      INSERT INTO network_status (device_id, timestamp, arrived_at, message_id, is_history, metrics)
      SELECT * FROM unnest(
        ${column(rows, 'deviceID')}::bigint[], ${column(rows, 'timestamp')}::bigint[], ${column(rows, 'arrivedAt')}::bigint[],
        ${column(rows, 'messageID')}::uuid[], ${column(rows, 'isHistory')}::bool[], ${column(rows, 'metrics')}::text[])
      ON CONFLICT DO NOTHING`;
  },
};
