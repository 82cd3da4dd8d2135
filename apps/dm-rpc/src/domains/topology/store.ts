/**
 * Which devices are attached to which gateway devices, in the database. Every change locks the rows of all devices that it
 * names in the order of their ids before it looks at them: two gateway devices that take devices from each other at the same
 * time wait for each other in turn and never crosswise, and one that has room for one more does not take two.
 */
import { DeviceType } from '@alink/contract';
import { Prisma, type PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import { inParts } from '../../services/device-manage/devices-by-name';
import type { Transaction } from '../../transaction';
import { noDevice } from '../../wire/errors';

type Client = Pick<PrismaClient, '$queryRaw'>;

/** A device that is attached to a gateway device. */
export interface SubDevice extends DeviceCore {
  readonly productKey: string;
}

/** A device whose row is locked. */
export interface LockedDevice extends SubDevice {
  readonly id: bigint;
  /** Neither it nor its product is disabled. */
  readonly isEnabled: boolean;
  readonly deviceType: number;
  /** Whether it has ever logged in. */
  readonly isActive: boolean;
  /** The gateway device that has made it by registering it, by the id of its row. */
  readonly registeredBy: bigint | null;
  /** What it is attached to. */
  readonly gateway?: DeviceCore;
}

/** Why nothing was changed. About the gateway device: it is `noGateway`, or has `tooMany`. */
export type Objection = 'noGateway' | 'tooMany' | 'itself' | 'unknown' | 'isGateway' | 'disabled' | 'notAttached';

export interface Refused {
  readonly device: DeviceCore;
  readonly why: Objection;
}

/** A device that has become a sub-device. */
export interface Attached extends SubDevice {
  /** The other gateway device that it was one of. */
  readonly from?: DeviceCore;
}

export interface BindOptions {
  /** Sub-devices that a gateway device may have. */
  readonly limit: number;
  /** For operators: a device that is disabled may be attached all the same. */
  readonly evenDisabled?: boolean;
}

export interface UnbindOptions {
  /** Those that are none of its own are passed over, instead of refused with all the others. */
  readonly passOver?: boolean;
}

interface LockedRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly product_key: string;
  readonly is_enabled: boolean;
  readonly device_type: number;
  readonly is_active: boolean;
  readonly registered_by: bigint | null;
  readonly gateway_product_id: string | null;
  readonly gateway_device_name: string | null;
}

const namesOf = (devices: readonly DeviceCore[]): [productIDs: string[], deviceNames: string[]] => [
  devices.map(({ productID }) => productID),
  devices.map(({ deviceName }) => deviceName),
];

const gatewayIn = (row: Pick<LockedRow, 'gateway_product_id' | 'gateway_device_name'>): DeviceCore | undefined => {
  const { gateway_product_id: productID, gateway_device_name: deviceName } = row;
  return productID !== null && deviceName !== null ? { productID, deviceName } : undefined;
};

/** Without those that are named twice. */
const distinct = (devices: readonly DeviceCore[]): DeviceCore[] => [
  ...new Map(
    devices.map(({ productID, deviceName }) => [`${productID}/${deviceName}`, { productID, deviceName }]),
  ).values(),
];

/**
 * Locks devices until the transaction ends. Whoever changes the topology of several gateway devices in one transaction locks
 * all that it will name with this first.
 * @param toDelete whether some of them may be deleted: that takes a lock which cannot be had later, when others have begun to
 * write what refers to the device and wait for its row
 * @returns those that exist, by {@link deviceKey}
 */
export const lockDevices = async (
  tx: Transaction,
  devices: readonly DeviceCore[],
  toDelete = false,
): Promise<ReadonlyMap<string, LockedDevice>> => {
  const [productIDs, deviceNames] = namesOf(devices);
  const locked = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT d.id FROM device d
    WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(${productIDs}::text[], ${deviceNames}::text[]))
    ORDER BY d.id ${toDelete ? Prisma.sql`FOR UPDATE OF d` : Prisma.sql`FOR NO KEY UPDATE OF d`}`;
  // A statement of its own, which sees what those have written for whose locks the first one has waited.
  const rows = await tx.$queryRaw<LockedRow[]>`
    SELECT d.id, d.product_id, d.device_name, p.product_key, d.is_enable AND p.status <> 2 AS is_enabled, p.device_type,
      d.first_login IS NOT NULL AS is_active, d.registered_by,
      gateway.product_id AS gateway_product_id, gateway.device_name AS gateway_device_name
    FROM device d JOIN product p USING (product_id)
    LEFT JOIN sub_device bound ON bound.device_id = d.id
    LEFT JOIN device gateway ON gateway.id = bound.gateway_id
    WHERE d.id = ANY(${locked.map(({ id }) => id)}::bigint[])`;
  return new Map(
    rows.map((row) => {
      const device: LockedDevice = {
        id: row.id,
        productID: row.product_id,
        deviceName: row.device_name,
        productKey: row.product_key,
        isEnabled: row.is_enabled,
        deviceType: row.device_type,
        isActive: row.is_active,
        registeredBy: row.registered_by,
        gateway: gatewayIn(row),
      };
      return [deviceKey(device), device];
    }),
  );
};

/** @throws {RpcError} 100009 when there is no such device */
export const requireLocked = async (tx: Transaction, device: DeviceCore): Promise<LockedDevice> => {
  const row = (await lockDevices(tx, [device])).get(deviceKey(device));
  if (!row) throw noDevice(device);
  return row;
};

const isSame = (a: DeviceCore, b: DeviceCore | undefined): boolean => b !== undefined && deviceKey(a) === deviceKey(b);

/** Why a device may be no sub-device, whichever its gateway device. */
const objectionTo = (
  device: DeviceCore,
  row: LockedDevice | undefined,
  gateway: DeviceCore,
  { evenDisabled = false }: BindOptions,
): Objection | undefined => {
  if (isSame(device, gateway)) return 'itself';
  if (!row) return 'unknown';
  if (row.deviceType === DeviceType.gateway) return 'isGateway';
  return row.isEnabled || evenDisabled ? undefined : 'disabled';
};

const countOf = async (tx: Transaction, gatewayID: bigint): Promise<number> => {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM sub_device WHERE gateway_id = ${gatewayID}`;
  return row!.count;
};

/**
 * Attaches devices to a gateway device: all, or none where one is refused. They are attached to another one no more.
 * @returns why none is, else those that were not its own before
 */
export const bind = async (
  tx: Transaction,
  gateway: DeviceCore,
  devices: readonly DeviceCore[],
  options: BindOptions,
): Promise<{ readonly refused: readonly Refused[]; readonly attached: readonly Attached[] }> => {
  const wanted = distinct(devices);
  const rows = await lockDevices(tx, [gateway, ...wanted]);
  const owner = rows.get(deviceKey(gateway));
  if (!owner) return { refused: [{ device: gateway, why: 'noGateway' }], attached: [] };
  const refused = wanted.flatMap((device): Refused[] => {
    const why = objectionTo(device, rows.get(deviceKey(device)), gateway, options);
    return why ? [{ device, why }] : [];
  });
  if (refused.length > 0) return { refused, attached: [] };
  const added = wanted.map((device) => rows.get(deviceKey(device))!).filter((row) => !isSame(gateway, row.gateway));
  if (added.length === 0) return { refused, attached: [] };
  if ((await countOf(tx, owner.id)) + added.length > options.limit) {
    return { refused: [{ device: gateway, why: 'tooMany' }], attached: [] };
  }
  await tx.$executeRaw`
    INSERT INTO sub_device (device_id, gateway_id)
    SELECT device_id, ${owner.id} FROM unnest(${added.map(({ id }) => id)}::bigint[]) AS u (device_id)
    ON CONFLICT (device_id) DO UPDATE SET gateway_id = EXCLUDED.gateway_id, created_at = now()`;
  const attached = added.map(({ productID, deviceName, productKey, gateway: from }) => {
    return { productID, deviceName, productKey, ...(from && { from }) };
  });
  return { refused, attached };
};

/**
 * Detaches devices from their gateway device: all, or none where one is refused.
 * @returns why none is, else those that were its own
 */
export const unbind = async (
  tx: Transaction,
  gateway: DeviceCore,
  devices: readonly DeviceCore[],
  { passOver = false }: UnbindOptions = {},
): Promise<{ readonly refused: readonly Refused[]; readonly detached: readonly LockedDevice[] }> => {
  const wanted = distinct(devices);
  const rows = await lockDevices(tx, [gateway, ...wanted]);
  if (!rows.has(deviceKey(gateway))) return { refused: [{ device: gateway, why: 'noGateway' }], detached: [] };
  const own: LockedDevice[] = [];
  const refused: Refused[] = [];
  for (const device of wanted) {
    const row = rows.get(deviceKey(device));
    if (row && isSame(gateway, row.gateway)) own.push(row);
    else refused.push({ device, why: row ? 'notAttached' : 'unknown' });
  }
  if (refused.length > 0 && !passOver) return { refused, detached: [] };
  await tx.$executeRaw`DELETE FROM sub_device WHERE device_id = ANY(${own.map(({ id }) => id)}::bigint[])`;
  return { refused: [], detached: own };
};

/** A part of a list. */
export interface Part {
  readonly take: number;
  readonly skip: number;
}

interface SubDeviceRow {
  readonly product_id: string;
  readonly device_name: string;
  readonly product_key: string;
}

const subDeviceOf = ({ product_id, device_name, product_key }: SubDeviceRow): SubDevice => ({
  productID: product_id,
  deviceName: device_name,
  productKey: product_key,
});

/** The sub-devices of a gateway device, in the order of their rows. @param part absent: all of them */
export const subDevicesOf = async (
  client: Client,
  { productID, deviceName }: DeviceCore,
  { take, skip }: Part = { take: 1_000_000, skip: 0 },
): Promise<{ readonly list: SubDevice[]; readonly total: number }> => {
  const rows = await client.$queryRaw<SubDeviceRow[]>`
    SELECT d.product_id, d.device_name, p.product_key FROM device g
    JOIN sub_device s ON s.gateway_id = g.id JOIN device d ON d.id = s.device_id
    JOIN product p ON p.product_id = d.product_id
    WHERE g.product_id = ${productID} AND g.device_name = ${deviceName}
    ORDER BY s.device_id LIMIT ${take} OFFSET ${skip}`;
  const [counted] = await client.$queryRaw<{ total: number }[]>`
    SELECT count(*)::int AS total FROM device g JOIN sub_device s ON s.gateway_id = g.id
    WHERE g.product_id = ${productID} AND g.device_name = ${deviceName}`;
  return { list: rows.map(subDeviceOf), total: counted!.total };
};

/** What a gateway device asks for when it starts. */
export interface Topology {
  readonly isEnable: boolean;
  readonly subDevices: readonly SubDevice[];
}

/** The sub-devices of many gateway devices, in their order; undefined for one that does not exist. */
export const topologiesOf = async (
  client: Client,
  gateways: readonly DeviceCore[],
): Promise<(Topology | undefined)[]> => {
  const [productIDs, deviceNames] = namesOf(gateways);
  const rows = await client.$queryRaw<
    { gateway_product_id: string; gateway_device_name: string; is_enable: boolean; list: SubDevice[] }[]
  >`
    SELECT g.product_id AS gateway_product_id, g.device_name AS gateway_device_name, g.is_enable,
      coalesce(jsonb_agg(jsonb_build_object(
        'productKey', p.product_key, 'deviceName', d.device_name, 'productID', d.product_id) ORDER BY d.id)
        FILTER (WHERE d.id IS NOT NULL), '[]') AS list
    FROM device g LEFT JOIN sub_device s ON s.gateway_id = g.id
    LEFT JOIN device d ON d.id = s.device_id LEFT JOIN product p ON p.product_id = d.product_id
    WHERE (g.product_id, g.device_name) IN (SELECT * FROM unnest(${productIDs}::text[], ${deviceNames}::text[]))
    GROUP BY g.id`;
  const found = new Map(rows.map((row) => [deviceKey(gatewayIn(row)!), row]));
  return gateways.map((gateway) => {
    const row = found.get(deviceKey(gateway));
    return row && { isEnable: row.is_enable, subDevices: row.list };
  });
};

/** What each of these devices is attached to, in their order; undefined for one that is attached to none. */
export const gatewayOf = async (
  client: Client,
  devices: readonly DeviceCore[],
): Promise<(DeviceCore | undefined)[]> => {
  const found = new Map<string, DeviceCore>();
  for (const part of inParts(devices)) {
    const [productIDs, deviceNames] = namesOf(part);
    const rows = await client.$queryRaw<
      { product_id: string; device_name: string; gateway_product_id: string; gateway_device_name: string }[]
    >`
      SELECT d.product_id, d.device_name,
        gateway.product_id AS gateway_product_id, gateway.device_name AS gateway_device_name
      FROM device d JOIN sub_device s ON s.device_id = d.id JOIN device gateway ON gateway.id = s.gateway_id
      WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(${productIDs}::text[], ${deviceNames}::text[]))`;
    for (const row of rows) {
      found.set(deviceKey({ productID: row.product_id, deviceName: row.device_name }), gatewayIn(row)!);
    }
  }
  return devices.map((device) => found.get(deviceKey(device)));
};
