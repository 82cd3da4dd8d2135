/** The thing model of a product as one document. */
import type { PrismaClient } from '@alink/db';
import { exportModel, type JsonObject } from '@alink/thing-model';
import { membersOf } from './definition-members';
import { modelOf, SCHEMA_ORDER } from './schema-record';

/** In unitedrhino's model JSON; without definitions where there are none, or no such product. */
export const productTsl = async (prisma: PrismaClient, productID: string): Promise<string> => {
  const rows = await prisma.schemaEntry.findMany({ where: { productID }, orderBy: SCHEMA_ORDER });
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
