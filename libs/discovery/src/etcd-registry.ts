import { EtcdClient } from './etcd-client';
import { EtcdRegistration } from './etcd-registration';
import type { EtcdSettings } from './etcd-settings';
import { EtcdWatch } from './etcd-watch';
import { silentLog, type Log } from './log';
import type { Registration, Registry, Watch } from './registry';

export interface EtcdOptions extends EtcdSettings {
  readonly logger?: Log;
  /** Seconds after which the keys of a process that died vanish; default 10, as go-zero has it. */
  readonly ttlSeconds?: number;
  /** Milliseconds that one attempt at one host may take; default 2000. */
  readonly callTimeoutMs?: number;
  /** Milliseconds for which a watch keeps keys that are missing after an outage; default 3000. */
  readonly graceMs?: number;
}

/**
 * A registry on etcd. It connects when it is first used; while etcd is out of reach, `register`, `hold` and `watch` go on
 * trying (and log it once), `list` rejects, and `connected` is false.
 * @throws {StartError} when a certificate cannot be used
 */
export const connectEtcd = (options: EtcdOptions): Registry => new EtcdRegistry(options);

class EtcdRegistry implements Registry {
  private readonly client: EtcdClient;
  private readonly log: Log;
  private readonly ttlSeconds: number;
  private readonly graceMs: number;
  private readonly registrations = new Set<EtcdRegistration>();
  private readonly watches = new Set<EtcdWatch>();
  private closing: Promise<void> | undefined;

  constructor({ logger = silentLog, ttlSeconds = 10, callTimeoutMs, graceMs = 3000, ...settings }: EtcdOptions) {
    this.client = new EtcdClient(settings, logger, callTimeoutMs);
    this.log = logger;
    this.ttlSeconds = ttlSeconds;
    this.graceMs = graceMs;
  }

  get connected(): boolean {
    return this.client.connected;
  }

  get trouble(): string | undefined {
    return this.client.trouble;
  }

  register(service: string, address: string): Promise<Registration> {
    return this.keep((lease) => `${service}/${lease}`, address);
  }

  hold(service: string, id: string, value: string): Promise<Registration> {
    return this.keep(() => `${service}/${id}`, value);
  }

  async watch(service: string, listener: (instances: ReadonlyMap<string, string>) => void): Promise<Watch> {
    this.assertOpen();
    const watch: EtcdWatch = new EtcdWatch(this.client, `${service}/`, {
      listener,
      log: this.log,
      graceMs: this.graceMs,
      onStop: () => this.watches.delete(watch),
    });
    this.watches.add(watch);
    await watch.ready;
    return watch;
  }

  async list(service: string): Promise<ReadonlyMap<string, string>> {
    this.assertOpen();
    return (await this.client.load(`${service}/`)).entries;
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async keep(keyOf: (lease: string) => string, value: string): Promise<Registration> {
    this.assertOpen();
    const registration = new EtcdRegistration(this.client, { keyOf, value, ttlSeconds: this.ttlSeconds }, this.log);
    this.registrations.add(registration);
    await registration.ready;
    return {
      withdraw: () => {
        this.registrations.delete(registration);
        return registration.withdraw();
      },
    };
  }

  private async closeAll(): Promise<void> {
    for (const watch of [...this.watches]) watch.stop();
    await Promise.all([...this.registrations].map((registration) => registration.withdraw()));
    this.client.close();
  }

  private assertOpen(): void {
    if (this.closing) throw new Error('registry is closed');
  }
}
