/** Which devices are in which groups: changed for many at once, each in one statement. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { badParameter, notFound } from '../../wire/errors';
import { requireDevice } from '../../services/device-manage/device-record';

/** Devices in one call at most. */
export const MAX_DEVICES = 10_000;

/** Who came into a group, or left it. */
export interface Moved extends DeviceCore {
  readonly groupID: bigint;
}

export const noGroup = (id: string | bigint): RpcError => notFound(`group ${id}`);

/** The group stays as it is until the transaction ends. @throws {RpcError} 100009 when there is none */
export const requireGroup = async (tx: Transaction, id: string): Promise<bigint> => {
  const [row] = await tx.$queryRaw<{ id: bigint }[]>`SELECT id FROM device_group WHERE id = ${BigInt(id)} FOR UPDATE`;
  if (!row) throw noGroup(id);
  return row.id;
};

/** @throws {RpcError} 100006 for names that cannot be, and for too many */
export const requireDevices = (field: string, list: readonly DeviceCore[]): DeviceCore[] => {
  if (list.length > MAX_DEVICES) throw badParameter(field, `must have at most ${MAX_DEVICES} entries`);
  return list.map((device, i) => requireDevice(device, `${field}[${i}].`));
};

const columnsOf = (devices: readonly DeviceCore[]) => ({
  productIDs: devices.map(({ productID }) => productID),
  deviceNames: devices.map(({ deviceName }) => deviceName),
});

/**
 * The ids of devices, which stay until the transaction ends.
 * @throws {RpcError} of this code, naming the first that does not exist
 */
export const deviceIDsOf = async (
  tx: Transaction,
  field: string,
  devices: readonly DeviceCore[],
  code: Code = Code.parameter,
): Promise<bigint[]> => {
  if (devices.length === 0) return [];
  const { productIDs, deviceNames } = columnsOf(devices);
  const found = await tx.$queryRaw<{ id: bigint; product_id: string; device_name: string }[]>`
    SELECT id, product_id, device_name FROM device
    WHERE (product_id, device_name) IN (SELECT * FROM unnest(${productIDs}::text[], ${deviceNames}::text[]))
    ORDER BY id FOR KEY SHARE`;
  const known = new Set(found.map((row) => `${row.product_id}/${row.device_name}`));
  const missing = devices.find(({ productID, deviceName }) => !known.has(`${productID}/${deviceName}`));
  if (missing) {
    const message = `device ${missing.deviceName} of product ${missing.productID} does not exist`;
    throw new RpcError(code, message, { details: [field] });
  }
  return found.map(({ id }) => id);
};

interface MovedRow {
  readonly group_id: bigint;
  readonly product_id: string;
  readonly device_name: string;
}

const moved = (rows: readonly MovedRow[]): Moved[] =>
  rows.map((row) => ({ groupID: row.group_id, productID: row.product_id, deviceName: row.device_name }));

/** Each of the devices into each of the groups. @returns those that were not there yet */
export const addMembers = async (
  tx: Transaction,
  groupIDs: readonly bigint[],
  deviceIDs: readonly bigint[],
): Promise<Moved[]> =>
  moved(
    await tx.$queryRaw<MovedRow[]>`
      WITH added AS (
        INSERT INTO group_member (group_id, device_id)
        SELECT g.id, d.id FROM unnest(${groupIDs}::bigint[]) AS g (id), unnest(${deviceIDs}::bigint[]) AS d (id)
        ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING *)
      SELECT a.group_id, d.product_id, d.device_name FROM added a JOIN device d ON d.id = a.device_id`,
  );

/** These devices out of these groups. @returns those that were there */
export const removeMembers = async (
  tx: Transaction,
  groupIDs: readonly bigint[],
  devices: readonly DeviceCore[],
): Promise<Moved[]> => {
  const { productIDs, deviceNames } = columnsOf(devices);
  const rows = await tx.$queryRaw<MovedRow[]>`
    DELETE FROM group_member m USING device d
    WHERE m.device_id = d.id AND m.group_id = ANY(${groupIDs}::bigint[])
      AND (d.product_id, d.device_name) IN (SELECT * FROM unnest(${productIDs}::text[], ${deviceNames}::text[]))
    RETURNING m.group_id, d.product_id, d.device_name`;
  return moved(rows);
};

/** All out of a group but these devices. @returns those that were there */
export const keepMembers = async (tx: Transaction, groupID: bigint, deviceIDs: readonly bigint[]): Promise<Moved[]> =>
  moved(
    await tx.$queryRaw<MovedRow[]>`
      DELETE FROM group_member m USING device d
      WHERE m.device_id = d.id AND m.group_id = ${groupID} AND m.device_id <> ALL(${deviceIDs}::bigint[])
      RETURNING m.group_id, d.product_id, d.device_name`,
  );
