/** What gateway devices have seen and may be attached to them. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { findDevice } from '../../services/device-msg/find-device';
import { requireDevice } from '../../services/device-manage/device-record';

type Methods = Pick<Handlers<typeof services.deviceMsg>, 'gatewayCanBindIndex'>;

/** Milliseconds for which a report of what was found is looked at; unitedrhino's public source, `gatewayCandBind.go`. */
const LIFETIME_MS = 24 * 3600 * 1000;

interface FoundRow {
  readonly productID: string;
  readonly deviceName: string;
  readonly found_at: Date;
  readonly is_attached: boolean;
}

export const foundHandlers = ({ prisma, now }: DmContext): Methods => ({
  /** The latest report, without those that have been attached to some gateway device meanwhile. */
  async gatewayCanBindIndex({ gateway }) {
    const { id } = await findDevice({ prisma }, requireDevice(gateway, 'gateway.'));
    const rows = await prisma.$queryRaw<FoundRow[]>`
      SELECT f.product_id AS "productID", f.device_name AS "deviceName", f.found_at,
        EXISTS (SELECT FROM device d JOIN sub_device s ON s.device_id = d.id
          WHERE d.product_id = f.product_id AND d.device_name = f.device_name) AS is_attached
      FROM found_device f WHERE f.gateway_id = ${id} AND f.found_at > ${new Date(now() - LIFETIME_MS)}
      ORDER BY f.product_id, f.device_name`;
    const foundAt = Math.max(0, ...rows.map(({ found_at: at }) => at.getTime()));
    return {
      subDevices: rows
        .filter((row) => !row.is_attached)
        .map(({ productID, deviceName }) => ({ productID, deviceName })),
      updatedTime: String(Math.floor(foundAt / 1000)),
    };
  },
});
