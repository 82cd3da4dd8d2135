/** What a gateway device has seen and may be attached to it ("Alibaba Cloud IoT documentation, 'Report sub-device discovery'"). */
import type { Reply } from '@alink/alink';
import { DeviceType } from '@alink/contract';
import { isDeviceName, type DeviceIdentity } from '@alink/signing';
import type { DmContext } from '../../context';
import type { Asker } from './askers';
import { productsOf } from './identities';

/**
 * Keeps its report in place of the one before. Devices need not exist; other gateway devices can never be attached, and are
 * left out.
 */
export const keepFound = async (
  { prisma, now }: Pick<DmContext, 'prisma' | 'now'>,
  asker: Asker,
  devices: readonly DeviceIdentity[],
): Promise<Reply> => {
  const products = await productsOf(prisma, devices);
  if (devices.some(({ productKey }) => !products.has(productKey))) return { code: 6250 };
  if (devices.some(({ deviceName }) => !isDeviceName(deviceName))) return { code: 6280 };
  const foundAt = new Date(now());
  const rows = devices.flatMap(({ productKey, deviceName }) => {
    const { productID, deviceType } = products.get(productKey)!;
    return deviceType === DeviceType.gateway ? [] : [{ gatewayID: asker.id, productID, deviceName, foundAt }];
  });
  await prisma.$transaction(async (tx) => {
    // Two reports at once would each leave what the other has deleted.
    await tx.$queryRaw`SELECT id FROM device WHERE id = ${asker.id} FOR NO KEY UPDATE`;
    await tx.foundDevice.deleteMany({ where: { gatewayID: asker.id } });
    await tx.foundDevice.createMany({ data: rows });
  });
  return { code: 200 };
};
