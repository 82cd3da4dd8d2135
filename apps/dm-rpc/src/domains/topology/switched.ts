/** Sub-devices that have been enabled or disabled, and the gateway devices that hear it: those that are online. */
import { Prisma, type PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import { inParts } from '../../services/device-manage/devices-by-name';
import type { Notice } from './notice';

type Client = Pick<PrismaClient, '$queryRaw'>;

interface Row {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly product_key: string;
  readonly is_enabled: boolean;
  readonly gateway_product_id: string;
  readonly gateway_device_name: string;
}

const COLUMNS = Prisma.sql`d.id, d.product_id, d.device_name, p.product_key, d.is_enable AND p.status <> 2 AS is_enabled,
  g.product_id AS gateway_product_id, g.device_name AS gateway_device_name`;
const ATTACHED = Prisma.sql`device d JOIN product p ON p.product_id = d.product_id
  JOIN sub_device s ON s.device_id = d.id JOIN device g ON g.id = s.gateway_id AND g.is_online`;

const noticeOf = (row: Row): Notice => ({
  gateway: { productID: row.gateway_product_id, deviceName: row.gateway_device_name },
  subDevice: { productID: row.product_id, deviceName: row.device_name, productKey: row.product_key },
  change: row.is_enabled ? 'enabled' : 'disabled',
});

/** What is to be told of these devices, as they are now, by {@link deviceKey}. */
export const switchedDevices = async (
  client: Client,
  devices: readonly DeviceCore[],
): Promise<ReadonlyMap<string, Notice>> => {
  const notices = new Map<string, Notice>();
  for (const part of inParts(devices)) {
    const rows = await client.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM ${ATTACHED}
      WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(
        ${part.map(({ productID }) => productID)}::text[], ${part.map(({ deviceName }) => deviceName)}::text[]))`;
    for (const notice of rows.map(noticeOf)) notices.set(deviceKey(notice.subDevice), notice);
  }
  return notices;
};

/**
 * The same of the devices of a product that is enabled or disabled as a whole; those that are disabled by themselves stay so.
 * @returns at most `most` of those whose ids come after this one, in the order of their ids
 */
export const switchedWithProduct = async (
  client: Client,
  productID: string,
  after: bigint,
  most: number,
): Promise<(Notice & { readonly id: bigint })[]> => {
  const rows = await client.$queryRaw<Row[]>`
    SELECT ${COLUMNS} FROM ${ATTACHED}
    WHERE d.product_id = ${productID} AND d.is_enable AND s.device_id > ${after} ORDER BY s.device_id LIMIT ${most}`;
  return rows.map((row) => ({ id: row.id, ...noticeOf(row) }));
};
