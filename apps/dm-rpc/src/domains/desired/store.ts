/**
 * Desired values in the database. Whoever changes those of a device locks its row first, and rows of values are locked in
 * the order of their keys, so that of two changes at the same time the later one sees what the earlier one did, and nobody
 * waits crosswise.
 */
import type { JsonObject } from '@alink/contract';
import { Prisma, type PrismaClient } from '@alink/db';
import type { DesiredDeletion } from '@alink/alink';
import { deviceKey, type DeviceCore } from '../../device-core';
import { column } from '../../ingest/sinks/rows';
import { SESSION_MARK } from '../../presence/session-mark';
import type { Transaction } from '../../transaction';

/** A value as its device is sent it. */
export interface SentValue {
  readonly identifier: string;
  /** JSON. */
  readonly value: string;
  readonly version: bigint;
}

type Client = Pick<PrismaClient, 'desiredValue'>;

export type Versions = ReadonlyMap<string, bigint>;

const versionsIn = (rows: readonly { readonly identifier: string; readonly version: bigint }[]): Versions =>
  new Map(rows.map(({ identifier, version }) => [identifier, version]));

/** Within a transaction that has locked the device. @returns the versions from now on */
export const setValues = async (
  tx: Transaction,
  deviceID: bigint,
  values: JsonObject,
  nowMs: number,
): Promise<Versions> => {
  const identifiers = Object.keys(values).sort();
  const texts = identifiers.map((identifier) => JSON.stringify(values[identifier]));
  return versionsIn(
    await tx.$queryRaw<{ identifier: string; version: bigint }[]>`
      INSERT INTO desired_value (device_id, identifier, value, version, is_waiting, updated_at)
      SELECT ${deviceID}::bigint, u.identifier, u.value, 1, true, ${nowMs}::bigint
      FROM unnest(${identifiers}::text[], ${texts}::text[]) AS u (identifier, value)
      ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, is_waiting = true, sent_in = '',
        version = desired_value.version + 1, updated_at = EXCLUDED.updated_at
      RETURNING identifier, version`,
  );
};

/** Within a transaction that has locked the device. @returns the versions of those that were there; they stay */
export const deleteValues = async (
  tx: Transaction,
  deviceID: bigint,
  identifiers: readonly string[],
  nowMs: number,
): Promise<Versions> =>
  versionsIn(
    await tx.$queryRaw<{ identifier: string; version: bigint }[]>`
      WITH chosen AS (
        SELECT identifier FROM desired_value
        WHERE device_id = ${deviceID} AND identifier = ANY(${[...identifiers]}::text[]) AND value IS NOT NULL
        ORDER BY identifier FOR UPDATE)
      UPDATE desired_value v SET value = NULL, is_waiting = false, updated_at = ${nowMs}::bigint
      FROM chosen WHERE v.device_id = ${deviceID} AND v.identifier = chosen.identifier
      RETURNING v.identifier, v.version`,
  );

/** The versions of these values; those that were never set have none. */
export const readVersions = async (
  client: Client,
  deviceID: bigint,
  identifiers: readonly string[],
): Promise<Versions> =>
  versionsIn(await client.desiredValue.findMany({ where: { deviceID, identifier: { in: [...identifiers] } } }));

export interface ValueFilter {
  /** Only those that the device is still to be sent. */
  readonly isWaiting?: true;
  /** Absent: all. */
  readonly identifiers?: readonly string[];
}

/** The values of a device that are set, in the order of their identifiers. */
export const readValues = async (
  client: Client,
  deviceID: bigint,
  { isWaiting, identifiers }: ValueFilter = {},
): Promise<SentValue[]> => {
  const rows = await client.desiredValue.findMany({
    where: { deviceID, isWaiting, ...(identifiers && { identifier: { in: [...identifiers] } }) },
    orderBy: { identifier: 'asc' },
  });
  return rows.flatMap(({ identifier, value, version }) => (value === null ? [] : [{ identifier, value, version }]));
};

/** A value that is being sent, and the session for which this has been claimed. */
export interface ClaimedValue extends SentValue {
  readonly sent_in: string;
}

/**
 * Claims values of a device for its present session: each is sent once in a session, whichever instances want to send it. The
 * claim of a process that died counts no more in the next session, and the value waits until then.
 * @param identifiers absent: all
 * @param which those that wait and are claimed by nobody, or all, since what another instance has sent is to be sent again
 */
export const claimValues = async (
  client: Pick<PrismaClient, '$queryRaw'>,
  deviceID: bigint,
  identifiers: readonly string[] | undefined,
  which: 'waiting' | 'all' = 'waiting',
): Promise<ClaimedValue[]> => {
  const named = identifiers ? Prisma.sql`AND v.identifier = ANY(${[...identifiers]}::text[])` : Prisma.empty;
  const free = which === 'all' ? Prisma.empty : Prisma.sql`AND v.is_waiting AND v.sent_in <> ${SESSION_MARK}`;
  const claimed = await client.$queryRaw<ClaimedValue[]>`
    WITH chosen AS (
      SELECT v.identifier, ${SESSION_MARK} AS mark FROM desired_value v JOIN device d ON d.id = v.device_id
      WHERE v.device_id = ${deviceID} AND v.value IS NOT NULL ${named} ${free}
      ORDER BY v.identifier FOR UPDATE OF v)
    UPDATE desired_value v SET sent_in = chosen.mark
    FROM chosen WHERE v.device_id = ${deviceID} AND v.identifier = chosen.identifier
    RETURNING v.identifier, v.value, v.version, v.sent_in`;
  return claimed.sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
};

const these = (deviceID: bigint, values: readonly SentValue[]) => ({
  OR: values.map(({ identifier, version }) => ({ deviceID, identifier, version })),
});

/** The device has these, and they wait no longer. What was set anew meanwhile is left as it is. */
export const markSent = async (
  { desiredValue }: Client,
  deviceID: bigint,
  values: readonly SentValue[],
): Promise<void> => {
  await desiredValue.updateMany({ where: these(deviceID, values), data: { isWaiting: false } });
};

/** The device has not got these, and they wait; what was set anew, or claimed in another session, is left as it is. */
export const releaseValues = async (
  { desiredValue }: Client,
  deviceID: bigint,
  values: readonly ClaimedValue[],
): Promise<void> => {
  const own = values.map(({ identifier, version, sent_in: sentIn }) => ({ deviceID, identifier, version, sentIn }));
  await desiredValue.updateMany({
    where: { OR: own, value: { not: null } },
    data: { isWaiting: true, sentIn: '' },
  });
};

/** Deletes these, unless they have been set anew. */
export const dropValues = async (
  { desiredValue }: Client,
  deviceID: bigint,
  values: readonly SentValue[],
): Promise<void> => {
  await desiredValue.updateMany({ where: these(deviceID, values), data: { value: null, isWaiting: false } });
};

/** Forgets what a product's thing model has no property for any more, versions and all; without validation anything may be. */
export const forgetUnknown = (tx: Transaction, productID: string): Promise<number> =>
  tx.$executeRaw`
    WITH chosen AS (
      SELECT v.device_id, v.identifier FROM desired_value v
      JOIN device d ON d.id = v.device_id JOIN product p USING (product_id)
      WHERE p.product_id = ${productID} AND coalesce(p.protocol_conf->>'validation', '') <> 'none' AND NOT EXISTS (
        SELECT FROM schema_entry s WHERE s.product_id = p.product_id AND s.type = 1
          AND s.identifier IN (v.identifier, regexp_replace(v.identifier, '\\.\\d{1,3}$', '')))
      ORDER BY v.device_id, v.identifier FOR UPDATE OF v)
    DELETE FROM desired_value v USING chosen WHERE (v.device_id, v.identifier) = (chosen.device_id, chosen.identifier)`;

/** What a device is told of a desired value. */
export interface ToldValue {
  /** JSON. */
  readonly value: string;
  readonly version: bigint;
}

/** What a device asks for, found. */
export interface Found {
  readonly isEnable: boolean;
  readonly values: ReadonlyMap<string, ToldValue>;
}

interface FoundRow {
  readonly product_id: string;
  readonly device_name: string;
  readonly is_enable: boolean;
  readonly identifier: string | null;
  readonly value: string;
  readonly version: bigint;
}

/** The values of many devices. @returns those of each, by its key; without devices that do not exist */
export const readOfDevices = async (
  prisma: PrismaClient,
  asked: readonly (DeviceCore & { readonly names: readonly string[] })[],
): Promise<ReadonlyMap<string, Found>> => {
  const rows = await prisma.$queryRaw<FoundRow[]>`
    SELECT d.product_id, d.device_name, d.is_enable, v.identifier, v.value, v.version
    FROM device d JOIN unnest(
      ${column(asked, 'productID')}::text[], ${column(asked, 'deviceName')}::text[],
      ${asked.map(({ names }) => JSON.stringify(names))}::jsonb[]) AS g (product_id, device_name, names)
      USING (product_id, device_name)
    LEFT JOIN desired_value v ON v.device_id = d.id AND v.value IS NOT NULL AND jsonb_exists(g.names, v.identifier)`;
  const found = new Map<string, { isEnable: boolean; values: Map<string, ToldValue> }>();
  for (const { product_id: productID, device_name: deviceName, is_enable: isEnable, identifier, ...told } of rows) {
    const key = deviceKey({ productID, deviceName });
    const device = found.get(key) ?? { isEnable, values: new Map<string, ToldValue>() };
    found.set(key, device);
    if (identifier !== null) device.values.set(identifier, told);
  }
  return found;
};

/**
 * Deletes values of many devices that these have done with; of a device that is disabled none.
 * @returns whether each device is enabled, by its key; without devices that do not exist
 */
export const deleteOfDevices = async (
  prisma: PrismaClient,
  asked: readonly (DeviceCore & { readonly deletions: readonly DesiredDeletion[] })[],
  nowMs: number,
): Promise<ReadonlyMap<string, boolean>> => {
  const rows = await prisma.$queryRaw<{ product_id: string; device_name: string; is_enable: boolean }[]>`
    WITH locked AS (
      SELECT d.id, d.product_id, d.device_name, d.is_enable, g.deletions
      FROM device d JOIN unnest(
        ${column(asked, 'productID')}::text[], ${column(asked, 'deviceName')}::text[],
        ${asked.map(({ deletions }) => JSON.stringify(deletions))}::jsonb[]) AS g (product_id, device_name, deletions)
        USING (product_id, device_name)
      ORDER BY d.id FOR NO KEY UPDATE OF d),
    chosen AS (
      SELECT v.device_id, v.identifier FROM locked l
      CROSS JOIN LATERAL jsonb_to_recordset(l.deletions) AS x (name text, version bigint)
      JOIN desired_value v ON v.device_id = l.id AND v.identifier = x.name
      WHERE l.is_enable AND v.value IS NOT NULL AND (x.version IS NULL OR x.version = v.version)
      ORDER BY v.device_id, v.identifier FOR UPDATE OF v),
    deleted AS (
      UPDATE desired_value v SET value = NULL, is_waiting = false, updated_at = ${nowMs}::bigint
      FROM chosen WHERE (v.device_id, v.identifier) = (chosen.device_id, chosen.identifier))
    SELECT product_id, device_name, is_enable FROM locked`;
  return new Map(
    rows.map(({ product_id: productID, device_name: deviceName, is_enable }) => [
      deviceKey({ productID, deviceName }),
      is_enable,
    ]),
  );
};
