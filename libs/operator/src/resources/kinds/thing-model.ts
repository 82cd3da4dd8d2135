import { definitionsOf, exportModel, importThingModel, type JsonObject, type ThingModel } from '@alink/thing-model';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { modelOfFiles } from '../../products/model-files';
import { thingModelOf } from '../../products/model-of-product';
import { identifiersOfCategory, withKept } from '../definition-extras';
import { ifThere } from '../if-there';
import type { Kind } from '../kind';
import { fileName, productKey } from '../members';
import { productsIn } from '../products-in';

const schema = z.strictObject({
  productKey,
  /** Alibaba TSL, or the platform's model JSON. */
  model: z.record(z.string(), z.unknown()),
});
type ModelSpec = z.infer<typeof schema>;

/** Whose model it is, its resource says. */
const documentOf = (model: ThingModel): JsonObject => {
  const { profile: _profile, ...document } = exportModel(model, '');
  return document;
};
const specOf = (key: string, model: ThingModel): ModelSpec => ({ productKey: key, model: documentOf(model) });
const modelOf = ({ model }: ModelSpec): ThingModel => importThingModel(model as JsonObject).model;

const identifiersOf = (model: ThingModel): string[] => definitionsOf(model).map(({ identifier }) => identifier);

const filtered = (
  { properties, events, services }: ThingModel,
  isMeant: (identifier: string) => boolean,
): ThingModel => {
  const isLeft = ({ identifier }: { readonly identifier: string }) => isMeant(identifier);
  return { properties: properties.filter(isLeft), events: events.filter(isLeft), services: services.filter(isLeft) };
};

/** Definitions of one model that another one lacks. */
const lackedIn = (model: ThingModel, before: ThingModel): ThingModel => {
  const has = new Set(identifiersOf(model));
  return filtered(before, (identifier) => !has.has(identifier));
};

/** What the devices of a product report, and what they are told. Definitions that a document lacks stay unless pruned. */
export const thingModelKind: Kind<ModelSpec> = {
  name: 'ThingModel',
  schema,
  beside: { files: 'files', member: 'model', read: (files) => documentOf(modelOfFiles(files).model) },
  idOf: ({ productKey }) => productKey,
  needs: ({ productKey: id }) => [{ kind: 'Product', id }],
  normal: (wanted) => specOf(wanted.productKey, modelOf(wanted)),
  read: async ({ products }, wanted) => {
    const { productKey: productID } = wanted;
    const tsl = (await ifThere(products.productSchemaTslRead({ productID })))?.tsl;
    if (!tsl) return undefined;
    // What a product has because of its category is not its own, unless its document says so.
    const named = new Set(identifiersOf(modelOf(wanted)));
    const ofCategory = identifiersOfCategory(tsl);
    const own = filtered(importThingModel(tsl).model, (each) => named.has(each) || !ofCategory.has(each));
    return identifiersOf(own).length > 0 ? specOf(productID, own) : undefined;
  },
  merge: (before, wanted, prune) => {
    if (prune) return wanted;
    const model = modelOf(wanted);
    const { properties, events, services } = lackedIn(model, modelOf(before));
    return specOf(wanted.productKey, {
      properties: [...model.properties, ...properties],
      events: [...model.events, ...events],
      services: [...model.services, ...services],
    });
  },
  lacked: (before, wanted) => identifiersOf(lackedIn(modelOf(wanted), modelOf(before))),
  create: async ({ products }, after) => importInto(products, after),
  change: async ({ products }, _before, after) => importInto(products, after),
  list: async (platform, scope) => {
    const specs: ModelSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const model = await thingModelOf(platform, productID);
      if (identifiersOf(model).length > 0) specs.push(specOf(productID, model));
    }
    return specs;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

const importInto = async (
  products: Platform['products'],
  { productKey: productID, model }: ModelSpec,
): Promise<void> => {
  const { tsl } = await products.productSchemaTslRead({ productID });
  await products.productSchemaTslImport({ productID, tsl: JSON.stringify(withKept(model as JsonObject, tsl)) });
};
