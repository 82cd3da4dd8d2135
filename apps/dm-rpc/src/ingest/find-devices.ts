/** The devices that reports are from. */
import type { DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';

interface DeviceRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
}

export interface FoundDevices {
  /** Undefined for a device that does not exist (any more). */
  of(device: DeviceCore): bigint | undefined;
}

const keyOf = ({ productID, deviceName }: DeviceCore): string => `${productID}/${deviceName}`;

/**
 * Looks which devices exist, which then stay until the transaction ends: the foreign key of a latest value would
 * otherwise fail the batch when one is deleted meanwhile.
 */
export const findDevices = async (tx: Transaction, named: readonly DeviceCore[]): Promise<FoundDevices> => {
  const devices = [...new Map(named.map((device) => [keyOf(device), device])).values()];
  if (devices.length === 0) return { of: () => undefined };
  const rows = await tx.$queryRaw<DeviceRow[]>`
    SELECT id, product_id, device_name FROM device
    WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))
    ORDER BY id FOR KEY SHARE`;
  const byKey = new Map(rows.map((row) => [keyOf({ productID: row.product_id, deviceName: row.device_name }), row.id]));
  return { of: (device) => byKey.get(keyOf(device)) };
};
