/** Thing models as whole documents. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { affordanceOf, definitionsOf, importThingModel, type ThingModel } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { applyCategoryDefinitions } from '../../domains/definitions/category-definitions';
import type { Transaction } from '../../transaction';
import { badParameter, noProduct, thingModelFault } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import { modelChanger } from './change-model';
import { extrasOf } from './definition-members';
import { productTsl } from './product-tsl';

type Methods = Pick<Handlers<typeof services.productManage>, 'productSchemaTslImport' | 'productSchemaTslRead'>;

/** Letters in a document at most. */
const MAX_TSL_LENGTH = 1024 * 1024;

/** What a decoder puts where it could not read: the document was written in another encoding than it was read in. */
const REPLACEMENT = '\uFFFD';

/** A thing model as it was given, and as it was read. */
export interface ModelDocument {
  readonly tsl: string;
  readonly model: ThingModel;
}

/** @throws {RpcError} 100006 for what is no thing model */
export const readDocument = (given: string): ModelDocument => {
  const tsl = given.replace(/^\uFEFF/, '');
  if (tsl === '') throw badParameter('tsl', 'must not be empty');
  if (tsl.length > MAX_TSL_LENGTH) throw badParameter('tsl', `must have at most ${MAX_TSL_LENGTH} characters`);
  if (tsl.includes(REPLACEMENT)) throw badParameter('tsl', 'holds U+FFFD: its file was no UTF-8, but perhaps GBK');
  try {
    return { tsl, model: importThingModel(tsl).model };
  } catch (error) {
    throw thingModelFault('tsl', error);
  }
};

/**
 * Puts the model of a document in the place of what a product has.
 * @param isNew whether the product has just been made: it may be published
 * @returns how many definitions there are, and how many there were
 */
export const replaceModel = async (
  tx: Transaction,
  productID: string,
  { tsl, model }: ModelDocument,
  isNew = false,
): Promise<{ readonly definitions: number; readonly before: number }> => {
  const extras = extrasOf(tsl);
  const rows = definitionsOf(model).map((definition, i) => ({
    ...affordanceOf(definition),
    productID,
    order: i + 1,
    extra: extras.get(definition.identifier) ?? {},
  }));
  const { count } = await tx.schemaEntry.deleteMany({ where: { productID } });
  await tx.schemaEntry.createMany({ data: rows });
  await applyCategoryDefinitions(tx, [productID], isNew);
  return { definitions: rows.length, before: count };
};

export const schemaDocumentHandlers = (context: DmContext): Methods => {
  const { prisma } = context;
  const changeModel = modelChanger(context);
  return {
    async productSchemaTslImport({ productID, tsl: given }, call) {
      const document = readDocument(given);
      await changeModel(call, productID, 'schema.import', (tx) => replaceModel(tx, productID, document));
      return {};
    },

    async productSchemaTslRead({ productID }) {
      requireProductID('productID', productID);
      if (!(await prisma.product.findUnique({ where: { productID }, select: { productID: true } }))) {
        throw noProduct(productID);
      }
      return { tsl: await productTsl(prisma, productID) };
    },
  };
};
