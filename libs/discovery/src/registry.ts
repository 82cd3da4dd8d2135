/** The registry of running services: what services ask of etcd, and of the in-process twin. */

export interface Registration {
  /** Takes the key away at once; idempotent. */
  withdraw(): Promise<void>;
}

export interface Watch {
  /** The instances known now: value by key. After an outage, the last known set. */
  readonly current: ReadonlyMap<string, string>;
  /** Ends it; idempotent. */
  stop(): void;
}

export interface Registry {
  /**
   * Announces an instance: key `<service>/<lease id>`, value `host:port`, lease of 10 s kept alive (go-zero's
   * convention). Comes back by itself within about a second when the key or the lease is lost.
   */
  register(service: string, address: string): Promise<Registration>;

  /** Holds `<service>/<id>` = value in the same way, for things that have an id of their own. */
  hold(service: string, id: string, value: string): Promise<Registration>;

  /**
   * Follows all keys below `<service>/`. The listener gets the whole set at first and after every change; it is not
   * called while the registry is out of reach.
   */
  watch(service: string, listener: (instances: ReadonlyMap<string, string>) => void): Promise<Watch>;

  /** One look, without following. */
  list(service: string): Promise<ReadonlyMap<string, string>>;

  /** True while the registry answers. */
  readonly connected: boolean;

  /** While it does not: why, in words that go on from its name, where that is known: "refuses the login". */
  readonly trouble?: string;

  /** Withdraws everything and closes; idempotent. */
  close(): Promise<void>;
}
