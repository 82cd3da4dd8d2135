/** Sessions of whose end the stream could not tell dm in time. The node's own account tells of them later. */
import { LRUCache } from 'lru-cache';
import type { Epoch } from './epoch';
import type { Session } from './session';
import type { SessionTable } from './session-table';

export interface UntoldEnd {
  readonly productKey: string;
  readonly productID: string;
  readonly deviceName: string;
  /** Unix milliseconds at which the session went online. */
  readonly onlineSinceMs: number;
  /** Undefined where its beginning is not known to be kept. */
  readonly place: Epoch | undefined;
}

/** Ends remembered: every device of a node of this size may leave during one outage. */
const MAX_ENDS = 200_000;
/** Accounts that hold an end: its beginning may still have been on its way to dm at the first. */
const ACCOUNTS = 2;

export class UntoldEnds {
  /** By device; of its sessions only the latest counts. */
  private readonly ends = new LRUCache<string, UntoldEnd & { accounts: number }>({ max: MAX_ENDS });

  note({ key, productKey, productID, deviceName, onlineSinceMs }: Session, place: Epoch | undefined): void {
    this.ends.set(key, { productKey, productID, deviceName, onlineSinceMs, place, accounts: 0 });
  }

  /**
   * Those whose device has not come back here: a session that is held says more than the end of an earlier one. Oldest first:
   * a gateway device stands before those that have followed it.
   */
  list(sessions: SessionTable): UntoldEnd[] {
    for (const [key, { productKey, deviceName }] of [...this.ends.entries()]) {
      if (sessions.get(productKey, deviceName)) this.ends.delete(key);
    }
    return [...this.ends.values()].reverse();
  }

  /** Dm has taken an account that held these. */
  accounted(ends: readonly UntoldEnd[]): void {
    const told = new Set(ends);
    for (const [key, end] of [...this.ends.entries()]) {
      if (told.has(end) && ++end.accounts === ACCOUNTS) this.ends.delete(key);
    }
  }
}
