/** A timer that is set again and again, mostly to about the same time. */

/** The longest that a timer of Node.js waits; who is woken early has nothing to do. */
const LONGEST_MS = 2 ** 31 - 1;

export class Alarm {
  private timer: NodeJS.Timeout | undefined;
  private ringsAt = Infinity;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(
    private readonly now: () => number,
    private readonly ring: () => void,
  ) {}

  /** Rings at this time, or earlier. */
  set(time: number): void {
    // A timer that rings too early costs less than one that is set anew for each message.
    if (this.timer && this.ringsAt <= time) return;
    this.clear();
    if (time === Infinity) return;
    this.ringsAt = time;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.ring();
      },
      Math.min(LONGEST_MS, Math.max(0, time - this.now())),
    );
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
