import { randomUUID } from 'node:crypto';
import { AuthMode } from '@alink/contract/enumerations';
import { PROTOCOL_CODE } from '@alink/contract/subjects';
import type { Platform } from '../platform';
import { autoRegisters, deviceTypes, netTypes } from '../words/wire-words';
import { protocolConfOf } from './change-product';

/** A product that is to be, in words. */
export interface NewProduct {
  /** Made up by the platform when left out. */
  readonly productKey?: string;
  /** The ProductKey when left out. */
  readonly name?: string;
  readonly description?: string;
  readonly netType?: keyof typeof netTypes;
  readonly tags?: Readonly<Record<string, string>>;
  /** What it is sorted into; into nothing when left out. */
  readonly categoryID?: string;
  readonly deviceType: keyof typeof deviceTypes;
  readonly autoRegister: keyof typeof autoRegisters;
  readonly validation?: string;
  readonly logLevel?: string;
  /** Whether its devices get configurations: `on` or `off`. */
  readonly remoteConfig?: string;
  /** The key under which devices know it, where that is another one. */
  readonly externalKey?: string;
  /** Made up by the platform when left out. */
  readonly productSecret?: string;
}

/** Creates a product. @returns its ProductKey on the platform */
export const createProduct = async ({ products }: Pick<Platform, 'products'>, product: NewProduct): Promise<string> => {
  const { productKey, name = productKey, description, netType, tags, deviceType, autoRegister } = product;
  const { productID } = await products.productInfoCreate({
    productID: productKey,
    productName: name ?? `product ${randomUUID()}`,
    desc: description === undefined ? null : { value: description },
    netType: netType && netTypes[netType],
    tags,
    categoryID: product.categoryID,
    deviceType: deviceTypes[deviceType],
    autoRegister: autoRegisters[autoRegister],
    authMode: AuthMode.secretKey,
    protocolCode: PROTOCOL_CODE,
    protocolConf: protocolConfOf(product),
    secret: product.productSecret,
  });
  // The platform makes the key up, and a product must have a name of its own before that.
  if (name === undefined) await products.productInfoUpdate({ productID, productName: productID });
  return productID;
};
