/** unitedrhino's dm.rpc, played, with what a test of the node makes there. */
import { services } from '@alink/contract';
import { connectRpc, type RpcChannel } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { startEtcd, startNats, type TestEtcd, type TestNats } from '@alink/testing';
import { readDevPublish, RhinoBus, startUnitedrhino, type BusMode, type Unitedrhino } from '@alink/testing/unitedrhino';

const log = createLogger({ name: 'test', level: 'fatal' });

export const TEMP = {
  identifier: 'Temp',
  name: 't',
  mode: 'rw',
  define: { type: 'float', min: '-40', max: '120', step: '0.1' },
};

/** One of whose identifiers Alibaba's protocol has no room for. */
export const MODEL = JSON.stringify({
  properties: [
    TEMP,
    {
      identifier: 'with-dash',
      name: 'allowed there',
      mode: 'r',
      define: { type: 'int', min: '0', max: '9', step: '1' },
    },
  ],
  events: [],
  actions: [],
});

export class RhinoBed {
  private products = 0;

  private constructor(
    readonly etcd: TestEtcd,
    readonly nats: TestNats,
    readonly rhino: Unitedrhino,
    readonly dm: RpcChannel,
  ) {}

  static async start(mode: BusMode = 'nats'): Promise<RhinoBed> {
    const [etcd, nats] = await Promise.all([startEtcd(), startNats()]);
    const rhino = await startUnitedrhino({ etcd: etcd.hosts, nats: nats.url, mode });
    return new RhinoBed(etcd, nats, rhino, connectRpc(rhino.dm.address, { log }));
  }

  async stop(): Promise<void> {
    this.dm.close();
    await this.rhino.stop();
    await Promise.all([this.etcd.stop(), this.nats.stop()]);
  }

  get devices() {
    return this.dm.client(services.deviceManage);
  }

  /** A product of our protocol, with a thing model. @returns its productID */
  async product(
    of: { autoRegister?: number; deviceType?: number; protocolConf?: Record<string, string>; tsl?: string } = {},
  ): Promise<string> {
    const products = this.dm.client(services.productManage);
    const { autoRegister = 1, deviceType = 1, protocolConf, tsl = MODEL } = of;
    const productID = `product${++this.products}`;
    const named = { productID, productName: productID, protocolCode: 'aliyunMqtt' };
    await products.productInfoCreate({ ...named, autoRegister, deviceType });
    if (protocolConf) await products.productInfoUpdate({ productID, protocolConf });
    await products.productSchemaTslImport({ productID, tsl });
    return productID;
  }

  /** @returns its DeviceSecret */
  async device(productID: string, deviceName: string): Promise<string> {
    await this.devices.deviceInfoCreate({ productID, deviceName });
    return this.rhino.dm.state.device({ productID, deviceName })!.secret;
  }

  /** What its dm sends on a subject: the bodies of its messages. */
  async hear(subject: string, take: (body: Readonly<Record<string, unknown>>, subject: string) => void) {
    const bus = await RhinoBus.connect({ url: this.nats.url, mode: 'nats', service: 'listener' });
    const bodyOf = (data: string) =>
      JSON.parse(readDevPublish(data).payload.toString()) as Readonly<Record<string, unknown>>;
    await bus.subscribe(subject, (message) => take(bodyOf(message.data), message.subject));
    return { stop: () => bus.close() };
  }

  /** What is kept with a device, by its code. */
  profilesOf(productID: string, deviceName: string): Map<string, string> {
    return this.rhino.dm.state.dataOf({ productID, deviceName }).profiles;
  }
}
