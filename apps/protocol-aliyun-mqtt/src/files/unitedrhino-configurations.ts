/**
 * Configurations of products in unitedrhino's dm, which has them as texts and no files. A node makes files of them: the name
 * of one is signed with the product's secret, which every node can read, so that any of them serves what another has named.
 */
import { createHash } from 'node:crypto';
import type { Configuration, ConfigurationForm } from '@alink/alink';
import { services, type Json } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import { claimedFile, fileTokenEnd, readFileToken, signFileToken } from '@alink/signing';
import type { Clock } from '@alink/runtime';
import { orUndefined } from '../directory/dm-failure';
import { fileOf, type FileSource, type ServedFile } from './file-source';

/** What its dm.rpc tells. */
export interface ConfigurationTexts {
  /** What is in force for the devices of a product; undefined where there is none. @throws {RpcError} */
  read(productID: string): Promise<ConfigurationText | undefined>;
  /** The secret of a product; undefined where there is no such product. @throws {RpcError} */
  secretOf(productID: string): Promise<string | undefined>;
}

export interface UnitedrhinoConfigurationsOptions {
  readonly texts: ConfigurationTexts;
  readonly clock: Clock;
  /** Where devices reach the HTTP side of the nodes; undefined where nobody has said it. */
  readonly baseUrl: string | undefined;
}

/** Whose configuration it is. */
export interface ConfiguredProduct {
  readonly productID: string;
  readonly secret: string;
}

/** A text that is in force. */
export interface ConfigurationText {
  /** Its number; what is pushed has none. */
  readonly id?: string;
  readonly content: string;
}

/** Hex digits of the digest that stand in a name: of a text that is no longer in force nothing is served. */
const DIGEST_LENGTH = 16;

const digestOf = (content: string): string => createHash('sha256').update(content).digest('hex');

export class UnitedrhinoConfigurations implements FileSource {
  constructor(private readonly options: UnitedrhinoConfigurationsOptions) {}

  /** What a device of the product is told that asks. @returns undefined where there is no configuration @throws {RpcError} */
  async current(productID: string, form: ConfigurationForm): Promise<Configuration | 'no URL' | undefined> {
    const { texts } = this.options;
    const text = await texts.read(productID);
    if (!text) return undefined;
    const secret = (await texts.secretOf(productID)) ?? '';
    return this.told(text, form, { productID, secret }) ?? 'no URL';
  }

  /** How a device is told of a text. @returns undefined where it is to fetch a file and nobody knows from where */
  told(
    { id, content }: ConfigurationText,
    form: ConfigurationForm,
    product: ConfiguredProduct,
  ): Configuration | undefined {
    const sign = digestOf(content);
    const named = { configId: id ?? sign.slice(0, DIGEST_LENGTH), configSize: Buffer.byteLength(content), sign };
    if (form === 'content') return { ...named, content: jsonOf(content) };
    const url = this.urlOf(product, sign);
    return url === undefined ? undefined : { ...named, url };
  }

  async open(token: string): Promise<ServedFile | undefined> {
    const now = this.options.clock.now();
    const [productID, digest = ''] = claimedFile(token, now)?.split('~') ?? [];
    const { texts } = this.options;
    const secret = productID && (await texts.secretOf(productID));
    if (!secret || readFileToken([secret], token, now) === undefined) return undefined;
    const current = await texts.read(productID);
    if (!current || !digestOf(current.content).startsWith(digest)) return undefined;
    return fileOf('application/json', Buffer.from(current.content));
  }

  private urlOf({ productID, secret }: ConfiguredProduct, sign: string): string | undefined {
    const { baseUrl, clock } = this.options;
    if (baseUrl === undefined || secret === '') return undefined;
    const ref = `${productID}~${sign.slice(0, DIGEST_LENGTH)}`;
    return `${baseUrl}/files/${signFileToken(secret, ref, fileTokenEnd(clock.now()))}`;
  }
}

/** Read by its own methods: a question over its bus is answered without a word of which question it was. */
export const configurationTexts = (dm: RpcChannel): ConfigurationTexts => {
  const configs = dm.client(services.remoteConfig);
  const products = dm.client(services.productManage);
  return {
    async read(productID) {
      const { info } = await configs.RemoteConfigLastRead({ productID });
      return info?.content ? info : undefined;
    },
    async secretOf(productID) {
      const product = await orUndefined(products.productInfoRead({ productID }));
      return product?.productID === productID ? product.secret : undefined;
    },
  };
};

/** Its dm takes any text that its database takes for JSON. */
const jsonOf = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
