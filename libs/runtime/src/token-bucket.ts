/** A token bucket: fills at a steady rate up to its burst, and may go into debt for those who are ready to wait. */
import type { Clock } from './clock';

export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /**
   * @param perSecond tokens that come back each second, above 0
   * @param burst tokens that it holds when full
   */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly clock: Clock,
  ) {
    this.tokens = burst;
    this.filledAt = clock.now();
  }

  /** Takes one token if there is one. */
  take(): boolean {
    this.fill();
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Takes tokens whether they are there or not. @returns milliseconds until the debt is paid; 0 when there is none */
  spend(count: number): number {
    this.fill();
    this.tokens -= count;
    return this.waitMs;
  }

  /** Gives back tokens that were not used after all. */
  refund(count: number): void {
    this.tokens = Math.min(this.burst, this.tokens + count);
  }

  private get waitMs(): number {
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.perSecond) * 1000);
  }

  private fill(): void {
    const now = this.clock.now();
    // A clock that was set back gives nothing, and takes nothing.
    const elapsed = Math.max(0, now - this.filledAt);
    this.filledAt = now;
    this.tokens = Math.min(this.burst, this.tokens + (elapsed / 1000) * this.perSecond);
  }
}
