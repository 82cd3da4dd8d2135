/** Groups as they are read: with their products' names, their devices, and as trees. */
import type { PrismaClient } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { groupInfo, type GroupOutput, type GroupRow } from './group-record';
import { MAX_DEVICES } from './members';

type Prisma = Pick<PrismaClient, 'product' | 'groupMember'>;

export const groupInfos = async (prisma: Prisma, rows: readonly GroupRow[]): Promise<GroupOutput[]> => {
  const productIDs = [...new Set(rows.map(({ productID }) => productID).filter((id) => id !== ''))];
  const products =
    productIDs.length === 0
      ? []
      : await prisma.product.findMany({
          where: { productID: { in: productIDs } },
          select: { productID: true, productName: true },
        });
  const names = new Map(products.map(({ productID, productName }) => [productID, productName]));
  return rows.map((row) => groupInfo(row, names.get(row.productID)));
};

/** The groups with the devices in them, of all groups together at most {@link MAX_DEVICES}. */
export const withDevices = async (prisma: Prisma, groups: readonly GroupOutput[]): Promise<GroupOutput[]> => {
  const rows = await prisma.groupMember.findMany({
    where: { groupID: { in: groups.map(({ id }) => BigInt(id)) } },
    select: { groupID: true, device: { select: { productID: true, deviceName: true } } },
    orderBy: [{ groupID: 'asc' }, { deviceID: 'asc' }],
    take: MAX_DEVICES,
  });
  const byGroup = new Map<string, DeviceCore[]>();
  for (const { groupID, device } of rows) {
    const id = groupID.toString();
    const devices = byGroup.get(id);
    if (devices) devices.push(device);
    else byGroup.set(id, [device]);
  }
  return groups.map((group) => ({ ...group, devices: byGroup.get(group.id) ?? [] }));
};
