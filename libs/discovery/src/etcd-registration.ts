import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdLeaseInvalidError } from 'etcd3';
import type { EtcdClient } from './etcd-client';
import type { Log } from './log';
import type { Registration } from './registry';

/** How often it looks whether the key is still there: one small read, and nothing that could die in silence. */
const CHECK_MS = 500;
/** Pause after a failure. */
const RETRY_MS = 250;

export interface EtcdRegistrationOptions {
  readonly keyOf: (lease: string) => string;
  readonly value: string;
  readonly ttlSeconds: number;
}

/**
 * Keeps one key in etcd under a lease of its own, until it is withdrawn: the lease is kept alive, and what was lost (the
 * key, the lease, all of etcd's data) is made again. A key that another process has put meanwhile is left alone.
 */
export class EtcdRegistration implements Registration {
  /** Resolves once the key stands for the first time; rejects when it is withdrawn before. */
  readonly ready: Promise<void>;
  private readonly client: EtcdClient;
  private readonly options: EtcdRegistrationOptions;
  private readonly log: Log;
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;
  private lease: string | undefined;
  private standsFirst!: () => void;
  /** Whether the key was put under the present lease. */
  private stands = false;
  private hasStood = false;
  private keptAliveAt = 0;

  constructor(client: EtcdClient, options: EtcdRegistrationOptions, log: Log) {
    this.client = client;
    this.options = options;
    this.log = log;
    this.ready = new Promise((resolve, reject) => {
      this.standsFirst = resolve;
      const withdrawn = () => reject(new Error('registry closed before the key could be registered'));
      this.stopping.signal.addEventListener('abort', withdrawn);
    });
    this.ready.catch(() => undefined); // the caller may not wait for it
    this.ended = this.run();
  }

  async withdraw(): Promise<void> {
    if (this.stopping.signal.aborted) return this.ended;
    this.stopping.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let pauseMs = CHECK_MS;
      try {
        if (this.lease === undefined) await this.grant();
        else if (this.stands) await this.check(this.lease);
        else await this.establish(this.lease);
        if (!this.stands) pauseMs = 0;
      } catch (error) {
        // Lost leases are made anew at once. Everything else is told by the client, once for each outage.
        if (error instanceof EtcdLeaseInvalidError) this.lease = undefined;
        pauseMs = error instanceof EtcdLeaseInvalidError ? 0 : RETRY_MS;
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    if (this.lease !== undefined) {
      await this.client.revokeLease(this.lease).catch((err: unknown) => {
        this.log.warn({ err, key: this.key(this.lease!) }, 'key could not be withdrawn, it goes with its lease');
      });
    }
  }

  private async grant(): Promise<void> {
    this.stands = false;
    this.lease = await this.client.grantLease(this.options.ttlSeconds);
    this.keptAliveAt = performance.now();
  }

  private async establish(lease: string): Promise<void> {
    const { value } = this.options;
    // The first time our value wins over one that a process before us has left behind.
    if (this.hasStood) await this.client.putIfMissing(this.key(lease), value, lease);
    else await this.client.put(this.key(lease), value, lease);
    this.log.info({ key: this.key(lease), value }, this.hasStood ? 'registered again' : 'registered');
    this.stands = true;
    this.hasStood = true;
    this.standsFirst();
  }

  private async check(lease: string): Promise<void> {
    const { value, ttlSeconds } = this.options;
    if (performance.now() - this.keptAliveAt >= (ttlSeconds * 1000) / 3) {
      if (!(await this.client.keepLeaseAlive(lease))) throw new EtcdLeaseInvalidError(lease);
      this.keptAliveAt = performance.now();
    }
    const wasMissing = await this.client.putIfMissing(this.key(lease), value, lease);
    if (wasMissing) this.log.warn({ key: this.key(lease), value }, 'key was gone, registered again');
  }

  private key(lease: string): string {
    return this.options.keyOf(lease);
  }
}
