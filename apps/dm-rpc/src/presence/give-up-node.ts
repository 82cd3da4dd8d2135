/** Takes the devices of a node that is gone offline. */
import type { PrismaClient } from '@alink/db';
import type { Transaction } from '../transaction';
import { writeStatusLog, type DeviceChange } from './presence-rows';

/** Devices in one transaction: whoever wants one of them waits for a fraction of a second. */
const GIVE_UP_BATCH = 1000;

interface GivenUpRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  /** The gateway device that it was online through: as that, it may turn out to live. */
  readonly via: string | null;
}

const giveUp = async (
  tx: Transaction,
  node: string,
  ids: readonly bigint[],
  nowMs: number,
): Promise<readonly DeviceChange[]> => {
  // Locked first, in the order in which presence is locked everywhere: an UPDATE by itself follows some index.
  const rows = await tx.$queryRaw<GivenUpRow[]>`
    WITH lost AS (
      SELECT id FROM device WHERE id = ANY(${ids}::bigint[]) AND is_online AND node = ${node}
      ORDER BY id FOR NO KEY UPDATE)
    UPDATE device SET is_online = false, last_offline = to_timestamp(${nowMs}::bigint / 1000.0)
    FROM lost WHERE device.id = lost.id
    RETURNING device.id, product_id, device_name, via`;
  const changes = rows.map((row): DeviceChange => ({
    productID: row.product_id,
    deviceName: row.device_name,
    deviceID: row.id,
    isOnline: false,
    timestamp: nowMs,
    reason: 'node gone',
    ...(row.via !== null && { via: row.via, follows: true }),
  }));
  if (changes.length > 0) await writeStatusLog(tx, changes);
  return changes;
};

/**
 * Takes the devices of a node that is gone offline, each batch in a transaction of its own. Several instances may do
 * so at once: each device changes once.
 * @param node instance id
 * @returns the devices of each batch, to be told
 */
export async function* giveUpNode(
  prisma: PrismaClient,
  node: string,
  nowMs: number,
): AsyncGenerator<readonly DeviceChange[]> {
  const held = await prisma.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM device WHERE is_online AND node = ${node} ORDER BY id`;
  for (let from = 0; from < held.length; from += GIVE_UP_BATCH) {
    const ids = held.slice(from, from + GIVE_UP_BATCH).map(({ id }) => id);
    yield await prisma.$transaction((tx) => giveUp(tx, node, ids, nowMs));
  }
}
