/** The platform as processes, together with what tests from outside do with it: products, devices, what is kept of them. */
import { services } from '@alink/contract';
import { connectRpc, type Client, type RpcChannel } from '@alink/rpc';
import { deviceCredentials } from '@alink/signing';
import { PATIENCE_MS, SdkDevice, SpawnedPlatform, type PlatformParts, type SdkDeviceOptions } from '@alink/testing';

export type { NodePorts } from '@alink/testing';

/** The manual's product and device ("阿里云MQTT协议接入"). */
export const PRODUCT = 'aliyun_test_01';
export const DEVICE = 'dev001';
export const DEVICE_SECRET = 'testsecret001';

/** Alibaba TSL of the product that tests use: the demo's, and a property of each kind that matters. */
export const TSL = JSON.stringify({
  schema: 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json',
  profile: { productKey: PRODUCT },
  properties: [
    property('temperature', 'rw', { type: 'double', specs: { min: '-40', max: '125', step: '0.1', unit: '°C' } }),
    property('humidity', 'r', { type: 'int', specs: { min: '0', max: '100', step: '1' } }),
    property('light', 'rw', { type: 'bool', specs: { '0': 'off', '1': 'on' } }),
    property('label', 'rw', { type: 'text', specs: { length: '32' } }),
  ],
  events: [
    {
      identifier: 'highTemperature',
      name: 'high temperature',
      type: 'alert',
      required: false,
      method: 'thing.event.highTemperature.post',
      outputData: [param('temperature', { type: 'double', specs: { min: '-40', max: '125', step: '0.1' } })],
    },
  ],
  services: [
    service('reboot', 'async', [param('delay', { type: 'int', specs: { min: '0', max: '3600', step: '1' } })], []),
    service(
      'echo',
      'sync',
      [param('text', { type: 'text', specs: { length: '128' } })],
      [param('text', { type: 'text', specs: { length: '128' } })],
    ),
  ],
});

function property(identifier: string, accessMode: string, dataType: object): object {
  return { identifier, name: identifier, accessMode, required: false, dataType };
}
function param(identifier: string, dataType: object): object {
  return { identifier, name: identifier, dataType };
}
function service(identifier: string, callType: string, inputData: object[], outputData: object[]): object {
  const method = `thing.service.${identifier}`;
  return { identifier, name: identifier, required: false, callType, method, inputData, outputData };
}

export interface LogLine {
  readonly topic: string;
  readonly content: string;
}

/** A value as dm.rpc tells it, where a text is plain. */
const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

export class Platform extends SpawnedPlatform {
  /** To dm.rpc. */
  readonly channel: RpcChannel;
  /** Every password that {@link login} has given: none may stand in a log. */
  readonly passwords = new Set<string>();

  constructor(parts: PlatformParts) {
    super(parts);
    this.channel = connectRpc(`127.0.0.1:${this.ports.dm}`, { deadlineMs: PATIENCE_MS });
  }

  client<S extends Parameters<RpcChannel['client']>[0]>(of: S): Client<S> {
    return this.channel.client(of);
  }

  /** Creates the manual's product with {@link TSL}, and its device. */
  async createManualsDevice(): Promise<void> {
    await this.createProduct(PRODUCT);
    await this.createDevice(PRODUCT, DEVICE, DEVICE_SECRET);
  }

  /** Creates a product with {@link TSL}. @returns its ProductSecret */
  async createProduct(productID: string, fields: Record<string, unknown> = {}): Promise<string> {
    const products = this.client(services.productManage);
    await products.productInfoCreate({ productID, productName: productID, protocolCode: 'aliyunMqtt', ...fields });
    await this.importModel(productID, TSL);
    return (await products.productInfoRead({ productID })).secret;
  }

  /** Gives a product this Alibaba TSL. */
  async importModel(productID: string, tsl: string): Promise<void> {
    await this.client(services.productManage).productSchemaTslImport({ productID, tsl });
  }

  async createDevice(productID: string, deviceName: string, secret: string): Promise<void> {
    await this.client(services.deviceManage).deviceInfoCreate({ productID, deviceName, secret });
  }

  /** Gives a device of the manual's product these tags and no others, as an operator. */
  async setTags(deviceName: string, tags: Record<string, string>): Promise<void> {
    await this.client(services.deviceAdmin).setDeviceTags({ productID: PRODUCT, deviceName, tags });
  }

  /** Lets a device in with this client certificate, in PEM. */
  async registerCertificate(productID: string, deviceName: string, pem: string): Promise<void> {
    await this.client(services.deviceAdmin).registerCertificate({ productID, deviceName, pem });
  }

  /** What a device of this platform dials and signs, as the Link SDKs do that subscribe nothing. */
  login(productKey: string, deviceName: string, deviceSecret: string, more: object = {}): SdkDeviceOptions {
    const credentials = deviceCredentials({
      productKey,
      deviceName,
      deviceSecret,
      timestamp: Date.now(),
      extra: { _ss: '1' },
      ...more,
    });
    this.passwords.add(credentials.password);
    return { port: this.ports.mqtt, ...credentials };
  }

  /** Lines of a device's log whose text matches. */
  async logLines(deviceName: string, pattern: RegExp, productID = PRODUCT): Promise<LogLine[]> {
    const { list } = await this.client(services.deviceMsg).hubLogIndex({ productID, deviceName });
    return list.filter(({ content }) => pattern.test(content));
  }

  /** The latest value of a property of the manual's product; undefined before the first report. */
  async latest(dataID: string, deviceName = DEVICE, productID = PRODUCT): Promise<unknown> {
    const messages = this.client(services.deviceMsg);
    const { list } = await messages.propertyLatestIndex({ productID, deviceName, dataIDs: [dataID] });
    // What was never reported has the default value, and no time.
    return list[0]?.value && list[0].timestamp !== '0' ? readValue(list[0].value) : undefined;
  }

  /** Every value of a property of the manual's product that was kept. */
  async history(dataID: string, deviceName = DEVICE, productID = PRODUCT): Promise<unknown[]> {
    const messages = this.client(services.deviceMsg);
    const { list } = await messages.propertyLogIndex({ productID, deviceName, dataID });
    return list.map(({ value }) => readValue(value));
  }

  /** What dm says of a device's presence. */
  async isOnline(deviceName = DEVICE, productID = PRODUCT): Promise<boolean> {
    const info = await this.client(services.deviceManage).deviceInfoRead({ productID, deviceName });
    return info.isOnline === '1';
  }

  /** Connects the manual's device, or another one. */
  connect(
    productKey = PRODUCT,
    deviceName = DEVICE,
    deviceSecret = DEVICE_SECRET,
    options: Partial<SdkDeviceOptions> = {},
  ): Promise<SdkDevice> {
    return SdkDevice.connect({ ...this.login(productKey, deviceName, deviceSecret), ...options });
  }

  /** Starts the node again, and dm-rpc, with all that they have kept. */
  async restart(): Promise<void> {
    for (const app of ['protocol-aliyun-mqtt', 'dm-rpc'] as const) await this.stopApp(app);
    for (const app of ['dm-rpc', 'protocol-aliyun-mqtt'] as const) await this.startApp(app);
  }

  override async stop(): Promise<void> {
    this.channel.close();
    await super.stop();
  }
}
