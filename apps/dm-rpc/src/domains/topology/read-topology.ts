/** Which devices are attached to which gateway devices, for those who only want to know. */
import type { PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import { inParts } from '../../services/device-manage/devices-by-name';
import { gatewayIn, namesOf } from './rows';
import type { SubDevice } from './store';

type Client = Pick<PrismaClient, '$queryRaw'>;

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
