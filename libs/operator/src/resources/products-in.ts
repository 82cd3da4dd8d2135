import { PROTOCOL_CODE } from '@alink/contract/subjects';
import { allPages } from '../all-pages';
import type { Platform } from '../platform';
import type { ProductInfo } from '../products/product-key';

/** Products of Alink devices, and the ProductKeys of the others: those of other protocols have other makers. */
export const productsByProtocol = async ({
  products,
}: Pick<Platform, 'products'>): Promise<{ own: ProductInfo[]; foreign: string[] }> => {
  const all = await allPages('productID', (page) => products.productInfoIndex({ page, withCategory: true }));
  const isOwn = ({ protocolCode }: ProductInfo) => protocolCode === PROTOCOL_CODE;
  return { own: all.filter(isOwn), foreign: all.filter((each) => !isOwn(each)).map(({ productID }) => productID) };
};

/** The products of Alink devices, those named or all, in the order of their ProductKeys. */
export const productsIn = async (
  platform: Pick<Platform, 'products'>,
  { productKeys }: { readonly productKeys: readonly string[] },
): Promise<ProductInfo[]> => {
  const { own } = await productsByProtocol(platform);
  return own.filter(({ productID }) => productKeys.length === 0 || productKeys.includes(productID));
};
