/**
 * Products of unitedrhino's dm.rpc, by the ProductKeys that devices dial: its own productID, or another key that stands in
 * the settings of the protocol. What it answers is compared with what was asked: on MySQL its look-ups ignore case.
 */
import { LRUCache } from 'lru-cache';
import { PROTOCOL_CODE, services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { orUndefined } from '../dm-failure';

/** Names kept: a device is then read without its product. */
const MAX_NAMES = 10_000;
/** The setting that holds the ProductKey. */
const PRODUCT_KEY = 'productID';

export type Product = Awaited<ReturnType<Client<typeof services.productManage>['productInfoRead']>>;

/** Settings of our protocol: unitedrhino's SDK looks at those of the second protocol where that is this one. */
const settingsOf = ({ subProtocolCode, subProtocolConf, protocolConf }: Product): Readonly<Record<string, string>> =>
  subProtocolCode?.value === PROTOCOL_CODE ? subProtocolConf : protocolConf;

const isOurs = ({ protocolCode, subProtocolCode }: Product): boolean =>
  protocolCode === PROTOCOL_CODE || subProtocolCode?.value === PROTOCOL_CODE;

/** The ProductKey that devices of a product dial. */
export const productKeyOf = (product: Product): string => settingsOf(product)[PRODUCT_KEY] || product.productID;

/** How strictly values are checked: our own setting; absent on products that were made in unitedrhino's console. */
export const validationOf = (product: Product): string => settingsOf(product)['validation'] || 'weak';

export class Products {
  private readonly client: Client<typeof services.productManage>;
  private readonly productIDs = new LRUCache<string, string>({ max: MAX_NAMES });
  private readonly elsewhere = new LRUCache<string, string>({ max: MAX_NAMES });

  constructor(
    dm: RpcChannel,
    private readonly log: Logger,
  ) {
    this.client = dm.client(services.productManage);
  }

  /** Undefined when there is none. @throws {RpcError} */
  async find(productKey: string): Promise<Product | undefined> {
    const product = (await this.read(productKey)) ?? (await this.findByKey(productKey));
    if (!product) {
      this.productIDs.delete(productKey);
      return undefined;
    }
    this.productIDs.set(productKey, product.productID);
    this.warnOfOtherProtocol(product);
    return product;
  }

  /** The product of that very productID. @throws {RpcError} */
  async read(productID: string): Promise<Product | undefined> {
    const product = await orUndefined(this.client.productInfoRead({ productID }));
    return product?.productID === productID ? product : undefined;
  }

  /** Its productID, as known since it was last found; else it is looked for. @throws {RpcError} */
  async idOf(productKey: string): Promise<string | undefined> {
    return this.productIDs.get(productKey) ?? (await this.find(productKey))?.productID;
  }

  /** The ProductKey that its devices dial; its own id where it is not known. @throws {RpcError} */
  async keyOf(productID: string): Promise<string> {
    const product = await this.read(productID);
    return product ? productKeyOf(product) : productID;
  }

  /** The JSON of its thing model; empty where it has none. @throws {RpcError} */
  async schemaOf({ productID }: Product): Promise<string> {
    return (await orUndefined(this.client.productSchemaTslRead({ productID })))?.tsl ?? '';
  }

  private async findByKey(productKey: string): Promise<Product | undefined> {
    const { list } = await this.client.productInfoIndex({ protocolConf: { [PRODUCT_KEY]: productKey } });
    const named = list.filter((product) => settingsOf(product)[PRODUCT_KEY] === productKey);
    const [found, ...more] = named.some(isOurs) ? named.filter(isOurs) : named;
    if (more.length === 0) return found;
    const productIDs = named.map(({ productID }) => productID);
    // Whichever were taken, its devices might be let in with the names of another one's.
    this.log.error(
      { productKey, productIDs },
      'several products have this ProductKey in their settings; none is served',
    );
    return undefined;
  }

  private warnOfOtherProtocol(product: Product): void {
    const { productID, protocolCode } = product;
    if (isOurs(product)) return void this.elsewhere.delete(productID);
    if (this.elsewhere.get(productID) === protocolCode) return;
    this.elsewhere.set(productID, protocolCode);
    this.log.warn(
      { productID, protocolCode },
      `this product is not of protocol ${PROTOCOL_CODE}: its devices are let in, but commands to them go elsewhere`,
    );
  }
}
