/**
 * Which devices are attached to which gateway devices, in the database. Every change locks the rows of all devices that it
 * names in the order of their ids before it looks at them: two gateway devices that take devices from each other at the same
 * time wait for each other in turn and never crosswise, and one that has room for one more does not take two.
 */
import { DeviceType } from '@alink/contract';
import { Prisma } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import { distinct } from '../../distinct';
import type { Transaction } from '../../transaction';
import { noDevice } from '../../wire/errors';
import { gatewayIn, namesOf, type GatewayColumns } from './rows';

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
  readonly hasSubDevices: boolean;
}

/** Why nothing was changed. About the gateway device: it is `noGateway`, `isSubDevice` itself, or has `tooMany`. */
export type Objection =
  'noGateway' | 'isSubDevice' | 'tooMany' | 'itself' | 'unknown' | 'isGateway' | 'disabled' | 'notAttached';

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

interface LockedRow extends GatewayColumns {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly product_key: string;
  readonly is_enabled: boolean;
  readonly device_type: number;
  readonly is_active: boolean;
  readonly registered_by: bigint | null;
  readonly has_sub_devices: boolean;
}

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
      EXISTS (SELECT FROM sub_device own WHERE own.gateway_id = d.id) AS has_sub_devices,
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
        hasSubDevices: row.has_sub_devices,
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
  if (row.deviceType === DeviceType.gateway || row.hasSubDevices) return 'isGateway';
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
  const wanted = distinct(devices, deviceKey);
  const rows = await lockDevices(tx, [gateway, ...wanted]);
  const owner = rows.get(deviceKey(gateway));
  if (!owner) return { refused: [{ device: gateway, why: 'noGateway' }], attached: [] };
  if (owner.gateway) return { refused: [{ device: gateway, why: 'isSubDevice' }], attached: [] };
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
  const wanted = distinct(devices, deviceKey);
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
