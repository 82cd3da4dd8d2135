/** The devices that reports are from. */
import type { LogSettings } from '@alink/contract';
import { deviceKey, type DeviceCore } from '../device-core';
import type { Transaction } from '../transaction';

interface DeviceRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly created_at: Date;
  readonly log_level: number;
  readonly product_log_level: string | null;
}

export interface FoundDevice extends LogSettings {
  readonly id: bigint;
}

export interface FoundDevices {
  /** Undefined for a device that does not exist (any more). */
  of(device: DeviceCore): FoundDevice | undefined;
}

/**
 * Looks which devices exist, which then stay until the transaction ends: the foreign key of a latest value would
 * otherwise fail the batch when one is deleted meanwhile.
 */
export const findDevices = async (tx: Transaction, named: readonly DeviceCore[]): Promise<FoundDevices> => {
  const devices = [...new Map(named.map((device) => [deviceKey(device), device])).values()];
  if (devices.length === 0) return { of: () => undefined };
  const rows = await tx.$queryRaw<DeviceRow[]>`
    SELECT d.id, d.product_id, d.device_name, d.created_at, d.log_level,
      p.protocol_conf->>'logLevel' AS product_log_level
    FROM device d JOIN product p USING (product_id)
    WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))
    ORDER BY d.id FOR KEY SHARE OF d`;
  const byKey = new Map(
    rows.map((row) => [
      deviceKey({ productID: row.product_id, deviceName: row.device_name }),
      {
        id: row.id,
        deviceLevel: row.log_level,
        productLevel: row.product_log_level ?? '',
        createdAt: row.created_at.getTime(),
      },
    ]),
  );
  return { of: (device) => byKey.get(deviceKey(device)) };
};
