/** Thing models as whole documents. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { affordanceOf, definitionsOf, importThingModel, type ThingModel } from '@alink/thing-model';
import type { DmContext } from '../../context';
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

const readDocument = (given: string): { readonly tsl: string; readonly model: ThingModel } => {
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

export const schemaDocumentHandlers = (context: DmContext): Methods => {
  const { prisma } = context;
  const changeModel = modelChanger(context);
  return {
    async productSchemaTslImport({ productID, tsl: given }, call) {
      const { tsl, model } = readDocument(given);
      const extras = extrasOf(tsl);
      const rows = definitionsOf(model).map((definition, i) => ({
        ...affordanceOf(definition),
        productID,
        order: i + 1,
        extra: extras.get(definition.identifier) ?? {},
      }));
      await changeModel(call, productID, 'schema.import', async (tx) => {
        const { count } = await tx.schemaEntry.deleteMany({ where: { productID } });
        await tx.schemaEntry.createMany({ data: rows });
        return { definitions: rows.length, before: count };
      });
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
