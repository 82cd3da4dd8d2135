import type { Platform } from '../platform';

export type ProductInfo = Awaited<ReturnType<Platform['products']['productInfoRead']>>;

/** The key under which devices know a product; it may differ from ours. */
export const productKeyOf = ({ productID, protocolConf }: Pick<ProductInfo, 'productID' | 'protocolConf'>): string =>
  protocolConf.productID || productID;
