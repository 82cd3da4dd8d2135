/** What an app needs of others, looked at now and then: whether it is there, and since when. */
import { setTimeout as sleep } from 'node:timers/promises';
import { maskUrls } from './secret-masking';

export interface PartCheck<Facts extends object = object> {
  /** In words: `PostgreSQL`. */
  readonly name: string;
  /** Whether the app can do nothing of its work without it. */
  readonly isNeeded: boolean;
  /** Resolves while it is well, with what else there is to say; rejects with an Error that says what is wrong. */
  check(): Promise<Facts | void>;
}

export interface PartState<Facts extends object = object> {
  readonly name: string;
  readonly isNeeded: boolean;
  readonly isUp: boolean;
  /** Unix milliseconds since which it has been seen so. */
  readonly since: number;
  /** What is wrong; '' where nothing is. */
  readonly cause: string;
  /** Of the latest look that succeeded. */
  readonly facts?: Facts;
}

export interface PartWatchOptions {
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
  /** Milliseconds after which a look that has not ended counts as failed. */
  readonly timeoutMs?: number;
}

/** Looks at one part; a look that hangs is not joined by a second one. */
class WatchedPart<Facts extends object> {
  state: PartState<Facts>;
  private looking: Promise<Facts | void> | undefined;

  constructor(private readonly part: PartCheck<Facts>) {
    const { name, isNeeded } = part;
    this.state = { name, isNeeded, isUp: true, since: Date.now(), cause: '' };
  }

  async look(timeoutMs: number): Promise<void> {
    this.looking ??= this.part.check().finally(() => (this.looking = undefined));
    try {
      const facts = await inTime(this.looking, timeoutMs);
      this.note(true, '', facts ?? this.state.facts);
    } catch (error) {
      this.note(false, wordsOf(error), this.state.facts);
    }
  }

  private note(isUp: boolean, cause: string, facts: Facts | undefined): void {
    const { name, isNeeded, isUp: wasUp, since } = this.state;
    this.state = { name, isNeeded, isUp, since: isUp === wasUp ? since : Date.now(), cause, facts };
  }
}

export class PartWatch<Facts extends object = object> {
  /** Unix milliseconds. */
  readonly startedAt = Date.now();
  private readonly parts: readonly WatchedPart<Facts>[];
  private readonly ending = new AbortController();

  constructor(
    parts: readonly PartCheck<Facts>[],
    private readonly options: PartWatchOptions = {},
  ) {
    this.parts = parts.map((part) => new WatchedPart(part));
  }

  /** Looks for the first time, and from then on until it is stopped. */
  async start(): Promise<void> {
    await this.look();
    void this.goOn();
  }

  stop(): void {
    this.ending.abort();
  }

  /** Looks at everything now. */
  async look(): Promise<void> {
    const { timeoutMs = 1500 } = this.options;
    await Promise.all(this.parts.map((part) => part.look(timeoutMs)));
  }

  get states(): readonly PartState<Facts>[] {
    return this.parts.map(({ state }) => state);
  }

  /**
   * True while everything is well that the app cannot do without, and it is not about to end; else what is missing. Causes
   * stay with {@link states}: readiness is told to everybody.
   */
  get ready(): true | string {
    if (this.ending.signal.aborted) return 'stopping';
    const down = this.states.filter(({ isNeeded, isUp }) => isNeeded && !isUp);
    return down.length === 0 || down.map(({ name }) => name).join(', ');
  }

  private async goOn(): Promise<void> {
    const { everyMs = 2000 } = this.options;
    const { signal } = this.ending;
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }
}

/** Characters of a cause. */
const MAX_CAUSE = 300;

/** Of several lines the last: libraries begin with the code that called them. */
const wordsOf = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '');
  return maskUrls((lines.at(-1) ?? 'failed').trim()).slice(0, MAX_CAUSE);
};

const inTime = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
