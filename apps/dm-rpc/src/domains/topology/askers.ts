/** Who asks about sub-devices. */
import type { PrismaClient } from '@alink/db';
import { deviceKey, type DeviceCore } from '../../device-core';
import { byNames } from '../../services/device-manage/devices-by-name';

export interface Asker extends DeviceCore {
  readonly id: bigint;
  readonly isEnable: boolean;
  /** Of its product. */
  readonly deviceType: number;
}

/** Those that exist, by {@link deviceKey}. */
export const readAskers = async (
  prisma: Pick<PrismaClient, 'device'>,
  devices: readonly DeviceCore[],
): Promise<ReadonlyMap<string, Asker>> => {
  const rows = await prisma.device.findMany({
    where: byNames(devices),
    select: { id: true, productID: true, deviceName: true, isEnable: true, product: { select: { deviceType: true } } },
  });
  return new Map(rows.map(({ product, ...row }) => [deviceKey(row), { ...row, ...product }]));
};
