import { AutoRegister } from '@alink/contract/enumerations';
import * as z from 'zod';
import type { Platform } from '../../platform';
import { changeProduct } from '../../products/change-product';
import { createProduct } from '../../products/create-product';
import { productKeyOf, type ProductInfo } from '../../products/product-key';
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
import { defined, fileName, name, productKey, shortText, tags, tagsIfAny, withDefaults, wordIn } from '../members';
import { categoryIDOf } from './category';

const schema = z.strictObject({
  productKey,
  /** The ProductKey that devices bear, where it is another one. */
  externalKey: productKey.optional(),
  name: name(128).optional(),
  description: shortText(4096).optional(),
  /** Name of the category that it is sorted into; empty for none. */
  category: z.string().optional(),
  deviceType: wordIn(deviceTypes).optional(),
  netType: wordIn(netTypes).optional(),
  autoRegister: wordIn(autoRegisters).optional(),
  validation: z.enum(validations).optional(),
  logLevel: wordIn(logLevels).optional(),
  /** Whether its devices get remote configurations. */
  remoteConfig: z.enum(['on', 'off']).optional(),
  status: wordIn(productStatuses).optional(),
  tags: tags.optional(),
});
/** `categoryID` of what is in no category. */
const NOT_CLASSIFIED_ID = '2';

type ProductSpec = z.infer<typeof schema>;

const specOf = (info: ProductInfo): ProductSpec =>
  defined({
    productKey: info.productID,
    externalKey: productKeyOf(info) === info.productID ? undefined : productKeyOf(info),
    name: info.productName,
    description: info.desc?.value || undefined,
    category: info.category?.name || undefined,
    deviceType: wordOf(deviceTypes, info.deviceType) as ProductSpec['deviceType'],
    netType: wordOf(netTypes, info.netType) as ProductSpec['netType'],
    // Also binds: nothing here does, and dmctl sets what is left of it.
    autoRegister: wordOf(
      autoRegisters,
      Number(info.autoRegister) === AutoRegister.createAndBind ? AutoRegister.create : info.autoRegister,
    ) as ProductSpec['autoRegister'],
    validation: (info.protocolConf.validation || 'weak') as ProductSpec['validation'],
    logLevel: (info.protocolConf.logLevel || undefined) as ProductSpec['logLevel'],
    remoteConfig: (info.protocolConf.remoteConfig || undefined) as ProductSpec['remoteConfig'],
    status: wordOf(productStatuses, info.status) as ProductSpec['status'],
    tags: tagsIfAny(info.tags),
  });

/** A product without its thing model, its devices and its secret. */
export const productKind: Kind<ProductSpec> = {
  name: 'Product',
  schema,
  idOf: ({ productKey }) => productKey,
  needs: ({ category }) => (category ? [{ kind: 'Category', id: category }] : []),
  exists: async ({ products }, productID) => (await ifThere(products.productInfoRead({ productID }))) !== undefined,
  read: async ({ products }, wanted) => {
    const info = await ifThere(products.productInfoRead({ productID: wanted.productKey, withCategory: true }));
    return info && withDefaults(specOf(info), wanted, { description: '', category: '', tags: {} });
  },
  create: async (platform, after) => {
    const { deviceType = 'device', autoRegister = 'off', category, status, ...rest } = after;
    const categoryID = category ? await categoryIDOf(platform, category) : undefined;
    await createProduct(platform, { ...rest, categoryID, deviceType, autoRegister });
    if (status === 'disabled') await setStatus(platform, after);
  },
  change: async (platform, before, after) => {
    const { productKey: productID, tags: tag, category, status, ...rest } = after;
    // What protects a product ends before it is changed; it begins when all else is done.
    if (status !== before.status && status !== 'published') await setStatus(platform, after);
    const untag = Object.keys(before.tags ?? {}).filter((key) => tag && !(key in tag));
    const categoryID =
      category === before.category ? undefined : category ? await categoryIDOf(platform, category) : NOT_CLASSIFIED_ID;
    await changeProduct(platform, productID, { ...rest, categoryID, ...(tag && { tag, untag }) });
  },
  settle: async (platform, before, after) => {
    if (after.status === 'published' && before?.status !== 'published') await setStatus(platform, after);
  },
  list: async (platform, scope) => (await productsIn(platform, scope)).map(specOf),
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

const setStatus = ({ products }: Platform, { productKey: productID, status }: ProductSpec) =>
  products.productInfoUpdate({ productID, status: status && productStatuses[status] });
