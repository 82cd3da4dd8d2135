/** The consuming side that NATS and the twin share: a backlog that fills, and a loop that takes batches from it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which a rejected batch is handled again. */
const RETRY_DELAY_MS = 1000;
/** A batch this full, as a share of the most, says that there is much to do ... */
const BUSY = 0.1;
/** ... and then the next one may wait so many times as long to fill: fewer steps, and less work in all. */
const BUSY_PATIENCE = 5;

/** Items waiting to be taken, in order. */
export class Backlog<T> {
  private items: T[] = [];
  private wake = new Set<() => void>();

  get size(): number {
    return this.items.length;
  }

  push(item: T): void {
    this.items.push(item);
    for (const wake of this.wake) wake();
  }

  /** Puts items back at their place in the order. */
  putBack(items: readonly T[], order: (a: T, b: T) => number): void {
    this.items = [...items, ...this.items].sort(order);
    for (const wake of this.wake) wake();
  }

  take(count: number): T[] {
    return this.items.splice(0, count);
  }

  /** Resolves once `count` items wait, `timeoutMs` passed, or `signal` says stop. */
  waitFor(count: number, signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (this.size >= count || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.wake.delete(check);
        signal.removeEventListener('abort', done);
        clearTimeout(timer);
        resolve();
      };
      const check = () => {
        if (this.size >= count) done();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.wake.add(check);
    });
  }
}

/** Waits, or less when `signal` says stop. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

export interface BatchLoopOptions<T> {
  readonly backlog: Backlog<T>;
  readonly maxBatch: number;
  /** Milliseconds to wait for a batch to fill after its first item; under load up to five times as long. */
  readonly maxWaitMs: number;
  /** `attempt` counts from 1. */
  handle(batch: readonly T[], attempt: number): Promise<void>;
  /** A batch was rejected; it is handled again. Must not throw. */
  onRejected(error: unknown): void;
  /** A batch is done with: handled, or (false) given up because the loop was stopped. Must not throw. */
  settle(batch: readonly T[], handled: boolean): void;
}

/**
 * Takes batches from the backlog, one after another. A rejected batch is handled again until it succeeds, so that newer
 * items never overtake it.
 * @returns stop, which waits for the batch under way
 */
export const startBatchLoop = <T>(options: BatchLoopOptions<T>): (() => Promise<void>) => {
  const { backlog, maxBatch, maxWaitMs, handle, onRejected, settle } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  const nextBatch = async (isBusy: boolean): Promise<T[]> => {
    await backlog.waitFor(1, signal);
    await backlog.waitFor(maxBatch, signal, isBusy ? maxWaitMs * BUSY_PATIENCE : maxWaitMs);
    return signal.aborted ? [] : backlog.take(maxBatch);
  };

  const untilHandled = async (batch: readonly T[]): Promise<boolean> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await handle(batch, attempt);
        return true;
      } catch (error) {
        onRejected(error);
        await pause(RETRY_DELAY_MS, signal);
        if (signal.aborted) return false;
      }
    }
  };

  const run = async () => {
    let isBusy = false;
    while (!signal.aborted) {
      const batch = await nextBatch(isBusy);
      isBusy = batch.length >= maxBatch * BUSY;
      if (batch.length > 0) settle(batch, await untilHandled(batch));
    }
  };

  const finished = run();
  return () => {
    stopping.abort();
    return finished;
  };
};
