/** The same fields of many devices at once: where they stand, whose they are, what they take. */
import type { services } from '@alink/contract';
import { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { Transaction } from '../../transaction';
import { badParameter } from '../../wire/errors';
import type { RequestOf } from '../../wire/messages';
import { operatorOf } from './compare';
import { DEVICE_DEFAULTS, ROOT_AREA } from './device-defaults';
import { requireDevice } from './device-record';

type DeviceManage = typeof services.deviceManage;
type Methods = Pick<Handlers<DeviceManage>, 'DeviceInfoMultiUpdate'>;
type Request = RequestOf<DeviceManage, 'DeviceInfoMultiUpdate'>;

const MAX_DEVICES = 10_000;

/**
 * The path of an area. unitedrhino looks it up where areas are kept, which is not here: it is that of devices which stand
 * there, else the area alone.
 */
const pathOfArea = async (tx: Transaction, areaID: string): Promise<string> => {
  if (areaID === DEVICE_DEFAULTS.areaID) return DEVICE_DEFAULTS.areaIDPath;
  const [row] = await tx.$queryRaw<{ path: string }[]>`
    SELECT extra->>'areaIDPath' AS path FROM device
    WHERE extra->>'areaID' = ${areaID} AND right(extra->>'areaIDPath', ${areaID.length + 1}) = ${`${areaID}-`} LIMIT 1`;
  return row?.path ?? `${areaID}-`;
};

/** What is set of a device, as its record keeps it. */
const changeOf = async (tx: Transaction, request: Request, nowMs: number): Promise<Record<string, unknown>> => {
  const { areaID, distributor, ratedPower } = request;
  return {
    ...(areaID !== '0' && { areaID, areaIDPath: await pathOfArea(tx, areaID) }),
    ...(distributor && {
      distributor: { id: distributor.id, idPath: distributor.idPath, updatedTime: String(Math.floor(nowMs / 1000)) },
    }),
    ...(ratedPower !== '0' && { ratedPower }),
  };
};

/** Those whose distributor compares so; unitedrhino takes no notice of it yet. */
const ofDistributor = ({ FilterDistributorID: wanted }: Request): Prisma.Sql => {
  if (!wanted) return Prisma.empty;
  const { sql } = operatorOf('FilterDistributorID', wanted);
  const id = Prisma.sql`coalesce(nullif(d.extra->'distributor'->>'id', ''), ${DEVICE_DEFAULTS.distributor.id})::bigint`;
  return Prisma.sql`AND ${id} ${Prisma.raw(sql)} ${wanted.value}::bigint`;
};

export const multiUpdateHandlers = ({ audit, changes, now }: DmContext): Methods => ({
  /** A device that does not exist is passed over, as in unitedrhino. */
  async DeviceInfoMultiUpdate(request, call) {
    const { devices, areaID } = request;
    if (devices.length > MAX_DEVICES) throw badParameter('devices', `must be at most ${MAX_DEVICES}`);
    if (areaID === ROOT_AREA) throw badParameter('areaID', 'must not be the root: no device stands there');
    const named = devices.map((device, at) => requireDevice(device, `devices[${at}].`));
    const isWanted = ofDistributor(request);
    const updated = await audit.transact(call, async (tx, note) => {
      const change = await changeOf(tx, request, now());
      if (named.length === 0 || Object.keys(change).length === 0) return [];
      const rows = await tx.$queryRaw<DeviceCore[]>`
        WITH locked AS (
          SELECT d.id FROM device d JOIN unnest(
            ${named.map(({ productID }) => productID)}::text[], ${named.map(({ deviceName }) => deviceName)}::text[])
            AS named (product_id, device_name) USING (product_id, device_name)
          WHERE true ${isWanted} ORDER BY d.id FOR NO KEY UPDATE OF d)
        UPDATE device SET extra = extra || ${JSON.stringify(change)}::jsonb, updated_at = now() FROM locked
        WHERE device.id = locked.id
        RETURNING device.product_id AS "productID", device.device_name AS "deviceName"`;
      for (const device of rows) note('device.update', device, change);
      return rows;
    });
    await changes.devicesUpdated(updated);
    return {};
  },
});
