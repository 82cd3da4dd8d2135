import { silentLog, type Log } from './log';
import type { Registration, Registry, Watch } from './registry';

type Listener = (instances: ReadonlyMap<string, string>) => void;

interface Holder {
  readonly key: string;
  readonly value: string;
}

/** A registry within one process, for `npm start` and unit tests. */
export const createMemoryRegistry = (options: { logger?: Log } = {}): Registry => new MemoryRegistry(options.logger);

class MemoryRegistry implements Registry {
  private readonly log: Log;
  /** Later holders of a key hide earlier ones, as a later put does in etcd. */
  private readonly holders = new Set<Holder>();
  private readonly watches = new Set<MemoryWatch>();
  private nextLease = 1n;
  private closed = false;

  constructor(log: Log = silentLog) {
    this.log = log;
  }

  get connected(): boolean {
    return !this.closed;
  }

  register(service: string, address: string): Promise<Registration> {
    return this.hold(service, String(this.nextLease++), address);
  }

  async hold(service: string, id: string, value: string): Promise<Registration> {
    if (this.closed) throw new Error('registry is closed');
    const holder: Holder = { key: `${service}/${id}`, value };
    this.holders.add(holder);
    this.changed(holder.key);
    return {
      withdraw: async () => {
        if (this.holders.delete(holder)) this.changed(holder.key);
      },
    };
  }

  async watch(service: string, listener: Listener): Promise<Watch> {
    if (this.closed) throw new Error('registry is closed');
    const watch = new MemoryWatch(`${service}/`, listener, this.log, () => this.watches.delete(watch));
    this.watches.add(watch);
    watch.tell(this.below(watch.prefix));
    return watch;
  }

  async list(service: string): Promise<ReadonlyMap<string, string>> {
    if (this.closed) throw new Error('registry is closed');
    return this.below(`${service}/`);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const watch of [...this.watches]) watch.stop();
    this.holders.clear();
  }

  private below(prefix: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { key, value } of this.holders) if (key.startsWith(prefix)) found.set(key, value);
    return found;
  }

  private changed(key: string): void {
    for (const watch of this.watches) if (key.startsWith(watch.prefix)) watch.tell(this.below(watch.prefix));
  }
}

class MemoryWatch implements Watch {
  current: ReadonlyMap<string, string> = new Map();
  private stopped = false;

  constructor(
    readonly prefix: string,
    readonly listener: Listener,
    readonly log: Log,
    readonly forget: () => void,
  ) {}

  /** The listener is called later, never within the call that made the change: as if the news came over a socket. */
  tell(instances: ReadonlyMap<string, string>): void {
    this.current = instances;
    queueMicrotask(() => {
      if (this.stopped) return;
      try {
        this.listener(instances);
      } catch (err) {
        this.log.error({ err, prefix: this.prefix }, 'registry listener threw');
      }
    });
  }

  stop(): void {
    this.stopped = true;
    this.forget();
  }
}
