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
  ) {
    const { failuresPerMinute } = options;
    const shared = { windowMs: MINUTE_MS, maxKeys: MAX_COUNTED };
    this.failures = {
      pair: new EventRate({ ...shared, limit: failuresPerMinute }, clock),
      address: new EventRate({ ...shared, limit: failuresPerMinute * ADDRESS_FACTOR }, clock),
    };
    this.locks = new LRUCache({ max: MAX_LOCKS });
  }

  /** Whether logins of that device from that address are refused now. */
  isLocked(device: string, address: string): boolean {
    if (this.locks.size === 0) return false;
    const keys = keysOf(device, address);
    return this.holds(keys.pair) || this.holds(keys.address);
  }

  /** A login failed. @returns what that has locked, or undefined */
  failed(device: string, address: string): Lock | undefined {
    const { failuresPerMinute, lockMs } = this.options;
    if (failuresPerMinute === 0 || lockMs === 0) return undefined;
    const keys = keysOf(device, address);
    const full = (['pair', 'address'] as const).filter((of) => this.failures[of].hit(keys[of]));
    for (const of of full) {
      this.failures[of].forget(keys[of]);
      this.locks.set(keys[of], this.clock.now() + lockMs);
    }
    return full.at(-1);
  }

  /** A login succeeded: earlier slips of that device at that address are forgiven. */
  succeeded(device: string, address: string): void {
    if (this.failures.pair.size > 0) this.failures.pair.forget(keysOf(device, address).pair);
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
const keysOf = (device: string, address: string): Record<Lock, string> => {
  const from = addressKey(address);
  return { pair: hash('sha1', `${from}\n${device}`, 'base64'), address: from.slice(0, 64) };
};
