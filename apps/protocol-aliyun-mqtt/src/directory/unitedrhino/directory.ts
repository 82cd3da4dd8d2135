/** Records from unitedrhino's dm.rpc, one by one, with its own methods. */
import { ProductStatus, YesNo } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import type { CompiledModel } from '@alink/thing-model';
import { orUnavailable } from '../dm-failure';
import { ProductModels } from '../product-models';
import {
  AUTO_REGISTRATION,
  type DeviceEntry,
  type DeviceRef,
  type DirectorySource,
  type ProductEntry,
  type Records,
} from '../records';
import { Devices, registrationOf, type DeviceNames } from './devices';
import { Products, validationOf, type Product } from './products';
import { gatewayIn } from './sub-devices';

/** `ProductInfo.deviceSchemaMode`: devices may have definitions of their own; from the other on, what they report makes them. */
const OWN_SCHEMA = 1;
const SCHEMA_BY_REPORT = 3;

export class UnitedrhinoDirectory implements DirectorySource {
  private readonly products: Products;
  private readonly devices: Devices;
  private readonly models: ProductModels;
  /** Of products that are read already: whether their devices have thing models of their own, and how those are checked. */
  private readonly ownSchemas = new Map<string, string>();

  constructor(dm: RpcChannel, log: Logger, products = new Products(dm, log)) {
    this.products = products;
    this.devices = new Devices(dm);
    this.models = new ProductModels(log);
  }

  resolve(refs: readonly DeviceRef[], productKeys: readonly string[]): Promise<Records> {
    return orUnavailable(this.readAll(refs, productKeys));
  }

  register({ productID }: ProductEntry, deviceName: string): Promise<void> {
    return this.devices.create({ productID, deviceName }, AUTO_REGISTRATION);
  }

  /** Products first: devices are looked for in the product that their ProductKey stands for now. */
  private async readAll(refs: readonly DeviceRef[], productKeys: readonly string[]): Promise<Records> {
    const products = await Promise.all(productKeys.map((key) => this.readProduct(key)));
    const devices = await Promise.all(refs.map((ref) => this.readDevice(ref)));
    return {
      products: products.filter((entry) => entry !== undefined),
      devices: devices.filter((entry) => entry !== undefined),
    };
  }

  private async readProduct(productKey: string): Promise<ProductEntry | undefined> {
    const product = await this.products.find(productKey);
    if (!product) return undefined;
    const { productID, secret, status, autoRegister, deviceType } = product;
    const validation = this.noteOwnSchemas(product);
    return {
      productKey,
      productID,
      secret,
      enabled: Number(status) !== ProductStatus.disabled,
      autoRegister: Number(autoRegister),
      deviceType: Number(deviceType),
      model: this.models.compile({ productID }, await this.products.schemaOf(product), validation),
    };
  }

  private async readDevice({ productKey, deviceName }: DeviceRef): Promise<DeviceEntry | undefined> {
    const productID = await this.products.idOf(productKey);
    if (productID === undefined) return undefined;
    const names = { productID, deviceName };
    const [device, model] = await Promise.all([this.devices.find(names), this.modelOf(names)]);
    if (!device) return undefined;
    return {
      productKey,
      productID: device.productID,
      deviceName,
      secret: device.secret,
      enabled: Number(device.isEnable) !== YesNo.no,
      registration: registrationOf(device),
      lastClientId: '',
      resetAt: 0,
      tokens: [],
      model,
      gateway: gatewayIn(device),
    };
  }

  /** @returns how values of its devices are checked: a model that reports add to refuses nothing that it does not know */
  private noteOwnSchemas(product: Product): string {
    const mode = Number(product.deviceSchemaMode);
    const validation = mode >= SCHEMA_BY_REPORT ? 'none' : validationOf(product);
    if (mode >= OWN_SCHEMA) this.ownSchemas.set(product.productID, validation);
    else this.ownSchemas.delete(product.productID);
    return validation;
  }

  private async modelOf({ productID, deviceName }: DeviceNames): Promise<CompiledModel | undefined> {
    const validation = this.ownSchemas.get(productID);
    if (validation === undefined) return undefined;
    const schema = await this.devices.schemaOf({ productID, deviceName });
    return schema === undefined ? undefined : this.models.compile({ productID, deviceName }, schema, validation);
  }
}
