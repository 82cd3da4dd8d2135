/**
 * So many tasks at once, the others one after the other behind them. What comes over NATS, or from devices, comes as fast as
 * anybody sends it; all of it at once would take every connection to the database, or all the room of the stream, and
 * others could not get any in time.
 */

export interface TurnsOptions {
  /** Tasks under way at once. */
  readonly atOnce: number;
  /** Tasks that wait, at most (default: any number). */
  readonly maxWaiting?: number;
}

export class Turns {
  private running = 0;
  /** Oldest first. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: TurnsOptions) {}

  /** Whether one more would be one too many. */
  get isFull(): boolean {
    return this.waiting.size >= (this.options.maxWaiting ?? Infinity);
  }

  /** Does it when its turn has come. @returns what it returns, or fails with */
  async take<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.options.atOnce) this.running++;
    else await new Promise<void>((resolve) => this.waiting.add(resolve));
    try {
      return await task();
    } finally {
      this.passOn();
    }
  }

  /** To whoever waits longest, so that nobody comes between. */
  private passOn(): void {
    const [next] = this.waiting;
    if (!next) return void this.running--;
    this.waiting.delete(next);
    next();
  }
}
