/** Lines that would come in floods: one now and then, with the number of those that it stands for. */
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock';

const MAX_KEYS = 10_000;

export interface SeldomOptions {
  /** Milliseconds between two lines of a key. */
  readonly intervalMs: number;
  /** One that nobody sets: no line may be held back for hours because the time of day was mended. */
  readonly clock: Clock;
  /** Keys that are remembered; of more, the one that was asked for longest ago is forgotten, and its next line comes at once. */
  readonly maxKeys?: number;
}

export class Seldom {
  private readonly told: LRUCache<string, { at: number; heldBack: number }>;

  constructor(private readonly options: SeldomOptions) {
    this.told = new LRUCache({ max: options.maxKeys ?? MAX_KEYS });
  }

  /**
   * Asks for a line.
   * @param key what the line is about: a device, an address, a cause
   * @returns how many lines of the key were held back since its last one, or undefined where this one is held back too
   */
  take(key: string): number | undefined {
    const now = this.options.clock.now();
    const last = this.told.get(key);
    if (last && now - last.at < this.options.intervalMs) {
      last.heldBack += 1;
      return undefined;
    }
    this.told.set(key, { at: now, heldBack: 0 });
    return last?.heldBack ?? 0;
  }
}

/** A line with the number of those that it stands for, as {@link Seldom.take} tells it. */
export const withHeldBack = (line: string, heldBack: number): string =>
  heldBack === 0 ? line : `${line} (and ${heldBack} like it since the last line)`;
