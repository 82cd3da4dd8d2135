import { services } from '@alink/contract';
import type { Registry } from '@alink/discovery';
import type { Platform } from '@alink/operator';
import { describeError } from '@alink/operator/describe-error';
import type { StatusSource } from '@alink/operator/status';
import { connectRpc, type Client, type ClientSecurity, type RpcChannel } from '@alink/rpc';
import type { Io } from './io';
import { Output } from './output';
import { addressOf, readSettings, type GlobalOptions, type ServiceAddress, type Settings } from './service-address';
import { steps } from './steps';

/** What a command works with: the services, opened when first used, and the output. */
export class Session implements Platform {
  readonly out: Output;
  private readonly channels = new Map<string, RpcChannel>();
  private readonly triedAddresses: ServiceAddress[] = [];
  private openRegistry: Registry | undefined;

  private constructor(
    readonly io: Io,
    private readonly options: GlobalOptions,
    readonly settings: Settings,
    private readonly connectRegistry: (() => Registry) | undefined,
  ) {
    this.out = new Output(io, options.json ?? false);
  }

  /** @throws {StartError} naming what the environment or the options hold that cannot be used */
  static async open(io: Io, options: GlobalOptions): Promise<Session> {
    const settings = readSettings(io.env, options);
    const { etcd } = settings;
    if (!etcd) return new Session(io, options, settings, undefined);
    const { connectEtcd, etcdSettings } = await import('./connect-etcd');
    const where = etcdSettings(etcd);
    return new Session(io, options, settings, () => connectEtcd(where));
  }

  get products(): Client<typeof services.productManage> {
    return this.channel('dm').client(services.productManage);
  }
  get devices(): Client<typeof services.deviceManage> {
    return this.channel('dm').client(services.deviceManage);
  }
  get groups(): Client<typeof services.deviceGroup> {
    return this.channel('dm').client(services.deviceGroup);
  }
  get admin(): Client<typeof services.deviceAdmin> {
    return this.channel('dm').client(services.deviceAdmin);
  }
  get messages(): Client<typeof services.deviceMsg> {
    return this.channel('dm').client(services.deviceMsg);
  }
  get commands(): Client<typeof services.deviceInteract> {
    return this.channel('dm').client(services.deviceInteract);
  }
  get logs(): Client<typeof services.deviceLogs> {
    return this.channel('dm').client(services.deviceLogs);
  }
  get configurations(): Client<typeof services.configurations> {
    return this.channel('dm').client(services.configurations);
  }
  get desired(): Client<typeof services.desired> {
    return this.channel('dm').client(services.desired);
  }
  get protocols(): Client<typeof services.protocolManage> {
    return this.channel('dm').client(services.protocolManage);
  }
  get topics(): Client<typeof services.topics> {
    return this.channel('dm').client(services.topics);
  }
  get deviceJobs(): Client<typeof services.deviceJobs> {
    return this.channel('dm').client(services.deviceJobs);
  }
  get definitions(): Client<typeof services.schemaManage> {
    return this.channel('dm').client(services.schemaManage);
  }
  get catalog(): Client<typeof services.catalog> {
    return this.channel('dm').client(services.catalog);
  }
  get jobs(): Client<typeof services.timedManage> {
    return this.channel('timedjob').client(services.timedManage);
  }

  /** Services turned to so far, the latest first. */
  get tried(): readonly ServiceAddress[] {
    return this.triedAddresses;
  }

  /** What is wrong with etcd, when it was asked: "does not answer". */
  get etcdTrouble(): string | undefined {
    const registry = this.openRegistry;
    return registry?.connected === false ? (registry.trouble ?? 'does not answer') : undefined;
  }

  address(service: 'dm' | 'timedjob'): ServiceAddress {
    return addressOf(service, this.options, this.settings);
  }

  /** etcd; undefined where ETCD_HOSTS is not set. */
  get registry(): Registry | undefined {
    return (this.openRegistry ??= this.connectRegistry?.());
  }

  /** A way to one instance of a service, whatever else is down. */
  direct(address: string, security: ClientSecurity): RpcChannel {
    const known = this.channels.get(address);
    if (known) return known;
    const channel = connectRpc(address, { security, user: this.options.user });
    this.channels.set(address, channel);
    return channel;
  }

  /** What the status of the platform is asked through. */
  statusSource(): StatusSource {
    const { security, dmPort, jobPort, nodePort, nodeService } = this.settings;
    return {
      registry: this.registry,
      security,
      dm: { target: this.address('dm').target, port: dmPort },
      timedjob: { target: this.address('timedjob').target, port: jobPort },
      node: { target: '', port: nodePort, service: nodeService },
      direct: (address, security) => this.direct(address, security),
    };
  }

  async close(): Promise<void> {
    this.out.end();
    for (const channel of this.channels.values()) channel.close();
    await this.openRegistry?.close();
  }

  private channel(service: 'dm' | 'timedjob'): RpcChannel {
    let channel = this.channels.get(service);
    if (!channel) {
      const address = this.address(service);
      this.triedAddresses.unshift(address);
      const registry = address.target.startsWith('etcd:') ? this.registry : undefined;
      channel = connectRpc(address.target, {
        registry,
        security: this.settings.security,
        user: this.options.user,
      });
      this.channels.set(service, channel);
    }
    return channel;
  }
}

/**
 * Opens a session for a piece of work, and closes it.
 * @throws {OperatorError} whatever the work threw, in words
 */
export const withSession = async (
  io: Io,
  options: GlobalOptions,
  work: (session: Session) => Promise<void>,
): Promise<void> => {
  let session: Session | undefined;
  try {
    session = await Session.open(io, options);
    await work(session);
  } catch (error) {
    throw describeError(error, { tried: session?.tried ?? [], etcdTrouble: session?.etcdTrouble, steps });
  } finally {
    await session?.close();
  }
};
