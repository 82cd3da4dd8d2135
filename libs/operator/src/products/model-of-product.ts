/** The thing model that a product has. */
import { definitionsOf, importThingModel, type ThingModel } from '@alink/thing-model';
import type { Platform } from '../platform';

/** The thing model of a product; an empty one where it has none. */
export const thingModelOf = async (
  { products }: Pick<Platform, 'products'>,
  productID: string,
): Promise<ThingModel> => {
  const { tsl } = await products.productSchemaTslRead({ productID });
  return importThingModel(tsl || { properties: [] }).model;
};

export const countsOf = ({ properties, events, services }: ThingModel) => ({
  properties: properties.length,
  events: events.length,
  services: services.length,
});

/** Identifiers of one model that another one lacks. */
export const lackedBy = (model: ThingModel, before: ThingModel): string[] => {
  const has = new Set(definitionsOf(model).map(({ identifier }) => identifier));
  return definitionsOf(before)
    .map(({ identifier }) => identifier)
    .filter((identifier) => !has.has(identifier));
};
