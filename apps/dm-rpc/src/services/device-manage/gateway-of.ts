/** The gateway device that a device is attached to. */
import type { PrismaClient } from '@alink/db';
import { deviceInfo, SHOWN_PARTS, type DeviceOutput } from './device-record';

/** By the id of the device; told as in lists, without its secret. Those that are attached to none are not there. */
export const gatewaysOf = async (
  prisma: PrismaClient,
  devices: readonly { readonly id: bigint }[],
): Promise<ReadonlyMap<bigint, DeviceOutput>> => {
  if (devices.length === 0) return new Map();
  const attached = await prisma.subDevice.findMany({
    where: { deviceID: { in: devices.map(({ id }) => id) } },
    select: { deviceID: true, gateway: { include: SHOWN_PARTS } },
  });
  return new Map(attached.map(({ deviceID, gateway }) => [deviceID, deviceInfo(gateway, '')]));
};
