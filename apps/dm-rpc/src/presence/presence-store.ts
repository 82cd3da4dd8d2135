/** Presence in the database: reads the states of devices, applies what happened, writes what came of it. */
import type { PrismaClient } from '@alink/db';
import type { DeviceCore, Transaction } from '../context';
import { applyPresence, type PresenceChange, type PresenceEvent, type PresenceState } from './presence-state';

/** Something that happened to a device's sessions. */
export interface DevicePresence extends DeviceCore {
  readonly event: PresenceEvent;
  /** Id of the issued token that a session began with. */
  readonly tokenID?: string;
}

/** A device that went online or offline. */
export interface DeviceChange extends DeviceCore, PresenceChange {
  readonly deviceID: bigint;
}

interface StateRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly is_online: boolean;
  readonly session_stream: bigint;
  readonly session_epoch: bigint;
  readonly gateway: string | null;
  readonly first_login: Date | null;
  readonly reset_at: Date | null;
  readonly last_login: Date | null;
  readonly last_offline: Date | null;
  readonly last_ip: string;
  readonly last_client_id: string;
}

const keyOf = ({ productID, deviceName }: DeviceCore): string => `${productID}/${deviceName}`;

const stateOf = (row: StateRow): PresenceState => ({
  isOnline: row.is_online,
  stream: Number(row.session_stream),
  epoch: Number(row.session_epoch),
  gateway: row.gateway,
  firstLogin: row.first_login?.getTime() ?? null,
  resetAt: row.reset_at?.getTime() ?? null,
  lastLogin: row.last_login?.getTime() ?? null,
  lastOffline: row.last_offline?.getTime() ?? null,
  lastIp: row.last_ip,
  lastClientId: row.last_client_id,
});

/**
 * Locked in the order of their ids, so that two batches never wait for each other crosswise; and not against those who
 * only want devices to stay (FOR KEY SHARE), as a consumer does after it has written presence.
 */
const lockRows = (tx: Transaction, devices: readonly DeviceCore[]): Promise<StateRow[]> =>
  tx.$queryRaw<StateRow[]>`
    SELECT id, product_id, device_name, is_online, session_stream, session_epoch, gateway,
           first_login, reset_at, last_login, last_offline, last_ip, last_client_id
    FROM device
    WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))
    ORDER BY id FOR NO KEY UPDATE`;

const writeStates = async (tx: Transaction, states: ReadonlyMap<bigint, PresenceState>): Promise<void> => {
  const rows = [...states].map(([id, state]) => ({ id: id.toString(), ...state }));
  // As one JSON text and not as arrays: many of the values may be null.
  await tx.$executeRaw`
    UPDATE device SET
      is_online = u."isOnline", session_stream = u.stream, session_epoch = u.epoch, gateway = u.gateway,
      first_login = to_timestamp(u."firstLogin" / 1000.0), last_login = to_timestamp(u."lastLogin" / 1000.0),
      last_offline = to_timestamp(u."lastOffline" / 1000.0), last_ip = u."lastIp", last_client_id = u."lastClientId"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS u (
      id bigint, "isOnline" boolean, stream bigint, epoch bigint, gateway text, "firstLogin" bigint, "lastLogin" bigint,
      "lastOffline" bigint, "lastIp" text, "lastClientId" text)
    WHERE device.id = u.id`;
};

/** The time of the latest session that began with each token. The rows of their devices are locked. */
const writeTokenUses = (tx: Transaction, uses: readonly DevicePresence[]): Promise<number> =>
  tx.$executeRaw`
    UPDATE issued_token t
    SET last_used_at = greatest(t.last_used_at, to_timestamp(u.used_at / 1000.0))
    FROM (
      SELECT product_id, device_name, id, max(used_at) AS used_at
      FROM unnest(
        ${uses.map((use) => use.productID)}::text[], ${uses.map((use) => use.deviceName)}::text[],
        ${uses.map((use) => use.tokenID)}::text[], ${uses.map((use) => use.event.timestamp)}::bigint[])
        AS given (product_id, device_name, id, used_at)
      GROUP BY product_id, device_name, id
    ) AS u JOIN device d USING (product_id, device_name)
    WHERE t.id = u.id AND t.device_id = d.id`;

const writeStatusLog = (tx: Transaction, changes: readonly DeviceChange[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO status_log (device_id, timestamp, status, reason)
    SELECT * FROM unnest(
      ${changes.map((change) => change.deviceID)}::bigint[], ${changes.map((change) => change.timestamp)}::bigint[],
      ${changes.map((change) => (change.isOnline ? 2 : 1))}::int[], ${changes.map((change) => change.reason)}::text[])`;

/**
 * Applies what happened, in the order given, within a transaction of the caller's. Devices that do not exist are left out.
 * @returns the devices that went online or offline, to be told once the transaction is committed
 */
export const applyPresenceBatch = async (
  tx: Transaction,
  happened: readonly DevicePresence[],
): Promise<readonly DeviceChange[]> => {
  if (happened.length === 0) return [];
  const devices = [...new Map(happened.map((item) => [keyOf(item), item])).values()];
  const rows = await lockRows(tx, devices);
  const byKey = new Map(
    rows.map((row) => [
      keyOf({ productID: row.product_id, deviceName: row.device_name }),
      { row, state: stateOf(row) },
    ]),
  );
  const changed = new Map<bigint, PresenceState>();
  const changes: DeviceChange[] = [];
  const log: DeviceChange[] = [];
  for (const { productID, deviceName, event } of happened) {
    const device = byKey.get(keyOf({ productID, deviceName }));
    if (!device) continue;
    const { state, change, takeover } = applyPresence(device.state, event);
    if (state !== device.state) changed.set(device.row.id, state);
    device.state = state;
    const line = change ?? takeover;
    if (!line) continue;
    const entry = { productID, deviceName, deviceID: device.row.id, ...line };
    log.push(entry);
    if (change) changes.push(entry);
  }
  if (changed.size > 0) await writeStates(tx, changed);
  const uses = happened.filter((item) => item.tokenID !== undefined);
  if (uses.length > 0) await writeTokenUses(tx, uses);
  if (log.length > 0) await writeStatusLog(tx, log);
  return changes;
};

/** Devices in one transaction: whoever wants one of them waits for a fraction of a second. */
const GIVE_UP_BATCH = 1000;

interface GivenUpRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
}

const giveUp = async (
  tx: Transaction,
  gateway: string,
  ids: readonly bigint[],
  nowMs: number,
): Promise<readonly DeviceChange[]> => {
  // Locked first, in the order in which presence is locked everywhere: an UPDATE by itself follows some index.
  const rows = await tx.$queryRaw<GivenUpRow[]>`
    WITH lost AS (
      SELECT id FROM device WHERE id = ANY(${ids}::bigint[]) AND is_online AND gateway = ${gateway}
      ORDER BY id FOR NO KEY UPDATE)
    UPDATE device SET is_online = false, last_offline = to_timestamp(${nowMs}::bigint / 1000.0)
    FROM lost WHERE device.id = lost.id
    RETURNING device.id, product_id, device_name`;
  const changes = rows.map((row) => ({
    productID: row.product_id,
    deviceName: row.device_name,
    deviceID: row.id,
    isOnline: false,
    timestamp: nowMs,
    reason: 'gateway gone',
  }));
  if (changes.length > 0) await writeStatusLog(tx, changes);
  return changes;
};

/**
 * Takes the devices of a gateway that is gone offline, each batch in a transaction of its own. Several instances may do
 * so at once: each device changes once.
 * @param gateway instance id
 * @returns the devices of each batch, to be told
 */
export async function* giveUpGateway(
  prisma: PrismaClient,
  gateway: string,
  nowMs: number,
): AsyncGenerator<readonly DeviceChange[]> {
  const held = await prisma.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM device WHERE is_online AND gateway = ${gateway} ORDER BY id`;
  for (let from = 0; from < held.length; from += GIVE_UP_BATCH) {
    const ids = held.slice(from, from + GIVE_UP_BATCH).map(({ id }) => id);
    yield await prisma.$transaction((tx) => giveUp(tx, gateway, ids, nowMs));
  }
}
