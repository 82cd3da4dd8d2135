/** The thing model of a product as one document. */
import type { PrismaClient } from '@alink/db';
import { exportModel } from '@alink/thing-model';
import { modelOf, SCHEMA_ORDER } from './schema-record';

/** In unitedrhino's model JSON; without definitions where there are none, or no such product. */
export const productTsl = async (prisma: PrismaClient, productID: string): Promise<string> => {
  const rows = await prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER });
  return JSON.stringify(exportModel(modelOf(rows), productID));
};
