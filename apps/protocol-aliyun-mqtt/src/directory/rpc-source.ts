/** Records from dm.rpc: one batched call of our own interface, or single reads where dm.rpc is unitedrhino's. */
import { Code, ProductStatus, services, YesNo } from '@alink/contract';
import { RpcError, type Client, type RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { compileModel, importThingModel, type CompiledModel, type Validation } from '@alink/thing-model';
import {
  DirectoryUnavailable,
  type DeviceEntry,
  type DeviceRef,
  type DirectorySource,
  type ProductEntry,
  type TokenEntry,
} from './records';
import type { DmKind } from './dm-kind';

/** Marks devices that were made by their first connect: only these may connect again with the product secret. */
export const AUTO_REGISTRATION = 'auto';
/** Where the mark stands in `DeviceInfo.protocolConf`. */
export const REGISTRATION_KEY = 'registration';

type Resolved = Awaited<ReturnType<DirectorySource['resolve']>>;

export class RpcDirectorySource implements DirectorySource {
  private readonly directory: Client<typeof services.directory>;
  private readonly devices: Client<typeof services.deviceManage>;
  private readonly products: Client<typeof services.productManage>;

  constructor(
    channel: RpcChannel,
    private readonly dmKind: DmKind,
    private readonly log: Logger,
  ) {
    this.directory = channel.client(services.directory);
    this.devices = channel.client(services.deviceManage);
    this.products = channel.client(services.productManage);
  }

  async resolve(devices: readonly DeviceRef[], productKeys: readonly string[]): Promise<Resolved> {
    try {
      if (!this.dmKind.isForeign) {
        try {
          return await this.resolveBatch(devices, productKeys);
        } catch (error) {
          if (!(error instanceof RpcError) || error.code !== Code.notImplemented) throw error;
          this.log.info('dm.rpc is unitedrhino’s: devices are read one by one, reports go out in its form alone');
          this.dmKind.isForeign = true;
        }
      }
      return await this.resolveSingly(devices, productKeys);
    } catch (error) {
      throw new DirectoryUnavailable('dm.rpc did not answer', { cause: error });
    }
  }

  async register(product: ProductEntry, deviceName: string): Promise<void> {
    try {
      await this.devices.deviceInfoCreate({
        productID: product.productID,
        deviceName,
        protocolConf: { [REGISTRATION_KEY]: AUTO_REGISTRATION },
      });
    } catch (error) {
      // Two first connects at once: the other one has made it.
      if (error instanceof RpcError && error.code === Code.duplicate) return;
      throw new DirectoryUnavailable('dm.rpc did not create the device', { cause: error });
    }
  }

  private async resolveBatch(devices: readonly DeviceRef[], productKeys: readonly string[]): Promise<Resolved> {
    const answer = await this.directory.resolve({ devices: [...devices], productKeys: [...productKeys] });
    return {
      devices: answer.devices.map((device) => ({
        ...device,
        resetAt: Number(device.resetAt),
        tokens: device.tokens.map(tokenEntry),
      })),
      products: answer.products.map((product) => ({
        productKey: product.productKey,
        productID: product.productID,
        secret: product.secret,
        enabled: product.enabled,
        autoRegister: Number(product.autoRegister),
        model: this.compile(product.productID, product.schema, product.validation),
      })),
    };
  }

  private async resolveSingly(devices: readonly DeviceRef[], productKeys: readonly string[]): Promise<Resolved> {
    const keys = [...new Set([...productKeys, ...devices.map((device) => device.productKey)])];
    const products = (await Promise.all(keys.map((key) => this.readProduct(key)))).filter(
      (entry) => entry !== undefined,
    );
    const byKey = new Map(products.map((product) => [product.productKey, product]));
    const read = devices.map((ref) => {
      const product = byKey.get(ref.productKey);
      return product && this.readDevice(product, ref.deviceName);
    });
    return { products, devices: (await Promise.all(read)).filter((entry) => entry !== undefined) };
  }

  /** By productID first; else by the external ProductKey in `protocolConf`. */
  private async readProduct(productKey: string): Promise<ProductEntry | undefined> {
    const info =
      (await orUndefined(this.products.productInfoRead({ productID: productKey }))) ??
      (await this.products.productInfoIndex({ protocolConf: { productID: productKey } })).list[0];
    if (!info) return undefined;
    const tsl = await orUndefined(this.products.productSchemaTslRead({ productID: info.productID }));
    return {
      productKey,
      productID: info.productID,
      secret: info.secret,
      enabled: Number(info.status) !== ProductStatus.disabled,
      autoRegister: Number(info.autoRegister),
      model: this.compile(info.productID, tsl?.tsl ?? '', info.protocolConf['validation'] ?? 'weak'),
    };
  }

  private async readDevice(product: ProductEntry, deviceName: string): Promise<DeviceEntry | undefined> {
    const info = await orUndefined(this.devices.deviceInfoRead({ productID: product.productID, deviceName }));
    return (
      info && {
        productKey: product.productKey,
        productID: product.productID,
        deviceName,
        secret: info.secret,
        enabled: Number(info.isEnable) !== YesNo.no,
        registration: info.protocolConf[REGISTRATION_KEY] ?? '',
        lastClientId: '',
        resetAt: 0,
        tokens: [],
      }
    );
  }

  /** A model that cannot be read is no reason to refuse devices: their values are then answered as undefined. */
  private compile(productID: string, schema: string, validation: string): CompiledModel | undefined {
    try {
      const model = schema ? importThingModel(schema).model : undefined;
      return compileModel(model, validation as Validation);
    } catch (error) {
      this.log.error({ err: error, productID }, 'the thing model of this product cannot be read; import it again');
      return undefined;
    }
  }
}

/** A token as the wire has it, in our types. */
export const tokenEntry = (token: {
  readonly id: string;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  readonly expiresAt: string;
}): TokenEntry => ({ ...token, expiresAt: Number(token.expiresAt) });

/** Undefined for "not found"; every other error is passed on. */
export const orUndefined = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.notFound) return undefined;
    throw error;
  }
};
