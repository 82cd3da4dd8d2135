import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, EtcdClient } from './etcd-client';
import type { Log } from './log';
import type { Watch } from './registry';

const RETRY_MS = 250;

type Instances = ReadonlyMap<string, string>;

export interface EtcdWatchOptions {
  readonly listener: (instances: Instances) => void;
  readonly log: Log;
  /**
   * Milliseconds for which keys are kept that are missing after an outage. Who held them may be registering again at this
   * very moment: an etcd that lost its data comes back empty, and nobody should lose its peers for that second.
   */
  readonly graceMs: number;
  onStop(): void;
}

const equal = (a: Instances, b: Instances): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

/** Follows all keys below a prefix: loads them, watches from that revision on, and loads again after every interruption. */
export class EtcdWatch implements Watch {
  /** Resolves once the keys were loaded for the first time; rejects when it is stopped before. */
  readonly ready: Promise<void>;
  private readonly client: EtcdClient;
  private readonly prefix: string;
  private readonly options: EtcdWatchOptions;
  private readonly stopping = new AbortController();
  private instances: Instances = new Map();
  private stored = new Map<string, string>();
  /** Keys that etcd no longer has, within their grace. */
  private missed = new Map<string, string>();
  private grace: NodeJS.Timeout | undefined;
  private loaded = false;
  private loadedFirst!: () => void;

  constructor(client: EtcdClient, prefix: string, options: EtcdWatchOptions) {
    this.client = client;
    this.prefix = prefix;
    this.options = options;
    this.ready = new Promise((resolve, reject) => {
      this.loadedFirst = resolve;
      this.stopping.signal.addEventListener('abort', () => reject(new Error('registry closed before it answered')));
    });
    this.ready.catch(() => undefined); // the caller may not wait for it
    void this.run();
  }

  get current(): Instances {
    return this.instances;
  }

  stop(): void {
    this.stopping.abort();
    clearTimeout(this.grace);
    this.options.onStop();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const { entries, revision } = await this.client.load(this.prefix);
        if (signal.aborted) return;
        this.adopt(entries);
        await this.client.follow(this.prefix, revision, (changes) => this.change(changes), signal);
      } catch {
        // Told by the client, once for each outage.
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private adopt(entries: Map<string, string>): void {
    for (const [key, value] of this.stored) if (!entries.has(key)) this.missed.set(key, value);
    this.stored = entries;
    if (this.missed.size > 0) {
      clearTimeout(this.grace);
      this.grace = setTimeout(() => {
        this.missed.clear();
        this.publish();
      }, this.options.graceMs);
    }
    this.publish();
    this.loaded = true;
    this.loadedFirst();
  }

  private change(changes: readonly Change[]): void {
    if (this.stopping.signal.aborted) return;
    for (const { key, value } of changes) {
      this.missed.delete(key);
      if (value === undefined) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    this.publish();
  }

  private publish(): void {
    const instances = new Map([...this.missed, ...this.stored]);
    if (this.loaded && equal(instances, this.instances)) return;
    this.instances = instances;
    try {
      this.options.listener(instances);
    } catch (err) {
      this.options.log.error({ err, prefix: this.prefix }, 'registry listener threw');
    }
  }
}
