/**
 * The few etcd calls that discovery needs, on the raw clients of the `etcd3` package: its lease and watch managers hide
 * losses that we have to react to, and give up where we must not. Each call has a deadline and may be tried again.
 */
import { readTlsFiles } from '@alink/runtime';
import { Etcd3, EtcdLeaseInvalidError, isRecoverableError, type IOptions } from 'etcd3';
import { etcdFault, isStaleToken } from './etcd-fault';
import type { EtcdSettings } from './etcd-settings';
import type { Log } from './log';

export interface Snapshot {
  readonly entries: Map<string, string>;
  /** Revision of the store at which these were the entries. */
  readonly revision: bigint;
}

/** One change below a watched prefix; without a value the key is gone. */
export interface Change {
  readonly key: string;
  readonly value?: string;
}

/** First key behind all keys with the prefix: the prefix with its last byte raised. */
const endOf = (prefix: string): Buffer => {
  const end = Buffer.from(prefix);
  end[end.length - 1]! += 1;
  return end;
};

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;
type Attempt = Parameters<Policy['execute']>[0];

/** Tries a call at each host once; what goes on failing is tried again by who needs it, who knows when to stop. */
const onceAtEachHost = (hosts: number): Policy => {
  const execute = async (attempt: Attempt): Promise<unknown> => {
    for (let left = hosts - 1; ; left--) {
      try {
        return await attempt({ signal: new AbortController().signal });
      } catch (error) {
        if (left === 0 || !isRecoverableError(error as Error)) throw error;
      }
    }
  };
  return { execute } as unknown as Policy;
};

/** No circuit breaker: it would keep us away for seconds from an etcd that is back. */
const noBreaker = {
  execute: async (attempt: Attempt) => attempt({ signal: new AbortController().signal }),
} as unknown as Policy;

const hostsOf = ({ hosts }: EtcdSettings): string[] =>
  String(hosts)
    .split(',')
    .flatMap((host) => host.trim() || []);

const open = (settings: EtcdSettings, callTimeoutMs: number): Etcd3 => {
  const hosts = hostsOf(settings);
  const { ca, cert, key } = settings.tls ? readTlsFiles('etcd', settings.tls) : {};
  // The package types say that there is always an authority; without one gRPC trusts those of the system.
  const credentials = settings.tls && { rootCertificate: ca as Buffer, certChain: cert, privateKey: key };
  const { user: username, password } = settings.login ?? {};
  return new Etcd3({
    hosts,
    credentials,
    auth: username !== undefined && password !== undefined ? { username, password } : undefined,
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + callTimeoutMs }),
    faultHandling: { global: onceAtEachHost(hosts.length), host: () => noBreaker },
    grpcOptions: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
      // Finds a connection whose other end is gone or frozen; etcd allows a ping every five seconds.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 3_000,
    },
  });
};

export class EtcdClient {
  private etcd: Etcd3;
  private readonly hosts: string;
  private readonly secured: boolean;
  private answers: boolean | undefined;
  /** Why etcd did not do the latest call, where that is known. */
  private told: string | undefined;
  private closed = false;

  /**
   * @param callTimeoutMs milliseconds that one attempt at one host may take
   * @throws {StartError} when a certificate cannot be used
   */
  constructor(
    private readonly settings: EtcdSettings,
    private readonly log: Log,
    private readonly callTimeoutMs = 2000,
  ) {
    const hosts = hostsOf(settings);
    if (hosts.length === 0) throw new Error('no etcd host is given');
    this.hosts = hosts.join(', ');
    this.secured = settings.tls !== undefined || hosts.some((host) => host.startsWith('https://'));
    this.etcd = open(settings, callTimeoutMs);
  }

  /** True while etcd answers. */
  get connected(): boolean {
    return this.answers === true;
  }

  /** Why it does not, where that is known: "refuses the login". */
  get trouble(): string | undefined {
    return this.told;
  }

  /** @returns the id of a new lease, in decimal */
  grantLease(ttlSeconds: number): Promise<string> {
    return this.call(async () => (await this.etcd.leaseClient.leaseGrant({ TTL: ttlSeconds })).ID);
  }

  /** @returns whether the lease lives */
  keepLeaseAlive(lease: string): Promise<boolean> {
    return this.call(async () => {
      const stream = await this.etcd.leaseClient.leaseKeepAlive({ deadline: Date.now() + this.callTimeoutMs });
      try {
        return await new Promise<boolean>((resolve, reject) => {
          stream.on('data', ({ TTL }) => resolve(TTL !== '0'));
          stream.on('error', reject);
          stream.on('end', () => reject(new Error('etcd ended the keepalive without an answer')));
          stream.write({ ID: lease });
        });
      } finally {
        stream.end();
      }
    });
  }

  /** Takes the lease back, and its keys with it. A lease that is gone already is fine. */
  async revokeLease(lease: string): Promise<void> {
    await this.call(async () => {
      try {
        await this.etcd.leaseClient.leaseRevoke({ ID: lease });
      } catch (error) {
        if (!(error instanceof EtcdLeaseInvalidError)) throw error;
      }
    });
  }

  /** @throws {EtcdLeaseInvalidError} when the lease is gone */
  async put(key: string, value: string, lease: string): Promise<void> {
    await this.call(async () => this.etcd.put(key).value(value).lease(lease).exec());
  }

  /**
   * Puts the key unless it is there, whoever put it.
   * @returns whether it had been missing
   * @throws {EtcdLeaseInvalidError} when the lease is gone
   */
  putIfMissing(key: string, value: string, lease: string): Promise<boolean> {
    return this.call(async () => {
      const put = this.etcd.put(key).value(value).lease(lease);
      return (await this.etcd.if(key, 'Version', '==', 0).then(put).commit()).succeeded;
    });
  }

  load(prefix: string): Promise<Snapshot> {
    return this.call(async () => {
      const { kvs, header } = await this.etcd.getAll().prefix(prefix).exec();
      const entries = new Map(kvs.map(({ key, value }) => [key.toString(), value.toString()]));
      return { entries, revision: BigInt(header.revision) };
    });
  }

  /**
   * Follows the prefix after that revision, until `signal` says stop or the stream ends for any reason: etcd went away, or
   * the revision is compacted. Then load again.
   */
  async follow(
    prefix: string,
    revision: bigint,
    onChanges: (changes: readonly Change[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const stream = await this.call(() => this.etcd.watchClient.watch());
    await new Promise<void>((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        stream.cancel();
        resolve();
      };
      stream.on('error', end);
      stream.on('end', end);
      stream.on('data', ({ canceled, events }) => {
        if (canceled) return end();
        if (events.length > 0) onChanges(events.map(({ type, kv }) => toChange(type, kv.key, kv.value)));
      });
      signal.addEventListener('abort', end);
      if (signal.aborted) return end();
      stream.write({
        create_request: { key: Buffer.from(prefix), range_end: endOf(prefix), start_revision: String(revision + 1n) },
      });
    });
    if (!signal.aborted) this.noteAnswer(false);
  }

  close(): void {
    this.closed = true;
    this.etcd.close();
    this.answers = false;
  }

  private async call<T>(call: () => Promise<T>): Promise<T> {
    const { etcd } = this;
    try {
      const result = await call();
      this.noteAnswer(true);
      return result;
    } catch (error) {
      if (isStaleToken(error)) this.logInAgain(etcd);
      // An answer that says no is an answer.
      this.noteAnswer(error instanceof EtcdLeaseInvalidError, error);
      throw this.inWords(error);
    }
  }

  /** Starts afresh, with a new token: the package asks for one after some of these answers, and not after others. */
  private logInAgain(stale: Etcd3): void {
    if (this.closed || this.etcd !== stale) return;
    this.etcd = open(this.settings, this.callTimeoutMs);
    stale.close();
  }

  /** The same error where it says by itself what is wrong, or is asked for by its kind. */
  private inWords(error: unknown): unknown {
    const fault = this.faultOf(error);
    return fault ? new Error(`etcd at ${this.hosts} ${fault}`, { cause: error }) : error;
  }

  /** A connection that is not tried again yet fails without saying why: it is as it was. */
  private faultOf(error: unknown): string | undefined {
    const fault = etcdFault(error, { secured: this.secured });
    return fault ?? (/Last error: null/.test(String((Object(error) as Error).message)) ? this.told : undefined);
  }

  private noteAnswer(answered: boolean, err?: unknown): void {
    const fault = answered ? undefined : this.faultOf(err);
    if (answered === this.answers && fault === this.told) return;
    if (!answered) {
      const details = fault ? { reason: String((err as Error).message) } : { err };
      this.log.warn({ ...details, hosts: this.hosts }, `etcd ${fault ?? 'does not answer'}, trying again`);
    } else if (this.answers === false) this.log.info({ hosts: this.hosts }, 'etcd answers again');
    this.answers = answered;
    this.told = fault;
  }
}

// The package's types say 'Delete', the wire says 'DELETE'.
const toChange = (type: string, key: Buffer, value: Buffer): Change => ({
  key: key.toString(),
  value: type.toUpperCase() === 'DELETE' ? undefined : value.toString(),
});
