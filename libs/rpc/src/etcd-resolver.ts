/**
 * grpc-js name resolution for targets such as `etcd:///dm.rpc`. The resolver itself knows no registry: the channel hands
 * it the {@link InstanceSource} as an option, so channels over different registries live in one process.
 */
import type { HostPort } from '@alink/text';
import { experimental, type ChannelOptions } from '@grpc/grpc-js';
import type { InstanceSource } from './instance-source';

type GrpcUri = experimental.GrpcUri;
type Resolver = experimental.Resolver;
type ResolverListener = experimental.ResolverListener;

export const ETCD_SCHEME = 'etcd';
const SOURCE_OPTION = 'alink.instance_source';

export const withSource = (options: ChannelOptions, source: InstanceSource): ChannelOptions => ({
  ...options,
  [SOURCE_OPTION]: source,
});

class EtcdResolver implements Resolver {
  private readonly source: InstanceSource;
  private forget: (() => void) | undefined;

  constructor(
    _target: GrpcUri,
    private readonly listener: ResolverListener,
    options: ChannelOptions,
  ) {
    const source = options[SOURCE_OPTION] as InstanceSource | undefined;
    if (!source) throw new TypeError('a target etcd:/// needs a registry');
    this.source = source;
  }

  updateResolution(): void {
    this.forget ??= this.source.listen((addresses) => this.tell(addresses));
    // Never within the call that asked; before the registry has been heard there is nothing to tell, and calls wait.
    setImmediate(() => {
      const { addresses } = this.source;
      if (this.forget && addresses) this.tell(addresses);
    });
  }

  destroy(): void {
    this.forget?.();
    this.forget = undefined;
  }

  private tell(addresses: readonly HostPort[]): void {
    const endpoints = addresses.map(({ host, port }) => ({ addresses: [{ host, port }] }));
    this.listener(experimental.statusOrFromValue(endpoints), {}, null, `${addresses.length} instances in the registry`);
  }

  static getDefaultAuthority({ path }: GrpcUri): string {
    return path;
  }
}

experimental.registerResolver(ETCD_SCHEME, EtcdResolver);
