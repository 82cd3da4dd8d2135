/**
 * Deletes what the partitioned tables hold of one device. They have no foreign key to it, which would be checked for
 * every reported value. Batches, each its own transaction: a device may have millions of rows, and what breaks off goes
 * on from there the next time.
 */
import type { PrismaClient } from './generated/client';

const BATCH = 10_000;

/** Rows of one table. `until`: only those of this time (unix milliseconds) and before. */
export type HistoryOf =
  | {
      readonly table: 'property_history' | 'event_history' | 'sdk_log' | 'network_status';
      readonly deviceID: bigint;
    }
  | {
      readonly table: 'hub_log';
      readonly productID: string;
      readonly deviceName: string;
      readonly until?: number;
    };

const conditionOf = (rows: HistoryOf): [condition: string, ...values: unknown[]] => {
  if (rows.table !== 'hub_log') return ['device_id = $1', rows.deviceID];
  const { productID, deviceName, until } = rows;
  const ofDevice = 'product_id = $1 AND device_name = $2';
  return until === undefined
    ? [ofDevice, productID, deviceName]
    : [`${ofDevice} AND timestamp <= $3`, productID, deviceName, BigInt(until)];
};

/** Deletes until there are none, or `signal` is aborted. Several processes may do it at once. */
export const deleteHistory = async (prisma: PrismaClient, rows: HistoryOf, signal?: AbortSignal): Promise<void> => {
  const [condition, ...values] = conditionOf(rows);
  const findPartition = `SELECT tableoid::regclass::text AS name FROM ${rows.table} WHERE ${condition} LIMIT 1`;
  while (!signal?.aborted) {
    const [partition] = await prisma.$queryRawUnsafe<{ name: string }[]>(findPartition, ...values);
    if (!partition) return;
    // By their places, which are unique within a partition: the one way to delete some that needs no second look-up.
    await prisma.$executeRawUnsafe(
      `DELETE FROM ${partition.name} WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM ${partition.name} WHERE ${condition} LIMIT ${BATCH}))`,
      ...values,
    );
  }
};
