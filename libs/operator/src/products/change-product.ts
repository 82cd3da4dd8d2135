import type { Platform } from '../platform';
import { autoRegisters, deviceTypes, netTypes, productStatuses } from '../words/wire-words';
import { changedTags, type TagChanges } from '../words/changed-tags';

/** What of a product becomes another one, in words; what is left out stays. */
export interface ProductChange extends TagChanges {
  readonly name?: string;
  /** An empty one removes it. */
  readonly description?: string;
  readonly categoryID?: string;
  readonly deviceType?: keyof typeof deviceTypes;
  readonly netType?: keyof typeof netTypes;
  readonly autoRegister?: keyof typeof autoRegisters;
  readonly validation?: string;
  readonly logLevel?: string;
  /** Whether its devices get configurations: `on` or `off`. */
  readonly remoteConfig?: string;
  /** The key under which devices know it, where that is another one than ours. */
  readonly externalKey?: string;
}

/** The parameters of the protocol that are said. */
export const protocolConfOf = ({
  validation,
  logLevel,
  remoteConfig,
  externalKey,
}: Pick<ProductChange, 'validation' | 'logLevel' | 'remoteConfig' | 'externalKey'>) => ({
  ...(validation && { validation }),
  ...(logLevel && { logLevel }),
  ...(remoteConfig && { remoteConfig }),
  ...(externalKey && { productID: externalKey }),
});

export const changeProduct = async (
  { products, admin }: Pick<Platform, 'products' | 'admin'>,
  productID: string,
  change: ProductChange,
): Promise<void> => {
  const { name, description, categoryID, deviceType, netType, autoRegister, tag, untag } = change;
  const settings = protocolConfOf(change);
  const changesSettings = Object.keys(settings).length > 0;
  const changesTags = tag !== undefined || untag !== undefined;
  const changesMore =
    name || description !== undefined || categoryID || deviceType || netType || autoRegister || changesSettings;
  // The platform takes all tags, and all parameters of the protocol, at once.
  const before = await products.productInfoRead({ productID });
  const tags = changesTags ? changedTags(before.tags, { tag, untag }) : {};
  const leavesNone = changesTags && Object.keys(tags).length === 0;
  // That there are none is said in a call of its own.
  if (leavesNone) await admin.setProductTags({ productID, tags });
  if (leavesNone && !changesMore) return;
  await products.productInfoUpdate({
    productID,
    productName: name,
    desc: description === undefined ? null : { value: description },
    categoryID,
    deviceType: deviceType && deviceTypes[deviceType],
    netType: netType && netTypes[netType],
    autoRegister: autoRegister && autoRegisters[autoRegister],
    ...(changesSettings && { protocolConf: { ...before.protocolConf, ...settings } }),
    tags,
  });
};

/**
 * Lets the devices of a disabled product connect again. Being enabled is no state of its own: a product that is not
 * disabled stays what it is, above all published.
 * @returns whether it was disabled
 */
export const enableProduct = async ({ products }: Pick<Platform, 'products'>, productID: string): Promise<boolean> => {
  const { status } = await products.productInfoRead({ productID });
  const isDisabled = Number(status) === productStatuses.disabled;
  if (isDisabled) await products.productInfoUpdate({ productID, status: productStatuses.developing });
  return isDisabled;
};
