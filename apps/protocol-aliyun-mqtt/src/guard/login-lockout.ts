/**
 * Who has failed to log in too often. What is counted and locked is a pair of device and address: a guesser locks
 * itself out, while the true device at its own address gets in. An address alone is locked only at many times the rate,
 * so that one bad device behind a NAT does not lock out its neighbours.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '@alink/runtime';
import { addressKey } from './address-key';
import { EventRate } from './event-rate';

export interface LockoutOptions {
  /** Failures within a minute that lock a pair; 0 = nothing is ever locked. */
  readonly failuresPerMinute: number;
  readonly lockMs: number;
}

/** What a failed login has locked: the device at its address, or the whole address. */
export type Lock = 'pair' | 'address';

/** Who a login claims to be: a device, or without a ProductKey whatever stands for one. */
export interface Claim {
  readonly productKey: string;
  readonly deviceName: string;
}

export interface LockoutEvents {
  /** A lock begins. */
  onLock(lock: Lock, claim: Claim, address: string): void;
  /** A login is refused because of a lock. */
  onRefused(): void;
}

/** Failures of an address for each failure of a pair. */
const ADDRESS_FACTOR = 20;
const MINUTE_MS = 60_000;
/** Pairs and addresses that are remembered: some 10 MB. A guesser who is everywhere pushes the oldest counts out. */
const MAX_COUNTED = 50_000;
/** Locks are kept apart from counts, so that new guesses do not push them out. */
const MAX_LOCKS = 50_000;

export class LoginLockout {
  private readonly failures: Record<Lock, EventRate>;
  private readonly locks: LRUCache<string, number>;

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
    this.locks = new LRUCache({ max: MAX_LOCKS });
  }

  /** A login has come. @returns whether it is refused, whatever it proves */
  refuses(claim: Claim, address: string): boolean {
    if (this.locks.size === 0) return false;
    const keys = keysOf(claim, address);
    if (!this.holds(keys.pair) && !this.holds(keys.address)) return false;
    this.events.onRefused();
    return true;
  }

  /** A login has failed, which may lock who it claims to be, or its address. */
  failed(claim: Claim, address: string): void {
    const { failuresPerMinute, lockMs } = this.options;
    if (failuresPerMinute === 0 || lockMs === 0) return;
    const keys = keysOf(claim, address);
    // A broker that asks for its clients may not say where they are: they have no address in common.
    const counted = keys.address === '' ? (['pair'] as const) : (['pair', 'address'] as const);
    const full = counted.filter((of) => this.failures[of].hit(keys[of]));
    for (const of of full) {
      this.failures[of].forget(keys[of]);
      this.locks.set(keys[of], this.clock.now() + lockMs);
    }
    const widest = full.at(-1);
    if (widest) this.events.onLock(widest, claim, address);
  }

  /** A login has succeeded: earlier slips of that device at that address are forgiven. */
  succeeded(claim: Claim, address: string): void {
    if (this.failures.pair.size > 0) this.failures.pair.forget(keysOf(claim, address).pair);
  }

  private holds(key: string): boolean {
    const until = this.locks.get(key);
    if (until === undefined) return false;
    if (this.clock.now() < until) return true;
    this.locks.delete(key);
    return false;
  }
}

/** Digests, because a client may send names of any length. */
const keysOf = ({ productKey, deviceName }: Claim, address: string): Record<Lock, string> => {
  const from = addressKey(address);
  return { pair: hash('sha1', `${from}\n${productKey}&${deviceName}`, 'base64'), address: from };
};
