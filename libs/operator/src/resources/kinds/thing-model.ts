import { definitionsOf, exportModel, importThingModel, type JsonObject, type ThingModel } from '@alink/thing-model';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { modelOfFiles } from '../../products/model-files';
import { thingModelOf } from '../../products/model-of-product';
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

/** Definitions of one model that another one lacks. */
const lackedIn = (model: ThingModel, before: ThingModel): ThingModel => {
  const has = new Set(definitionsOf(model).map(({ identifier }) => identifier));
  const lacks = ({ identifier }: { readonly identifier: string }) => !has.has(identifier);
  return {
    properties: before.properties.filter(lacks),
    events: before.events.filter(lacks),
    services: before.services.filter(lacks),
  };
};

/** What the devices of a product report, and what they are told. Definitions that a document lacks stay unless pruned. */
export const thingModelKind: Kind<ModelSpec> = {
  name: 'ThingModel',
  schema,
  beside: { files: 'files', member: 'model', read: (files) => documentOf(modelOfFiles(files).model) },
  idOf: ({ productKey }) => productKey,
  needs: ({ productKey: id }) => [{ kind: 'Product', id }],
  normal: (wanted) => specOf(wanted.productKey, modelOf(wanted)),
  read: async (platform, { productKey: key }) => {
    const model = await ifThere(thingModelOf(platform, key));
    return model && definitionsOf(model).length > 0 ? specOf(key, model) : undefined;
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
  lacked: (before, wanted) =>
    definitionsOf(lackedIn(modelOf(wanted), modelOf(before))).map(({ identifier }) => identifier),
  create: async ({ products }, after) => importInto(products, after),
  change: async ({ products }, _before, after) => importInto(products, after),
  list: async (platform, scope) => {
    const specs: ModelSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const model = await thingModelOf(platform, productID);
      if (definitionsOf(model).length > 0) specs.push(specOf(productID, model));
    }
    return specs;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

/** What only consoles read of a definition; documents do not have it, and what the platform has of it stays. */
const BESIDE = [
  ...['tag', 'isCanSceneLinkage', 'funcGroup', 'controlMode', 'userPerm', 'recordMode', 'isPassword'],
  ...['extendConfig', 'isNoRecord'],
];

const importInto = async (
  products: Platform['products'],
  { productKey: productID, model }: ModelSpec,
): Promise<void> => {
  const { tsl } = await products.productSchemaTslRead({ productID });
  const kept = tsl ? besideOf(JSON.parse(tsl) as JsonObject) : new Map<unknown, JsonObject>();
  const document = Object.fromEntries(
    Object.entries(model).map(([key, value]) => [
      key,
      Array.isArray(value)
        ? value.map((definition: JsonObject) => ({ ...kept.get(definition['identifier']), ...definition }))
        : value,
    ]),
  );
  await products.productSchemaTslImport({ productID, tsl: JSON.stringify(document) });
};

/** By identifier. */
const besideOf = (document: JsonObject): Map<unknown, JsonObject> => {
  const definitions = Object.values(document).filter(Array.isArray).flat() as JsonObject[];
  return new Map(
    definitions.map((definition) => [
      definition['identifier'],
      Object.fromEntries(Object.entries(definition).filter(([key]) => BESIDE.includes(key))),
    ]),
  );
};
