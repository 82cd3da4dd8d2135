/** A product's model has changed, and with it those of its devices that have definitions of their own. */
import type { DmContext } from '../../context';

export const tellModelsChanged = async (
  { prisma, changes }: Pick<DmContext, 'prisma' | 'changes'>,
  productIDs: readonly string[],
): Promise<void> => {
  for (const productID of productIDs) changes.schemaChanged(productID);
  const devices = await prisma.device.findMany({
    where: { productID: { in: [...productIDs] }, schemaRevision: { not: null } },
    select: { productID: true, deviceName: true },
  });
  await changes.deviceSchemasChanged(devices);
};
