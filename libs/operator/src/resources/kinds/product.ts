import { AutoRegister } from '@alink/contract/enumerations';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { changeProduct } from '../../products/change-product';
import { createProduct } from '../../products/create-product';
import type { ProductInfo } from '../../products/product-key';
import {
  autoRegisters,
  deviceTypes,
  logLevels,
  netTypes,
  productStatuses,
  validations,
  wordOf,
} from '../../words/wire-words';
import { ifThere } from '../if-there';
import type { Kind } from '../kind';
import { productsIn } from '../products-in';
import { defined, fileName, productKey, tags, tagsIfAny, withDefaults, wordIn } from '../members';

const schema = z.strictObject({
  productKey,
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  deviceType: wordIn(deviceTypes).optional(),
  netType: wordIn(netTypes).optional(),
  autoRegister: wordIn(autoRegisters).optional(),
  validation: z.enum(validations).optional(),
  logLevel: wordIn(logLevels).optional(),
  status: wordIn(productStatuses).optional(),
  tags: tags.optional(),
});
type ProductSpec = z.infer<typeof schema>;

const specOf = (info: ProductInfo): ProductSpec =>
  defined({
    productKey: info.productID,
    name: info.productName,
    description: info.desc?.value || undefined,
    deviceType: wordOf(deviceTypes, info.deviceType) as ProductSpec['deviceType'],
    netType: wordOf(netTypes, info.netType) as ProductSpec['netType'],
    // Also binds: nothing here does, and dmctl sets what is left of it.
    autoRegister: wordOf(
      autoRegisters,
      Number(info.autoRegister) === AutoRegister.createAndBind ? AutoRegister.create : info.autoRegister,
    ) as ProductSpec['autoRegister'],
    validation: (info.protocolConf.validation || 'weak') as ProductSpec['validation'],
    logLevel: (info.protocolConf.logLevel || undefined) as ProductSpec['logLevel'],
    status: wordOf(productStatuses, info.status) as ProductSpec['status'],
    tags: tagsIfAny(info.tags),
  });

/** A product without its thing model, its devices and its secret. */
export const productKind: Kind<ProductSpec> = {
  name: 'Product',
  schema,
  idOf: ({ productKey }) => productKey,
  needs: () => [],
  exists: async ({ products }, productID) => (await ifThere(products.productInfoRead({ productID }))) !== undefined,
  read: async ({ products }, wanted) => {
    const info = await ifThere(products.productInfoRead({ productID: wanted.productKey }));
    return info && withDefaults(specOf(info), wanted, { description: '', tags: {} });
  },
  create: async (platform, after) => {
    const { deviceType = 'device', autoRegister = 'off', status, ...rest } = after;
    await createProduct(platform, { ...rest, deviceType, autoRegister });
    if (status === 'disabled') await setStatus(platform, after);
  },
  change: async (platform, before, after) => {
    const { productKey: productID, tags: tag, status, ...rest } = after;
    // What protects a product ends before it is changed; it begins when all else is done.
    if (status !== before.status && status !== 'published') await setStatus(platform, after);
    const untag = Object.keys(before.tags ?? {}).filter((key) => tag && !(key in tag));
    await changeProduct(platform, productID, { ...rest, ...(tag && { tag, untag }) });
  },
  settle: async (platform, before, after) => {
    if (after.status === 'published' && before?.status !== 'published') await setStatus(platform, after);
  },
  list: async (platform, scope) => (await productsIn(platform, scope)).map(specOf),
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

const setStatus = ({ products }: Platform, { productKey: productID, status }: ProductSpec) =>
  products.productInfoUpdate({ productID, status: status && productStatuses[status] });
