/** A thing model as one document. */
import type { PrismaClient } from '@alink/db';
import { exportModel, type JsonObject } from '@alink/thing-model';
import { membersOf } from './definition-members';
import { modelOf, SCHEMA_ORDER, type SchemaRow } from './schema-record';

/** In unitedrhino's model JSON. @param rows in the order of the model */
export const modelTsl = (rows: readonly SchemaRow[], productID: string): string => {
  const members = new Map(rows.map((row) => [row.identifier, membersOf(row)]));
  const document = exportModel(modelOf(rows), productID);
  const whole = (definitions: unknown) =>
    (definitions as JsonObject[]).map((definition) => ({
      ...definition,
      ...members.get(String(definition['identifier'])),
    }));
  const { properties, events, actions } = document;
  return JSON.stringify({
    ...document,
    properties: whole(properties),
    events: whole(events),
    actions: whole(actions),
  });
};

/** Of a product; without definitions where there are none, or no such product. */
export const productTsl = async (prisma: PrismaClient, productID: string): Promise<string> =>
  modelTsl(await prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER }), productID);
