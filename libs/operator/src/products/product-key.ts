import type { Platform } from '../platform';

export type ProductInfo = Awaited<ReturnType<Platform['products']['productInfoRead']>>;

/** The key under which devices know a product; it may differ from ours. */
export const productKeyOf = ({ productID, protocolConf }: Pick<ProductInfo, 'productID' | 'protocolConf'>): string =>
  protocolConf.productID || productID;

/** The products that bear another ProductKey for their devices than for us, by that key. */
export const productIDsOf = async (
  { products }: Pick<Platform, 'products'>,
  productKeys: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const productIDs = new Map<string, string>();
  for (const productKey of new Set(productKeys)) {
    const { list } = await products.productInfoIndex({ protocolConf: { productID: productKey } });
    if (list[0]) productIDs.set(productKey, list[0].productID);
  }
  return productIDs;
};
