/** Durations of any number of operations, in little room: each is known to within a twelfth. */

/** Classes for each doubling. */
const FINENESS = 8;

export class Latencies {
  private readonly counts: number[] = [];
  private total = 0;

  /** @param ms not negative */
  add(ms: number): void {
    const index = Math.round(Math.log2(ms + 1) * FINENESS);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.total += 1;
  }

  /** Milliseconds within which this share of them ended, 0 to 1; undefined where there are none. */
  quantile(share: number): number | undefined {
    if (this.total === 0) return undefined;
    let seen = 0;
    for (let index = 0; index < this.counts.length; index++) {
      seen += this.counts[index] ?? 0;
      if (seen >= this.total * share) return Math.round((2 ** (index / FINENESS) - 1) * 10) / 10;
    }
    return undefined;
  }
}
