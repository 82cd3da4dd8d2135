/** Tells dm that this protocol exists and that this instance serves it: what makes a protocol page show 运行中. */
import { Code, PROTOCOL_CODE, services, ServiceStatus } from '@alink/contract';
import { RpcError, type Client, type RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';

const EVERY_MS = 60_000;

export class ProtocolAnnouncer {
  private readonly protocols: Client<typeof services.protocolManage>;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    dm: RpcChannel,
    /** Key in etcd under which `dg.DeviceAuth` of the nodes is found. */
    private readonly etcdKey: string,
    private readonly address: { readonly ip: string; readonly port: number },
    private readonly log: Logger,
  ) {
    this.protocols = dm.client(services.protocolManage);
  }

  /** Creates the protocol where it is missing, and says "running" now and every minute. */
  async start(): Promise<void> {
    await this.create();
    await this.say(ServiceStatus.running);
    this.timer = setInterval(() => {
      this.stayAlive().catch((error: unknown) => this.log.warn({ err: error }, 'dm.rpc did not take the sign of life'));
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.say(ServiceStatus.stopped).catch((error: unknown) =>
      this.log.debug({ err: error }, 'dm.rpc did not hear of the stop'),
    );
  }

  /** An operator may have deleted the protocol; as long as it is served, it is there. */
  private async stayAlive(): Promise<void> {
    try {
      await this.say(ServiceStatus.running);
    } catch (error) {
      if (!isError(error, Code.notFound)) throw error;
      await this.create();
      await this.say(ServiceStatus.running);
    }
  }

  private async create(): Promise<void> {
    try {
      await this.protocols.protocolInfoCreate({
        code: PROTOCOL_CODE,
        name: '阿里Alink协议-mqtt',
        type: 'normal',
        transProtocol: 'mqtt',
        etcdKey: this.etcdKey,
        desc: 'Alibaba Cloud IoT devices over MQTT (Alink JSON)',
      });
    } catch (error) {
      if (!isError(error, Code.duplicate)) throw error;
    }
  }

  private async say(status: number): Promise<void> {
    await this.protocols.protocolServiceUpdate({ code: PROTOCOL_CODE, ...this.address, status });
  }
}

const isError = (error: unknown, code: number): boolean => error instanceof RpcError && error.code === code;
