/** A product on the wire and in the database. */
import {
  AuthMode,
  AutoRegister,
  DeviceType,
  LogLevel,
  logLevelOf,
  NetType,
  ProductStatus,
  valuesOf,
  type services,
} from '@alink/contract';
import type { Prisma } from '@alink/db';
import { firstTopicClasses } from '@alink/alink';
import { ACCESS_KEY, ACCESSES } from '../../domains/topics/store';
import { badParameter } from '../../wire/errors';
import { mergeExtra, pickExtra } from '../../wire/extra';
import { choice, plainText, requireProductID, requireProtocolCode, requireText, textMap } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { unixSeconds } from '../../wire/times';
import { DEFAULT_PROTOCOL, NOT_CLASSIFIED, PRODUCT_DEFAULTS } from './product-defaults';

export type ProductInput = RequestOf<typeof services.productManage, 'productInfoCreate'>;
export type ProductOutput = ResponseOf<typeof services.productManage, 'productInfoRead'>;
export type ProductRow = Prisma.ProductGetPayload<object>;

/** Kept and returned, not interpreted. */
const EXTRA = [
  'productImg',
  'sceneMode',
  'customUi',
  'deviceSchemaMode',
  'bindLevel',
  'subProtocolCode',
  'subProtocolConf',
  'tenantCode',
  'config',
  'trialTime',
  'onlineHandle',
  'subDeviceOnlineHandle',
] as const;

const VALIDATIONS = ['weak', 'strong', 'none'];

/** What a product's secrets are sealed for. */
export const secretOwner = (productID: string): string => `product:${productID}`;

/** Values that are read out of the protocol's parameters are checked; the rest is anybody's. */
const protocolConf = (given: Readonly<Record<string, string>>): Record<string, string> => {
  const conf = textMap('protocolConf', given);
  const { productID, validation, logLevel, remoteConfig, [ACCESS_KEY]: customTopics } = conf;
  if (productID) requireProductID('protocolConf["productID"]', productID);
  if (validation && !VALIDATIONS.includes(validation)) {
    throw badParameter('protocolConf["validation"]', `must be one of ${VALIDATIONS.join(', ')}`);
  }
  if (customTopics && !(ACCESSES as readonly string[]).includes(customTopics)) {
    throw badParameter(`protocolConf["${ACCESS_KEY}"]`, `must be one of ${ACCESSES.join(', ')}`);
  }
  if (logLevel && logLevelOf(logLevel) === undefined) {
    throw badParameter('protocolConf["logLevel"]', `must be one of ${Object.keys(LogLevel).join(', ')}`);
  }
  if (remoteConfig && !['on', 'off'].includes(remoteConfig)) {
    throw badParameter('protocolConf["remoteConfig"]', 'must be on or off');
  }
  return conf;
};

/** The ProductKey that devices dial with. */
const productKeyOf = (conf: Readonly<Record<string, string>>, productID: string): string =>
  conf['productID'] || productID;

/** The row of a new product, without its secret. */
export const newProductRow = (info: ProductInput, productID: string): Omit<Prisma.ProductCreateInput, 'secret'> => {
  const conf = protocolConf(info.protocolConf);
  return {
    productID,
    productKey: productKeyOf(conf, productID),
    productName: requireText('productName', info.productName),
    authMode: choice('authMode', info.authMode, valuesOf(AuthMode), AuthMode.password),
    deviceType: choice('deviceType', info.deviceType, valuesOf(DeviceType), DeviceType.device),
    netType: choice('netType', info.netType, valuesOf(NetType), NetType.other),
    categoryID: BigInt(info.categoryID) || NOT_CLASSIFIED,
    protocolCode: info.protocolCode ? requireProtocolCode('protocolCode', info.protocolCode) : DEFAULT_PROTOCOL,
    autoRegister: choice('autoRegister', info.autoRegister, valuesOf(AutoRegister), AutoRegister.off),
    // Until it is published its thing model may still change.
    status: choice('status', info.status, valuesOf(ProductStatus), ProductStatus.inDevelopment),
    desc: plainText('desc', info.desc?.value ?? '', 4096),
    tags: textMap('tags', info.tags),
    protocolConf: conf,
    topicClasses: { create: firstTopicClasses.map((each) => ({ ...each })) },
    extra: pickExtra(info, EXTRA),
  };
};

/** What an update changes: only what is set. */
export const changedProductRow = (info: ProductInput, row: ProductRow): Prisma.ProductUpdateInput => {
  const change: Prisma.ProductUpdateInput = {
    authMode: choice('authMode', info.authMode, valuesOf(AuthMode), row.authMode),
    deviceType: choice('deviceType', info.deviceType, valuesOf(DeviceType), row.deviceType),
    netType: choice('netType', info.netType, valuesOf(NetType), row.netType),
    autoRegister: choice('autoRegister', info.autoRegister, valuesOf(AutoRegister), row.autoRegister),
    status: choice('status', info.status, valuesOf(ProductStatus), row.status),
    extra: mergeExtra(row.extra, info, EXTRA),
  };
  if (info.productName) change.productName = requireText('productName', info.productName);
  if (info.categoryID !== '0') change.categoryID = BigInt(info.categoryID);
  if (info.protocolCode) change.protocolCode = requireProtocolCode('protocolCode', info.protocolCode);
  if (info.desc) change.desc = plainText('desc', info.desc.value, 4096);
  if (Object.keys(info.tags).length > 0) change.tags = textMap('tags', info.tags);
  if (Object.keys(info.protocolConf).length > 0) {
    const conf = protocolConf(info.protocolConf);
    change.protocolConf = conf;
    change.productKey = productKeyOf(conf, row.productID);
  }
  return change;
};

/** The protocol beside the one that carries commands; empty for none. */
export const subProtocolCodeOf = ({ extra }: ProductRow): string =>
  (extra as { readonly subProtocolCode?: { readonly value: string } }).subProtocolCode?.value ?? '';

/** @param secret the ProductSecret, opened; empty in lists */
export const productInfo = (row: ProductRow, secret: string): ProductOutput => ({
  ...PRODUCT_DEFAULTS,
  ...(row.extra as object),
  createdTime: unixSeconds(row.createdAt),
  productID: row.productID,
  productName: row.productName,
  authMode: row.authMode,
  deviceType: row.deviceType,
  netType: row.netType,
  categoryID: row.categoryID.toString(),
  protocolCode: row.protocolCode,
  autoRegister: row.autoRegister,
  secret,
  desc: { value: row.desc },
  tags: row.tags as Record<string, string>,
  protocolConf: row.protocolConf as Record<string, string>,
  status: row.status,
});
