/**
 * The few etcd calls that discovery needs, on the raw clients of the `etcd3` package: its lease and watch managers hide
 * losses that we have to react to, and give up where we must not. Each call has a deadline and may be tried again.
 */
import { Etcd3, EtcdLeaseInvalidError, isRecoverableError, type IOptions } from 'etcd3';
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

export class EtcdClient {
  private readonly etcd: Etcd3;
  private readonly hosts: string;
  private readonly log: Log;
  private readonly callTimeoutMs: number;
  private answers: boolean | undefined;

  /**
   * @param hosts addresses, in a list or separated by commas: `host:2379` or `http://host:2379`
   * @param callTimeoutMs milliseconds that one attempt at one host may take
   */
  constructor(hosts: string | readonly string[], log: Log, callTimeoutMs = 2000) {
    const list = String(hosts)
      .split(',')
      .flatMap((host) => host.trim() || []);
    if (list.length === 0) throw new Error('no etcd host is given');
    this.hosts = list.join(', ');
    this.log = log;
    this.callTimeoutMs = callTimeoutMs;
    this.etcd = new Etcd3({
      hosts: list,
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + callTimeoutMs }),
      faultHandling: { global: onceAtEachHost(list.length), host: () => noBreaker },
      grpcOptions: {
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 500,
        // Finds a connection whose other end is gone or frozen; etcd allows a ping every five seconds.
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 3_000,
      },
    });
  }

  /** True while etcd answers. */
  get connected(): boolean {
    return this.answers === true;
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
    this.etcd.close();
    this.answers = false;
  }

  private async call<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.noteAnswer(true);
      return result;
    } catch (error) {
      // An answer that says no is an answer.
      this.noteAnswer(error instanceof EtcdLeaseInvalidError, error);
      throw error;
    }
  }

  private noteAnswer(answered: boolean, err?: unknown): void {
    if (answered === this.answers) return;
    if (!answered) this.log.warn({ err, hosts: this.hosts }, 'etcd does not answer, trying again');
    else if (this.answers === false) this.log.info({ hosts: this.hosts }, 'etcd answers again');
    this.answers = answered;
  }
}

// The package's types say 'Delete', the wire says 'DELETE'.
const toChange = (type: string, key: Buffer, value: Buffer): Change => ({
  key: key.toString(),
  value: type.toUpperCase() === 'DELETE' ? undefined : value.toString(),
});
