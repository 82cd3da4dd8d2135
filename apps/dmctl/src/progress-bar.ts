import type { Progress } from '@alink/operator';
import type { Io } from './io';

/** Milliseconds between two drawings: eyes want no more, and a terminal far away takes no more. */
const REDRAW_MS = 100;
/** Milliseconds after which what is left can be told from what is done. */
const LEARN_MS = 2000;
const WIDEST_BAR = 40;
/** To the first column, and the line empty from there (ECMA-48: CR, EL). */
const WIPE = '\r\u001b[K';

/** One line of a terminal that shows how far long work is, until it is wiped. */
export class ProgressBar {
  private since: number | undefined;
  private drawnAt = 0;
  private isDrawn = false;

  /** @param columns of the terminal */
  constructor(
    private readonly io: Pick<Io, 'stderr' | 'now'>,
    private readonly columns: () => number,
  ) {}

  draw(at: Progress): void {
    const now = this.io.now();
    this.since ??= now;
    if (this.isDrawn && now - this.drawnAt < REDRAW_MS && at.done !== at.total) return;
    this.drawnAt = now;
    this.isDrawn = true;
    this.io.stderr(WIPE + this.line(at, now - this.since));
  }

  /** Leaves the line to others. */
  wipe(): void {
    if (this.isDrawn) this.io.stderr(WIPE);
    this.isDrawn = false;
  }

  private line({ done, total, words }: Progress, elapsedMs: number): string {
    // The last column stays free: some terminals go to the next line once it is written.
    const room = this.columns() - 1;
    if (total === undefined) return (words ?? String(done)).slice(0, room);
    const left = timeLeft(done, total, elapsedMs);
    const figures = ` ${Math.floor((100 * done) / Math.max(total, 1))} %  ${done} of ${total}${left}`;
    const width = Math.min(WIDEST_BAR, room - figures.length - 2);
    if (width < 4) return figures.trim().slice(0, room);
    const full = Math.floor((width * done) / Math.max(total, 1));
    return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]${figures}`;
  }
}

const timeLeft = (done: number, total: number, elapsedMs: number): string => {
  if (done === 0 || done >= total || elapsedMs < LEARN_MS) return '';
  const seconds = Math.ceil((elapsedMs / done) * (total - done) * 0.001);
  return `, ${seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`} left`;
};
