/** Configurations in the database: every version is kept, the latest of a device or a product is in force. */
import { createHash } from 'node:crypto';
import { isStorable } from '@alink/alink';
import { Prisma, type PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';

/** Bytes ("Alibaba Cloud IoT documentation, 'Remote configuration'"): 64 KB of JSON. */
const MAX_BYTES = 64 * 1024;

/** Whose configuration it is: a product's, or a device's own. */
export interface Owner {
  readonly productID: string;
  readonly deviceID: bigint | null;
}

/** A version, without its content. */
export interface Version {
  readonly id: bigint;
  /** Bytes; 0 for the version from which on there is none. */
  readonly size: number;
  /** SHA-256 in lower-case hex. */
  readonly sign: string;
}

/**
 * @param content empty where there is to be none any more
 * @throws {RpcError} 100006 for what is no JSON object or array, nested too deep, or longer than 64 KB
 */
const checkContent = (content: string): void => {
  if (content === '') return;
  if (Buffer.byteLength(content) > MAX_BYTES) throw badParameter('content', `must have at most ${MAX_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw badParameter('content', 'is not valid JSON');
  }
  if (typeof value !== 'object' || value === null) throw badParameter('content', 'must be a JSON object or array');
  // Devices are told it as JSON among other things, and nobody can write again what is nested without end.
  if (!isStorable(value)) throw badParameter('content', 'holds text that cannot be kept, or is nested too deep');
};

/** @throws {RpcError} 100006 as {@link checkContent} */
export const addVersion = async (tx: Transaction, { productID, deviceID }: Owner, content: string) => {
  checkContent(content);
  const size = Buffer.byteLength(content);
  const sign = createHash('sha256').update(content).digest('hex');
  return tx.remoteConfig.create({ data: { productID, deviceID, content, size, sign } });
};

/** What is in force for an owner himself; undefined where there is nothing. */
export const currentOf = async (prisma: Pick<PrismaClient, 'remoteConfig'>, { productID, deviceID }: Owner) => {
  const row = await prisma.remoteConfig.findFirst({ where: { productID, deviceID }, orderBy: { id: 'desc' } });
  return row && row.size > 0 ? row : undefined;
};

/** What a device asks about. */
export interface ConfiguredDevice {
  readonly isEnable: boolean;
  /** Whether its product has remote configuration; on unless it says `off`. */
  readonly isServed: boolean;
  /** Its own configuration in force. */
  readonly own?: Version;
  /** That of its product. */
  readonly shared?: Version;
}

interface DeviceRow {
  readonly product_id: string;
  readonly device_name: string;
  readonly is_enable: boolean;
  readonly switch: string | null;
  readonly own: OneVersion | null;
  readonly shared: OneVersion | null;
}
interface OneVersion {
  readonly id: number;
  readonly size: number;
  readonly sign: string;
}

const versionOf = (row: OneVersion | null): Version | undefined =>
  row && row.size > 0 ? { ...row, id: BigInt(row.id) } : undefined;

const latest = (whose: Prisma.Sql): Prisma.Sql => Prisma.sql`
  (SELECT json_build_object('id', c.id, 'size', c.size, 'sign', c.sign) FROM remote_config c
   WHERE ${whose} ORDER BY c.id DESC LIMIT 1)`;

/** @returns what concerns each device, in their order; undefined for one that does not exist */
export const configurationsOf = async (
  prisma: PrismaClient,
  devices: readonly DeviceCore[],
): Promise<(ConfiguredDevice | undefined)[]> => {
  const rows = await prisma.$queryRaw<DeviceRow[]>`
    SELECT d.product_id, d.device_name, d.is_enable, p.protocol_conf->>'remoteConfig' AS switch,
      ${latest(Prisma.sql`c.device_id = d.id`)} AS own,
      ${latest(Prisma.sql`c.product_id = d.product_id AND c.device_id IS NULL`)} AS shared
    FROM device d JOIN product p USING (product_id)
    WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))`;
  const found = new Map(
    rows.map((row) => [
      deviceKey({ productID: row.product_id, deviceName: row.device_name }),
      {
        isEnable: row.is_enable,
        isServed: row.switch !== 'off',
        own: versionOf(row.own),
        shared: versionOf(row.shared),
      },
    ]),
  );
  return devices.map((device) => found.get(deviceKey(device)));
};

/** The texts of versions, by their ids. */
export const contentsOf = async (
  prisma: PrismaClient,
  ids: readonly bigint[],
): Promise<ReadonlyMap<bigint, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await prisma.remoteConfig.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, content: true },
  });
  return new Map(rows.map(({ id, content }) => [id, content]));
};
