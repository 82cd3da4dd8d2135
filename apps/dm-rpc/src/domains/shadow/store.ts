/**
 * Shadows in the database. Whoever changes one locks the row of its device first, and several in the order of their ids: of
 * two changes at the same time the later one sees what the earlier one made, and nobody waits crosswise.
 */
import type { JsonObject } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { changeShadow, EMPTY, isRefusal, type Change, type Refusal, type Shadow } from './document';

/** A device, and its shadow where it has one. */
export interface Found {
  readonly deviceID: bigint;
  readonly isEnable: boolean;
  readonly shadow?: Shadow;
  /** Unix milliseconds of the latest change. */
  readonly updatedAt?: bigint;
}

export type FoundByDevice = ReadonlyMap<string, Found>;

interface ShadowRow {
  readonly version: bigint;
  readonly reported: string;
  readonly desired: string;
  readonly metadata: string;
}

type Row = { readonly id: bigint; readonly product_id: string; readonly device_name: string } & {
  readonly is_enable: boolean;
  readonly updated_at: bigint;
} & (ShadowRow | { readonly version: null });

const shadowOf = ({ version, reported, desired, metadata }: ShadowRow): Shadow => {
  const times = JSON.parse(metadata) as { readonly reported: JsonObject; readonly desired: JsonObject };
  return {
    version: Number(version),
    reported: { values: JSON.parse(reported) as JsonObject, times: times.reported },
    desired: { values: JSON.parse(desired) as JsonObject, times: times.desired },
  };
};

const foundOf = (row: Row): Found => {
  const { id: deviceID, is_enable: isEnable } = row;
  if (row.version === null) return { deviceID, isEnable };
  return { deviceID, isEnable, shadow: shadowOf(row), updatedAt: row.updated_at };
};

/** @returns what was found of each device, by its key; without those that do not exist */
export const readShadows = async (
  client: Pick<PrismaClient, '$queryRaw'>,
  devices: readonly DeviceCore[],
): Promise<FoundByDevice> => {
  const rows = await client.$queryRaw<Row[]>`
    SELECT d.id, d.product_id, d.device_name, d.is_enable, s.version, s.reported, s.desired, s.metadata, s.updated_at
    FROM device d LEFT JOIN device_shadow s ON s.device_id = d.id
    WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(
      ${devices.map(({ productID }) => productID)}::text[], ${devices.map(({ deviceName }) => deviceName)}::text[]))`;
  return new Map(
    rows.map((row) => [deviceKey({ productID: row.product_id, deviceName: row.device_name }), foundOf(row)]),
  );
};

/** What stands there cannot change until the transaction ends. */
export const readLocked = async (tx: Transaction, devices: readonly DeviceCore[]): Promise<FoundByDevice> => {
  await tx.$queryRaw`
    SELECT FROM device WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${devices.map(({ productID }) => productID)}::text[], ${devices.map(({ deviceName }) => deviceName)}::text[]))
    ORDER BY id FOR NO KEY UPDATE`;
  // A statement of its own: one that has waited for a row sees the others as they were before.
  return readShadows(tx, devices);
};

/** Within a transaction that has locked the devices. */
export const writeShadows = async (
  tx: Transaction,
  shadows: readonly { readonly deviceID: bigint; readonly shadow: Shadow }[],
  nowMs: number,
): Promise<void> => {
  if (shadows.length === 0) return;
  const texts = (of: (shadow: Shadow) => object): string[] => shadows.map(({ shadow }) => JSON.stringify(of(shadow)));
  await tx.$executeRaw`
    INSERT INTO device_shadow (device_id, version, reported, desired, metadata, updated_at)
    SELECT u.*, ${nowMs}::bigint FROM unnest(
      ${shadows.map(({ deviceID }) => deviceID)}::bigint[], ${shadows.map(({ shadow }) => shadow.version)}::bigint[],
      ${texts(({ reported }) => reported.values)}::text[], ${texts(({ desired }) => desired.values)}::text[],
      ${texts(({ reported, desired }) => ({ reported: reported.times, desired: desired.times }))}::text[]) AS u
    ON CONFLICT (device_id) DO UPDATE SET version = EXCLUDED.version, reported = EXCLUDED.reported,
      desired = EXCLUDED.desired, metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at`;
};

/** What came of a change: the shadow as it is now, or why it is not changed. */
export type Outcome = Shadow | Refusal | 'unknown' | 'disabled';

/** Changes shadows of different devices, each by itself. @returns what came of each, in their order */
export const changeShadows = (
  prisma: PrismaClient,
  changes: readonly { readonly device: DeviceCore; readonly change: Change }[],
  nowMs: number,
): Promise<Outcome[]> =>
  prisma.$transaction(async (tx) => {
    const found = await readLocked(
      tx,
      changes.map(({ device }) => device),
    );
    const written: { deviceID: bigint; shadow: Shadow }[] = [];
    const outcomes = changes.map(({ device, change }): Outcome => {
      const { deviceID, isEnable, shadow = EMPTY } = found.get(deviceKey(device)) ?? {};
      if (deviceID === undefined) return 'unknown';
      if (!isEnable) return 'disabled';
      const outcome = changeShadow(shadow, change, Math.floor(nowMs / 1000));
      if (!isRefusal(outcome)) written.push({ deviceID, shadow: outcome });
      return outcome;
    });
    await writeShadows(tx, written, nowMs);
    return outcomes;
  });
