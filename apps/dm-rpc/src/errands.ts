/**
 * Work for devices that nobody waits for: telling them what has waited until they came online. So many errands run at once, since
 * a whole fleet may come online together. Each is known until it has ended: whoever stops the process waits for it, and it is not
 * left with a database that has been closed.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns, type Logger } from '@alink/runtime';
import type { DeviceCore } from './device-core';

/** The node may take what is for a device a moment after it has told of its login: so often it is tried... */
export const TRIES = 3;
/** ...and so many milliseconds later each time. */
const RETRY_MS = 1000;

export interface ErrandsOptions {
  readonly log: Logger;
  /** Errands under way at once. */
  readonly atOnce: number;
  /** The words of the log for one that fails. */
  readonly failed: string;
}

export class Errands {
  private readonly turns: Turns;
  private readonly running = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(private readonly options: ErrandsOptions) {
    this.turns = new Turns(options);
    // As many wait before they try again as there are at once, which is no leak.
    setMaxListeners(0, this.stopped.signal);
  }

  /** Work that may take several tries ends when this is true. */
  get isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  /**
   * Does it when its turn has come; what has not begun at a stop is left out. A failure goes to the log.
   * @param about the device, for the log; nothing where it is for many
   * @param steps done one after another; one that fails does not keep the next from its work
   */
  run(about: Partial<DeviceCore>, ...steps: readonly (() => Promise<void>)[]): void {
    const errand = this.turns.take(async () => {
      for (const step of steps) if (!this.isStopped) await this.attempt(about, step);
    });
    this.running.add(errand);
    void errand.finally(() => this.running.delete(errand));
  }

  /**
   * Waits before the next try.
   * @throws {Error} AbortError when all is stopped meanwhile; let it pass: it does not go to the log
   */
  async sleep(): Promise<void> {
    await sleep(RETRY_MS, undefined, { signal: this.stopped.signal });
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.stopped.abort();
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async attempt({ productID, deviceName }: Partial<DeviceCore>, step: () => Promise<void>): Promise<void> {
    const { log, failed } = this.options;
    try {
      await step();
    } catch (err) {
      const isCutShort = this.isStopped && (err as Partial<Error> | undefined)?.name === 'AbortError';
      if (!isCutShort) log.warn({ err, productID, deviceName }, failed);
    }
  }
}
