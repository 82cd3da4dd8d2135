/** The definitions that a device has beyond those of its product, where models are put together. */
import type { Prisma } from '@alink/db';
import type { SchemaRow } from '../../services/product-manage/schema-record';

export type OwnRow = Prisma.DeviceDefinitionGetPayload<object>;

/** Of one name, the product's definition is in force. @returns the device's own that are, as if they were the product's */
export const ownBeyond = (
  product: readonly Pick<SchemaRow, 'identifier'>[],
  own: readonly OwnRow[],
  productID: string,
): SchemaRow[] => {
  const known = new Set(product.map(({ identifier }) => identifier));
  return own
    .filter(({ identifier }) => !known.has(identifier))
    .map(({ deviceID: _, ...row }) => ({ ...row, productID }));
};

/** The order in which they are listed. */
export const OWN_ORDER: Prisma.DeviceDefinitionOrderByWithRelationInput[] = [{ order: 'asc' }, { identifier: 'asc' }];
