/**
 * What many callers ask for at the same time, asked for at once: a command to one device costs a statement, one to
 * thousands must not cost thousands.
 */
import { Turns } from '@alink/runtime';

export interface BatchOptions<Item, Result> {
  /** Does it for all of them. @returns a result for each, in their order */
  readonly work: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** True for a failure that one of them has caused: they are then taken one by one, so that it is that one's alone. */
  readonly isOfOne?: (error: unknown) => boolean;
}

/** Items that go together, at most. */
const MAX_ITEMS = 250;
/** Batches under way: one that waits for a row that somebody holds must not hold up all others. */
const AT_ONCE = 4;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class Batch<Item, Result> {
  private readonly turns = new Turns({ atOnce: AT_ONCE });
  private gathered: Waiting<Item, Result>[] = [];

  constructor(private readonly options: BatchOptions<Item, Result>) {}

  /** Resolves with the result of this item. What comes in one turn of the event loop goes together. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.gathered.length === 0) setImmediate(() => this.send());
      this.gathered.push({ item, resolve, reject });
    });
  }

  private send(): void {
    const all = this.gathered;
    this.gathered = [];
    for (let start = 0; start < all.length; start += MAX_ITEMS) {
      const batch = all.slice(start, start + MAX_ITEMS);
      void this.turns.take(() => this.settle(batch));
    }
  }

  private async settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const { work, isOfOne } = this.options;
    try {
      const results = await work(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => resolve(results[at]!));
    } catch (error) {
      if (batch.length > 1 && isOfOne?.(error)) for (const one of batch) await this.settle([one]);
      else batch.forEach(({ reject }) => reject(error));
    }
  }
}
