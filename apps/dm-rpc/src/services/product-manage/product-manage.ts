import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { categoryFileHandlers } from '../../domains/categories/category-file';
import { categoryHandlers } from '../../domains/categories/service';
import { categoryDefinitionHandlers } from '../../domains/definitions/category-service';
import { productExtraHandlers } from '../../domains/products/product-extras';
import { productFileHandlers } from '../../domains/products/service';
import { productInfoHandlers } from './product-info';
import { productSchemaHandlers } from './product-schema';
import { schemaDocumentHandlers } from './schema-document';

/** `dm.ProductManage`. */
export const productManage = (context: DmContext): Handlers<typeof services.productManage> => ({
  ...productInfoHandlers(context),
  ...productSchemaHandlers(context),
  ...schemaDocumentHandlers(context),
  ...categoryHandlers(context),
  ...categoryDefinitionHandlers(context),
  ...categoryFileHandlers(context),
  ...productFileHandlers(context),
  ...productExtraHandlers(context),
});
