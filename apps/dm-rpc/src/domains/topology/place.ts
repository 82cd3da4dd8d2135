/** Sub-devices stand where their gateway device does: in its project and area. */
import type { DeviceCore } from '../../device-core';
import { DEVICE_DEFAULTS } from '../../services/device-manage/device-defaults';
import type { Transaction } from '../../transaction';

const { projectID, areaID, areaIDPath } = DEVICE_DEFAULTS;

/** Members of a device's record. */
interface Place {
  readonly projectID?: string;
  readonly areaID: string;
  readonly areaIDPath: string;
}

/** In no area. unitedrhino leaves a device in its project when it takes it out of its area. */
export const NOWHERE: Place = { areaID, areaIDPath };

/** Where a device stands. */
export const placeOf = async (tx: Transaction, device: DeviceCore): Promise<Place> => {
  const { extra } = await tx.device.findUniqueOrThrow({
    where: { productID_deviceName: device },
    select: { extra: true },
  });
  return { projectID, areaID, areaIDPath, ...pickPlace(extra as Partial<Place>) };
};

const pickPlace = (extra: Partial<Place>): Partial<Place> =>
  Object.fromEntries(
    (['projectID', 'areaID', 'areaIDPath'] as const).flatMap((field) =>
      extra[field] === undefined ? [] : [[field, extra[field]]],
    ),
  );

/** Those that stand there already are left as they are. */
export const moveTo = async (tx: Transaction, place: Place, devices: readonly DeviceCore[]): Promise<void> => {
  await tx.$executeRaw`
    UPDATE device d SET extra = d.extra || ${JSON.stringify(place)}::jsonb, updated_at = now()
    FROM unnest(
      ${devices.map(({ productID }) => productID)}::text[], ${devices.map(({ deviceName }) => deviceName)}::text[]
    ) AS moved (product_id, device_name)
    WHERE d.product_id = moved.product_id AND d.device_name = moved.device_name
      AND NOT ${JSON.stringify({ projectID, areaID, areaIDPath })}::jsonb || d.extra @> ${JSON.stringify(place)}::jsonb`;
};
