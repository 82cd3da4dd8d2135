import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { notServed } from '../not-served';
import { productInfoHandlers } from './product-info';
import { productSchemaHandlers } from './product-schema';
import { schemaDocumentHandlers } from './schema-document';

/** `dm.ProductManage`. */
export const productManage = (context: DmContext): Handlers<typeof services.productManage> => ({
  ...productInfoHandlers(context),
  ...productSchemaHandlers(context),
  ...schemaDocumentHandlers(context),
  ...notServed(
    'productCategoryCreate',
    'productCategoryUpdate',
    'productCategoryDelete',
    'productCategoryIndex',
    'productCategoryRead',
    'productInfoMultiImport',
    'productInfoMultiExport',
  ),
});
