import type { Session } from '../session';

export type ProductInfo = Awaited<ReturnType<Session['products']['productInfoRead']>>;

/** The key under which devices know a product; it may differ from ours. */
export const productKeyOf = ({ productID, protocolConf }: ProductInfo): string => protocolConf.productID || productID;
