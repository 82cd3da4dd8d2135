/** Presence as it stands in the database. */
import { OnlineState } from '@alink/contract';
import type { DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';
import type { PresenceChange, PresenceEvent, PresenceState, Via } from './presence-state';

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
  readonly node: string | null;
  readonly via: string | null;
  readonly via_stream: bigint | null;
  readonly via_epoch: bigint | null;
  readonly first_login: Date | null;
  readonly reset_at: Date | null;
  readonly last_login: Date | null;
  readonly last_offline: Date | null;
  readonly last_ip: string;
  readonly last_client_id: string;
}

/** A device whose row is locked. */
export interface LockedDevice extends DeviceCore {
  readonly id: bigint;
  state: PresenceState;
}

/** How a device is named where one text must do; a productID has no slash. */
export const nameOf = ({ productID, deviceName }: DeviceCore): string => `${productID}/${deviceName}`;

export const coreOf = (name: string): DeviceCore => {
  const slash = name.indexOf('/');
  return { productID: name.slice(0, slash), deviceName: name.slice(slash + 1) };
};

const viaOf = ({ via, via_stream: stream, via_epoch: epoch }: StateRow): Via | null => {
  if (via === null) return null;
  return { gateway: via, session: epoch === null ? null : { stream: Number(stream), epoch: Number(epoch) } };
};

const stateOf = (row: StateRow): PresenceState => ({
  isOnline: row.is_online,
  stream: Number(row.session_stream),
  epoch: Number(row.session_epoch),
  node: row.node,
  via: viaOf(row),
  firstLogin: row.first_login?.getTime() ?? null,
  resetAt: row.reset_at?.getTime() ?? null,
  lastLogin: row.last_login?.getTime() ?? null,
  lastOffline: row.last_offline?.getTime() ?? null,
  lastIp: row.last_ip,
  lastClientId: row.last_client_id,
});

/**
 * Locks devices: those of these names, and those that are online through one of `gateways`. All in one statement and in the order of
 * their ids, so that two batches never wait for each other crosswise; and not against those who only want devices to stay
 * (FOR KEY SHARE), as a consumer does after it has written presence.
 */
export const lockDevices = async (
  tx: Transaction,
  names: readonly string[],
  gateways: readonly string[],
): Promise<LockedDevice[]> => {
  const rows = await tx.$queryRaw<StateRow[]>`
    SELECT id, product_id, device_name, is_online, session_stream, session_epoch, node, via, via_stream, via_epoch,
           first_login, reset_at, last_login, last_offline, last_ip, last_client_id
    FROM device
    WHERE id IN (
      SELECT id FROM device WHERE (product_id, device_name) IN (SELECT * FROM unnest(
        ${names.map((name) => coreOf(name).productID)}::text[], ${names.map((name) => coreOf(name).deviceName)}::text[]))
      UNION ALL SELECT id FROM device WHERE is_online AND via = ANY(${gateways}::text[]))
    ORDER BY id FOR NO KEY UPDATE`;
  return rows.map((row) => ({
    id: row.id,
    productID: row.product_id,
    deviceName: row.device_name,
    state: stateOf(row),
  }));
};

/** Whether a device that is online through one of `gateways` is not among those that are locked, whose rows stay as they are. */
export const isAnyMissing = async (
  tx: Transaction,
  locked: readonly LockedDevice[],
  gateways: readonly string[],
): Promise<boolean> => {
  const wanted = new Set(gateways);
  const found = locked.filter(({ state: { isOnline, via } }) => isOnline && via && wanted.has(via.gateway)).length;
  const [row] = await tx.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) FROM device WHERE is_online AND via = ANY(${gateways}::text[])`;
  return Number(row!.count) > found;
};

export const writeStates = async (tx: Transaction, devices: readonly LockedDevice[]): Promise<void> => {
  const rows = devices.map(({ id, state: { via, ...state } }) => ({
    id: id.toString(),
    ...state,
    via: via?.gateway ?? null,
    viaStream: via?.session?.stream ?? null,
    viaEpoch: via?.session?.epoch ?? null,
  }));
  // As one JSON text and not as arrays: many of the values may be null.
  await tx.$executeRaw`
    UPDATE device SET
      is_online = u."isOnline", session_stream = u.stream, session_epoch = u.epoch, node = u.node,
      via = u.via, via_stream = u."viaStream", via_epoch = u."viaEpoch",
      first_login = to_timestamp(u."firstLogin" / 1000.0), last_login = to_timestamp(u."lastLogin" / 1000.0),
      last_offline = to_timestamp(u."lastOffline" / 1000.0), last_ip = u."lastIp", last_client_id = u."lastClientId"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS u (
      id bigint, "isOnline" boolean, stream bigint, epoch bigint, node text, via text, "viaStream" bigint,
      "viaEpoch" bigint, "firstLogin" bigint, "lastLogin" bigint, "lastOffline" bigint, "lastIp" text, "lastClientId" text)
    WHERE device.id = u.id`;
};

/** The time of the latest session that began with each token. The rows of their devices are locked. */
export const writeTokenUses = (tx: Transaction, uses: readonly DevicePresence[]): Promise<number> =>
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

export const writeStatusLog = (tx: Transaction, changes: readonly DeviceChange[]): Promise<number> =>
  tx.$executeRaw`
    INSERT INTO status_log (device_id, timestamp, status, reason, via, follows)
    SELECT * FROM unnest(
      ${changes.map((change) => change.deviceID)}::bigint[], ${changes.map((change) => change.timestamp)}::bigint[],
      ${changes.map((change) => (change.isOnline ? OnlineState.online : OnlineState.offline))}::int[], ${changes.map((change) => change.reason)}::text[],
      ${changes.map((change) => change.via ?? '')}::text[], ${changes.map((change) => change.follows ?? false)}::boolean[])`;
