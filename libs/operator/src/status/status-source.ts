import type { Registry } from '@alink/discovery';
import type { ClientSecurity, RpcChannel } from '@alink/rpc';

/** Where a service is looked for. */
export interface LookedFor {
  /** `host:port` where it is said, else `etcd:///<key>`; '' where nothing is said. */
  readonly target: string;
  /** Its port on this machine, where nobody says where it is. */
  readonly port: number;
}

/** What the status of a platform is asked through. */
export interface StatusSource {
  /** etcd; undefined where there is none to ask. */
  readonly registry: Registry | undefined;
  /** What is trusted and shown. */
  readonly security: ClientSecurity;
  readonly dm: LookedFor;
  readonly timedjob: LookedFor;
  readonly node: LookedFor & {
    /** Key of the nodes in etcd, where it is said; dm.rpc knows it too. */
    readonly service: string | undefined;
  };
  /** A way to one instance of a service, whatever else is down. */
  direct(address: string, security: ClientSecurity): RpcChannel;
}
