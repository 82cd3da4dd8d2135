/** Makes this node known, and lets it be forgotten: among nodes, as an instance of dg.rpc, and on dm's page of protocols. */
import { serviceKeys } from '@alink/contract';
import type { Registration, Registry } from '@alink/discovery';
import type { RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { hostPort } from '@alink/text';
import { ProtocolAnnouncer } from './announce-protocol';

export interface NodeAddresses {
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly grpc: { readonly host: string; readonly port: number };
}

export class NodeRegistration {
  private readonly held: Registration[] = [];
  private announcer: ProtocolAnnouncer | undefined;

  /** @param serviceName key in etcd for `dg.DeviceAuth`: unitedrhino's own dgsvr may have dg.rpc */
  constructor(
    private readonly nodeId: string,
    private readonly serviceName: string,
    private readonly registry: Registry,
    private readonly dm: RpcChannel,
    private readonly log: Logger,
  ) {}

  async start({ mqtt, grpc }: NodeAddresses): Promise<void> {
    this.held.push(await this.registry.hold(serviceKeys.node, this.nodeId, hostPort(mqtt.host, mqtt.port)));
    this.held.push(await this.registry.register(this.serviceName, hostPort(grpc.host, grpc.port)));
    this.announcer = new ProtocolAnnouncer(this.dm, this.serviceName, { ip: grpc.host, port: grpc.port }, this.log);
    await this.announcer.start();
  }

  async stop(): Promise<void> {
    await this.announcer?.stop();
    await Promise.all(this.held.map((registration) => registration.withdraw()));
  }
}
