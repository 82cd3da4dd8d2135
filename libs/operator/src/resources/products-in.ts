import { PROTOCOL_CODE } from '@alink/contract/subjects';
import { allPages } from '../all-pages';
import type { Platform } from '../platform';
import type { ProductInfo } from '../products/product-key';

/**
 * The products of Alink devices, those named or all, in the order of their ProductKeys. Products of other protocols
 * have other makers.
 */
export const productsIn = async (
  { products }: Pick<Platform, 'products'>,
  { productKeys }: { readonly productKeys: readonly string[] },
): Promise<ProductInfo[]> => {
  const all = await allPages('productID', (page) => products.productInfoIndex({ page, withCategory: true }));
  const isMeant = (productID: string) => productKeys.length === 0 || productKeys.includes(productID);
  return all.filter(({ productID, protocolCode }) => protocolCode === PROTOCOL_CODE && isMeant(productID));
};
