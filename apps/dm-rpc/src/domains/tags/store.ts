/** Tags of devices in the database: read and changed for many devices at once, each in one statement. */
import { Prisma, type PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';

export type Tags = Readonly<Record<string, string>>;

/** Alibaba Cloud IoT documentation, "Limits": custom tags of a device. */
export const MAX_TAGS = 100;

/** What came of a change. */
export type Outcome = 'changed' | 'unchanged' | 'tooMany' | 'disabled' | 'unknown';

interface ChangeRow {
  readonly product_id: string;
  readonly device_name: string;
  readonly outcome: Outcome;
}

/**
 * Changes the tags of devices. Rows are locked in the order of their ids before their tags are looked at, so that of two
 * changes of one device at the same time both stand, and two batches never wait for each other crosswise.
 * @param after the tags that come of `d.tags` and the device's part of `changes`, `g.change`, as SQL
 * @param changes one for each device, none twice
 * @returns what came of each, in their order
 */
const change = async (
  prisma: PrismaClient,
  after: Prisma.Sql,
  changes: readonly { readonly device: DeviceCore; readonly change: object }[],
): Promise<Outcome[]> => {
  const rows = await prisma.$queryRaw<ChangeRow[]>`
    WITH locked AS (
      SELECT d.id, d.product_id, d.device_name, d.is_enable, d.tags AS before, ${after} AS after
      FROM device d JOIN unnest(
        ${changes.map(({ device }) => device.productID)}::text[], ${changes.map(({ device }) => device.deviceName)}::text[],
        ${changes.map((each) => JSON.stringify(each.change))}::jsonb[]) AS g (product_id, device_name, change)
        USING (product_id, device_name)
      ORDER BY d.id FOR NO KEY UPDATE OF d),
    decided AS (
      SELECT *, CASE
        WHEN NOT is_enable THEN 'disabled'
        WHEN after = before THEN 'unchanged'
        WHEN (SELECT count(*) FROM jsonb_object_keys(after)) > ${MAX_TAGS} THEN 'tooMany'
        ELSE 'changed' END AS outcome
      FROM locked),
    written AS (
      UPDATE device SET tags = decided.after, updated_at = now() FROM decided
      WHERE device.id = decided.id AND decided.outcome = 'changed')
    SELECT product_id, device_name, outcome FROM decided`;
  const outcomes = new Map(
    rows.map((row) => [deviceKey({ productID: row.product_id, deviceName: row.device_name }), row.outcome]),
  );
  return changes.map(({ device }) => outcomes.get(deviceKey(device)) ?? 'unknown');
};

/** Adds tags to devices; those with the same keys are replaced. */
export const mergeTags = (
  prisma: PrismaClient,
  merges: readonly { readonly device: DeviceCore; readonly tags: Tags }[],
): Promise<Outcome[]> =>
  change(
    prisma,
    Prisma.sql`d.tags || g.change`,
    merges.map(({ device, tags }) => ({ device, change: tags })),
  );

/** Removes the tags with these keys; those that are not there are none. */
export const removeTags = (
  prisma: PrismaClient,
  removals: readonly { readonly device: DeviceCore; readonly keys: readonly string[] }[],
): Promise<Outcome[]> =>
  change(
    prisma,
    Prisma.sql`d.tags - ARRAY(SELECT jsonb_array_elements_text(g.change))`,
    removals.map(({ device, keys }) => ({ device, change: keys })),
  );

export interface TagsOf {
  readonly tags: Tags;
  readonly isEnable: boolean;
}

/** @returns the tags of each device in their order; undefined for one that does not exist */
export const readTags = async (
  prisma: PrismaClient,
  devices: readonly DeviceCore[],
): Promise<(TagsOf | undefined)[]> => {
  const rows = await prisma.$queryRaw<{ product_id: string; device_name: string; tags: Tags; is_enable: boolean }[]>`
    SELECT product_id, device_name, tags, is_enable FROM device
    WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))`;
  const found = new Map(
    rows.map((row) => [
      deviceKey({ productID: row.product_id, deviceName: row.device_name }),
      { tags: row.tags, isEnable: row.is_enable },
    ]),
  );
  return devices.map((device) => found.get(deviceKey(device)));
};
