/** The gateway devices of the benchmarks and their sub-devices, by number. */
import pg from 'pg';
import { DeviceType } from '@alink/contract';
import type { Platform } from '../../platform';
import { createDevices } from '../devices';

export const GATEWAYS = 'bench_gateway';
export const SUB_DEVICES = 'bench_sub';

/**
 * Creates gateway devices with `each` sub-devices: the first has the first of these. They are attached in the database, where
 * 50,000 take a second.
 */
export const createGateways = async (platform: Platform, gateways: number, each: number): Promise<void> => {
  await platform.createProduct(GATEWAYS, { deviceType: DeviceType.gateway });
  await platform.createProduct(SUB_DEVICES, { deviceType: DeviceType.subDevice });
  await createDevices(platform, gateways, GATEWAYS);
  await createDevices(platform, gateways * each, SUB_DEVICES);
  const client = new pg.Client({ connectionString: platform.database.url });
  await client.connect();
  await client.query(
    `INSERT INTO sub_device (device_id, gateway_id)
     SELECT device.id, gateway.id FROM device JOIN device gateway ON gateway.product_id = $2
       AND substr(gateway.device_name, 6)::int = substr(device.device_name, 6)::int / $3
     WHERE device.product_id = $1`,
    [SUB_DEVICES, GATEWAYS, each],
  );
  await client.end();
};

/** Looks how many devices of one of the products dm takes to be online. */
export class OnlineDevices {
  private constructor(private readonly client: pg.Client) {}

  static async open(platform: Platform): Promise<OnlineDevices> {
    const client = new pg.Client({ connectionString: platform.database.url });
    await client.connect();
    return new OnlineDevices(client);
  }

  async count(productID: string): Promise<number> {
    const query = 'SELECT count(*) AS n FROM device WHERE product_id = $1 AND is_online';
    const { rows } = await this.client.query<{ n: string }>(query, [productID]);
    return Number(rows[0]!.n);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
