import { services } from '@alink/contract';
import { connectEtcd, type Registry } from '@alink/discovery';
import { connectRpc, type Client, type RpcChannel } from '@alink/rpc';
import type { Command } from 'commander';
import { describeError } from './describe-error';
import type { Io } from './io';
import { Output } from './output';
import { addressOf, readSettings, type GlobalOptions, type ServiceAddress, type Settings } from './service-address';

/** What a command works with: the services, opened when first used, and the output. */
export class Session {
  readonly out: Output;
  readonly settings: Settings;
  private readonly options: GlobalOptions;
  private readonly channels = new Map<string, RpcChannel>();
  private readonly triedAddresses: ServiceAddress[] = [];
  private openRegistry: Registry | undefined;

  constructor(
    readonly io: Io,
    options: GlobalOptions,
  ) {
    this.options = options;
    this.out = new Output(io, options.json ?? false);
    this.settings = readSettings(io.env, options);
  }

  get products(): Client<typeof services.productManage> {
    return this.channel('dm').client(services.productManage);
  }
  get devices(): Client<typeof services.deviceManage> {
    return this.channel('dm').client(services.deviceManage);
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
  get protocols(): Client<typeof services.protocolManage> {
    return this.channel('dm').client(services.protocolManage);
  }
  get jobs(): Client<typeof services.timedManage> {
    return this.channel('timedjob').client(services.timedManage);
  }

  /** Services turned to so far, the latest first. */
  get tried(): readonly ServiceAddress[] {
    return this.triedAddresses;
  }

  /** True when etcd was asked and does not answer. */
  get etcdSilent(): boolean {
    return this.openRegistry?.connected === false;
  }

  address(service: 'dm' | 'timedjob'): ServiceAddress {
    return addressOf(service, this.options, this.settings);
  }

  /** etcd; undefined where ETCD_HOSTS is not set. */
  get registry(): Registry | undefined {
    const { etcdHosts } = this.settings;
    return (this.openRegistry ??= etcdHosts && connectEtcd({ hosts: etcdHosts }));
  }

  async close(): Promise<void> {
    for (const channel of this.channels.values()) channel.close();
    await this.openRegistry?.close();
  }

  private channel(service: 'dm' | 'timedjob'): RpcChannel {
    let channel = this.channels.get(service);
    if (!channel) {
      const address = this.address(service);
      this.triedAddresses.unshift(address);
      const registry = address.target.startsWith('etcd:') ? this.registry : undefined;
      channel = connectRpc(address.target, { registry, security: this.settings.security });
      this.channels.set(service, channel);
    }
    return channel;
  }
}

/**
 * Makes a commander action of a function: opens a session for it, closes it, and puts what is thrown in words.
 * The function gets the options, its own and the global ones, and then the arguments.
 */
export const inSession =
  <Options, Args extends unknown[]>(
    io: Io,
    work: (session: Session, options: Options, ...args: Args) => Promise<void>,
  ) =>
  async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    let session: Session | undefined;
    try {
      session = new Session(io, options);
      await work(session, options, ...(received.slice(0, -2) as Args));
    } catch (error) {
      throw describeError(error, session?.tried ?? [], session?.etcdSilent);
    } finally {
      await session?.close();
    }
  };
