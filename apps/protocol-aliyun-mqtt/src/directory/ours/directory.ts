/** Records from our dm.rpc: one batched call of `alink.Directory`. */
import { DefinedTopics, type TopicPermission } from '@alink/alink';
import { services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { createDevice } from '../create-device';
import { orUnavailable } from '../dm-failure';
import { ProductModels } from '../product-models';
import { AUTO_REGISTRATION, type DeviceRef, type DirectorySource, type ProductEntry, type Records } from '../records';
import { tokenEntry } from './token-entry';

type ProductAnswer = Awaited<ReturnType<Client<typeof services.directory>['resolve']>>['products'][number];

const definedTopics = (list: readonly { readonly topic: string; readonly permission: string }[]): DefinedTopics =>
  new DefinedTopics(list.map(({ topic, permission }) => ({ topic, permission: permission as TopicPermission })));

export class OurDirectory implements DirectorySource {
  private readonly directory: Client<typeof services.directory>;
  private readonly devices: Client<typeof services.deviceManage>;
  private readonly models: ProductModels;

  constructor(dm: RpcChannel, log: Logger) {
    this.directory = dm.client(services.directory);
    this.devices = dm.client(services.deviceManage);
    this.models = new ProductModels(log);
  }

  async resolve(devices: readonly DeviceRef[], productKeys: readonly string[]): Promise<Records> {
    const answer = await orUnavailable(
      this.directory.resolve({ devices: [...devices], productKeys: [...productKeys] }),
    );
    return {
      devices: answer.devices.map(({ schema, validation, gateway, ...device }) => ({
        ...device,
        // One that has definitions of its own has a model of its own.
        model: schema ? this.models.compile(device, schema, validation) : undefined,
        resetAt: Number(device.resetAt),
        tokens: device.tokens.map(tokenEntry),
        ...(gateway && { gateway: { productID: gateway.productID, deviceName: gateway.deviceName } }),
      })),
      products: answer.products.map((product) => this.productEntry(product)),
    };
  }

  private productEntry(product: ProductAnswer): ProductEntry {
    const { productKey, productID, secret, enabled, schema, validation, topicClasses, forwards } = product;
    return {
      productKey,
      productID,
      secret,
      enabled,
      autoRegister: Number(product.autoRegister),
      deviceType: Number(product.deviceType),
      model: this.models.compile({ productID }, schema, validation),
      ...(topicClasses && { topics: definedTopics(topicClasses.list) }),
      ...(forwards.length > 0 && { forwards }),
    };
  }

  register({ productID }: ProductEntry, deviceName: string): Promise<void> {
    return createDevice(this.devices, { productID, deviceName }, AUTO_REGISTRATION, 'dm.rpc');
  }
}
