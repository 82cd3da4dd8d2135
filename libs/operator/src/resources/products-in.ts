import { PROTOCOL_CODE } from '@alink/contract/subjects';
import type { Platform } from '../platform';
import type { ProductInfo } from '../products/product-key';

/** Rows in one answer of the platform. */
const PAGE_SIZE = 2000;
/** `PageInfo.OrderBy.sort`. */
const ASCENDING = 1;

/**
 * The products of Alink devices, those named or all, in the order of their ProductKeys. Products of other protocols
 * have other makers.
 */
export const productsIn = async (
  { products }: Pick<Platform, 'products'>,
  { productKeys }: { readonly productKeys: readonly string[] },
): Promise<ProductInfo[]> => {
  const all: ProductInfo[] = [];
  const orders = [{ field: 'productID', sort: ASCENDING }];
  for (let page = 1, more = PAGE_SIZE; more === PAGE_SIZE; page++) {
    const { list } = await products.productInfoIndex({ page: { page, size: PAGE_SIZE, orders } });
    all.push(...list);
    more = list.length;
  }
  const isMeant = (productID: string) => productKeys.length === 0 || productKeys.includes(productID);
  return all.filter(({ productID, protocolCode }) => protocolCode === PROTOCOL_CODE && isMeant(productID));
};
