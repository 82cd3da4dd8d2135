/** The instances of one service, followed in the registry for as long as a channel lives. */
import type { Registry, Watch } from '@alink/discovery';
import type { Logger } from '@alink/runtime';
import { parseHostPort, type HostPort } from '@alink/text';

type Listener = (addresses: readonly HostPort[]) => void;

/** Milliseconds before the next try when the registry cannot be watched. */
const RETRY_MS = 1000;

export class InstanceSource {
  /** The last known set; undefined before the registry has been heard. Kept while the registry is out of reach. */
  private known: readonly HostPort[] | undefined;
  private readonly listeners = new Set<Listener>();
  private watch: Watch | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    readonly service: string,
    private readonly registry: Registry,
    private readonly log?: Logger,
  ) {
    void this.follow();
  }

  get addresses(): readonly HostPort[] | undefined {
    return this.known;
  }

  /** Calls back after every change; not at once. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.watch?.stop();
    this.listeners.clear();
  }

  /** grpc-js writes the options of a channel, of which this is one, into its trace. */
  toJSON(): string {
    return this.service;
  }

  private async follow(): Promise<void> {
    try {
      const watch = await this.registry.watch(this.service, (instances) => this.update(instances));
      if (this.closed) watch.stop();
      else this.watch = watch;
    } catch (error) {
      if (this.closed) return;
      this.log?.warn({ err: error, service: this.service }, 'registry cannot be watched, trying again');
      this.retry = setTimeout(() => void this.follow(), RETRY_MS);
      this.retry.unref();
    }
  }

  private update(instances: ReadonlyMap<string, string>): void {
    if (this.closed) return;
    // Sorted and each once, so that a set that did not change is not taken for news.
    const values = [...new Set(instances.values())].sort();
    const addresses = values.map(parseHostPort).filter((address) => address !== undefined);
    if (this.known && sameAddresses(this.known, addresses)) return;
    this.known = addresses;
    this.log?.debug({ service: this.service, instances: values }, 'instances changed');
    for (const listener of this.listeners) listener(addresses);
  }
}

const sameAddresses = (a: readonly HostPort[], b: readonly HostPort[]): boolean =>
  a.length === b.length && a.every(({ host, port }, i) => host === b[i]?.host && port === b[i]?.port);
