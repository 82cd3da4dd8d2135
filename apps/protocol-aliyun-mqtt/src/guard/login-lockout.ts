/**
 * Who has failed to log in too often. What is counted and locked is a pair of device and address: a guesser locks
 * itself out, while the true device at its own address gets in. A lock must be no weapon of those who share an address
 * with a device, a NAT or a load balancer that does not tell whom it speaks for:
 *
 * - a pair that has logged in well lately is never locked; from its limit on, wrong answers are only slow;
 * - an address alone is never locked: from many times the limit of a pair on, wrong answers there are slow. Whoever
 *   proves a secret gets in as fast as ever.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Seldom, type Clock } from '@alink/runtime';
import { addressKey } from './address-key';
import { EventRate } from './event-rate';

export interface LockoutOptions {
  /** Failures within a minute that lock a pair; 0 = nothing is ever locked. */
  readonly failuresPerMinute: number;
  readonly lockMs: number;
}

/** What failed logins have brought about: the device is locked at its address, or wrong answers become slow. */
export type Lock = 'pair' | 'slowPair' | 'slowAddress';

/** Who a login claims to be: a device, or without a ProductKey whatever stands for one. */
export interface Claim {
  readonly productKey: string;
  readonly deviceName: string;
}

/** A login that is refused because of a lock. */
export interface LockedOut {
  /** Milliseconds until the lock ends. */
  readonly leftMs: number;
  /** Why the latest login before it failed. */
  readonly cause: string;
  /** Attempts since the last line about this lock; undefined where none is due. */
  readonly heldBack: number | undefined;
}

/** A wrong login whose answer is slow. */
export interface Slowed {
  /** Milliseconds that it is to be held back: 0 where too many are held back already. */
  readonly lateMs: number;
}

export interface LockoutEvents {
  /** A lock begins. */
  onLock(lock: Lock, claim: Claim, address: string): void;
  /** A login is refused because of a lock. */
  onRefused(): void;
}

interface Held {
  /** On the lockout's clock. */
  readonly until: number;
  cause: string;
}

/** Failures of an address for each failure of a pair. */
const ADDRESS_FACTOR = 20;
const MINUTE_MS = 60_000;
/** Pairs and addresses that are remembered: some 10 MB. A guesser who is everywhere pushes the oldest counts out. */
const MAX_COUNTED = 50_000;
/** Locks are kept apart from counts, so that new guesses do not push them out. */
const MAX_LOCKS = 50_000;
/** Pairs that have logged in well: some 20 MB when full, which takes as many devices. */
const MAX_PROVEN = 200_000;
/** From the end of the latest session: so long a device may be switched off without losing its standing. */
const PROVEN_MS = 7 * 24 * 3_600_000;
/** Milliseconds that a slow answer is held back, and how many may be at once: what they hold is bounded. */
const SLOW_MS = 1000;
const MAX_SLOW = 1000;
/** Characters of a cause that are kept with a lock. */
const MAX_CAUSE = 200;

export class LoginLockout {
  private readonly failures: Record<'pair' | 'address', EventRate>;
  private readonly locks = new LRUCache<string, Held>({ max: MAX_LOCKS });
  private readonly proven = new LRUCache<string, number>({ max: MAX_PROVEN });
  private readonly lines: Seldom;
  private readonly slow: EventRate;

  constructor(
    private readonly options: LockoutOptions,
    private readonly clock: Clock,
    private readonly events: LockoutEvents,
  ) {
    const { failuresPerMinute } = options;
    const shared = { windowMs: MINUTE_MS, maxKeys: MAX_COUNTED };
    this.failures = {
      pair: new EventRate({ ...shared, limit: failuresPerMinute }, clock),
      address: new EventRate({ ...shared, limit: failuresPerMinute * ADDRESS_FACTOR }, clock),
    };
    this.lines = new Seldom({ intervalMs: MINUTE_MS, clock });
    this.slow = new EventRate({ limit: MAX_SLOW, windowMs: SLOW_MS, maxKeys: 1 }, clock);
  }

  /** A login has come. @returns why it is refused, whatever it proves, or undefined */
  refuses(claim: Claim, address: string): LockedOut | undefined {
    if (this.locks.size === 0) return undefined;
    const { pair } = keysOf(claim, address);
    const held = this.heldBy(pair);
    if (!held || this.isProven(pair)) return undefined;
    this.events.onRefused();
    return { leftMs: held.until - this.clock.now(), cause: held.cause, heldBack: this.lines.take(pair) };
  }

  /**
   * A login has failed, which may lock who it claims to be, or slow its address down.
   * @param cause tells why; asked in a later turn of the event loop, since what it costs must not be seen in the answer's time
   * @returns how slow the answer is to be, or undefined
   */
  failed(claim: Claim, address: string, cause: () => string = () => ''): Slowed | undefined {
    const { failuresPerMinute, lockMs } = this.options;
    if (failuresPerMinute === 0 || lockMs === 0) return undefined;
    const keys = keysOf(claim, address);
    const isSlow = this.heldBy(keys.pair) !== undefined || this.heldBy(keys.address) !== undefined;
    if (this.failures.pair.hit(keys.pair)) {
      this.hold('pair', keys.pair, this.isProven(keys.pair) ? 'slowPair' : 'pair', claim, address, cause);
    }
    // A broker that asks for its clients may not say where they are: they have no address in common.
    if (keys.address !== '' && this.failures.address.hit(keys.address)) {
      this.hold('address', keys.address, 'slowAddress', claim, address, cause);
    }
    return isSlow ? { lateMs: this.slow.take('') ? SLOW_MS : 0 } : undefined;
  }

  /** A login has succeeded: earlier slips of that device at that address are forgiven, and it is known to be there. */
  succeeded(claim: Claim, address: string): void {
    this.failures.pair.forget(keysOf(claim, address).pair);
    this.wasThere(claim, address);
  }

  /** The session of a login has ended: until now the device was at that address, however long ago it logged in. */
  wasThere(claim: Claim, address: string): void {
    this.proven.set(keysOf(claim, address).pair, this.clock.now());
  }

  private hold(
    of: 'pair' | 'address',
    key: string,
    lock: Lock,
    claim: Claim,
    address: string,
    cause: () => string,
  ): void {
    this.failures[of].forget(key);
    const isNew = this.heldBy(key) === undefined;
    const held: Held = { until: this.clock.now() + this.options.lockMs, cause: '' };
    this.locks.set(key, held);
    if (of === 'pair') setImmediate(() => (held.cause = cause().slice(0, MAX_CAUSE)));
    if (isNew) this.events.onLock(lock, claim, address);
  }

  private heldBy(key: string): Held | undefined {
    const held = this.locks.get(key);
    if (!held || this.clock.now() < held.until) return held;
    this.locks.delete(key);
    return undefined;
  }

  private isProven(pair: string): boolean {
    const at = this.proven.get(pair);
    return at !== undefined && this.clock.now() - at < PROVEN_MS;
  }
}

/** Digests, because a client may send names of any length. */
const keysOf = ({ productKey, deviceName }: Claim, address: string): Record<'pair' | 'address', string> => {
  const from = addressKey(address);
  return { pair: hash('sha1', `${from}\n${productKey}&${deviceName}`, 'base64'), address: from };
};
