/** dm.ProductManage: products and their thing models (unitedrhino, things: productmanage). */
import { randomBytes } from 'node:crypto';
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import { requireAdmin, requireRoot, type RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import { RhinoModel } from './rhino-model';
import type { DmState, Product } from './state';

type User = RhinoUser | undefined;
type ProductInfo = DmMessage<'ProductInfo'>;

/** What stands where a caller leaves the field at zero. */
const DEFAULTS = {
  authMode: 1,
  autoRegister: 1,
  deviceType: 1,
  netType: 1,
  status: 1,
  subDeviceOnlineHandle: 1,
  protocolCode: 'iThings',
};

const NUMBERS = ['authMode', 'autoRegister', 'deviceType', 'netType', 'status', 'subDeviceOnlineHandle'] as const;

/** The numbers of a request that are set. */
const numbersOf = (request: ProductInfo): Partial<Record<(typeof NUMBERS)[number], number>> =>
  Object.fromEntries(NUMBERS.filter((name) => request[name] !== '0').map((name) => [name, Number(request[name])]));

/** A product on the wire: its secret is told to whoever reads it. */
const productInfo = (product: Product): object => ({
  ...product,
  model: undefined,
  createdTime: Math.trunc(product.createdTime / 1000),
  tenantCode: 'default',
  categoryID: 2,
  sceneMode: 'rw',
  deviceSchemaMode: 1,
  bindLevel: 1,
  onlineHandle: 1,
  trialTime: { value: 0 },
});

const readProduct = ({ products }: DmState, productID: string): Product => {
  const product = products.get(productID);
  if (!product) throw new RhinoError(100009);
  return product;
};

/** The product of a change; an unknown one is a wrong parameter then. */
const productToChange = ({ products }: DmState, productID: string): Product => {
  const product = products.get(productID);
  if (!product) throw new RhinoError(100006, [`not find product id:${productID}`]);
  return product;
};

const includesAll = (conf: Readonly<Record<string, string>>, asked: Readonly<Record<string, string>>): boolean =>
  Object.entries(asked).every(([key, value]) => conf[key] === value);

export const productMethods = ({ state, notices }: DmContext): Methods[string] => ({
  /** The secret is always drawn here, and the protocol's parameters are not taken: an update sets them. */
  productInfoCreate: async (request: ProductInfo, user: User) => {
    requireAdmin(user);
    const { productName, protocolCode } = request;
    if ([...state.products.values()].some((product) => product.productName === productName)) {
      throw new RhinoError(100010, [`ProductName:${productName}`], `产品名称重复:${productName}`);
    }
    const productID = request.productID || randomBytes(5).toString('hex').toUpperCase();
    if (!/[0-9A-Za-z]{2,20}/.test(productID)) {
      throw new RhinoError(100006, [], '产品id格式不对,格式为5到20位数字和英文字母组成的字符串');
    }
    if (state.products.has(productID)) {
      throw new RhinoError(100010, [`ProductID:${productID}`], `产品id重复:${productID}`);
    }
    state.products.set(productID, {
      ...DEFAULTS,
      ...numbersOf(request),
      ...(protocolCode && { protocolCode }),
      productID,
      productName,
      secret: randomBytes(20).toString('base64'),
      protocolConf: {},
      createdTime: Date.now(),
      model: RhinoModel.empty,
    });
    await notices.product(productID, 'create');
    return { productID };
  },

  productInfoUpdate: async (request: ProductInfo, user: User) => {
    requireAdmin(user);
    const product = productToChange(state, request.productID);
    const { productName, protocolCode, protocolConf } = request;
    Object.assign(product, numbersOf(request), productName && { productName }, protocolCode && { protocolCode });
    if (Object.keys(protocolConf).length > 0) product.protocolConf = protocolConf;
    await notices.productStale(product.productID);
    await notices.product(product.productID, 'update');
    return {};
  },

  productInfoDelete: async ({ productID }: DmMessage<'ProductID'>, user: User) => {
    requireRoot(user);
    if ([...state.devices.values()].some((device) => device.productID === productID)) {
      throw new RhinoError(100019, [], '该产品下还有设备,不可删除');
    }
    state.products.delete(productID);
    await notices.schemaStale(productID);
    await notices.productStale(productID);
    await notices.product(productID, 'delete');
    return {};
  },

  productInfoRead: ({ productID }: DmMessage<'ProductInfoReadReq'>) => productInfo(readProduct(state, productID)),

  productInfoIndex: (request: DmMessage<'ProductInfoIndexReq'>) => {
    const { protocolCode, protocolConf, productIDs, productName } = request;
    const list = [...state.products.values()].filter(
      (product) =>
        (!protocolCode || product.protocolCode === protocolCode) &&
        (productIDs.length === 0 || productIDs.includes(product.productID)) &&
        product.productName.includes(productName) &&
        includesAll(product.protocolConf, protocolConf),
    );
    return { list: list.map(productInfo), total: list.length };
  },

  productSchemaTslImport: async ({ productID, tsl }: DmMessage<'ProductSchemaTslImportReq'>, user: User) => {
    requireRoot(user);
    productToChange(state, productID).model = RhinoModel.parse(tsl);
    await notices.schemaStale(productID);
    return {};
  },

  productSchemaTslRead: ({ productID }: DmMessage<'ProductSchemaTslReadReq'>) => ({
    tsl: (state.products.get(productID)?.model ?? RhinoModel.empty).text(productID),
  }),
});
