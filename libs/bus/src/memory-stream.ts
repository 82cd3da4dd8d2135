/** The stream of the in-process twin: keeps a message until every durable has handled it. */
import { Backlog, startBatchLoop } from './batch-loop';
import { BusTimeoutError, type ConsumeOptions, type Consumer, type KeptMessage, type StreamFacts } from './bus';
import type { Log } from './log';

/** The same id within this time is kept once; the window of the real stream. */
const DUPLICATE_WINDOW_MS = 120_000;

interface Entry {
  readonly subject: string;
  readonly data: Buffer;
  readonly sequence: number;
  /** Durables that have yet to handle it. */
  readonly owedTo: Set<Durable>;
  readonly handled: Promise<number>;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

interface Pending {
  readonly entry: Entry;
  deliveries: number;
}

interface Durable {
  readonly backlog: Backlog<Pending>;
}

export interface MemoryStreamOptions {
  readonly publishTimeoutMs: number;
  /** Messages held at most; above it a publish is refused, so that a handler that always fails cannot fill the memory. */
  readonly maxHeld: number;
  readonly log: Log;
}

export class MemoryStream {
  private readonly options: MemoryStreamOptions;
  private readonly durables = new Map<string, Durable>();
  private readonly held = new Set<Entry>();
  /** What came lately, by its id: how it ended, and not what it holds, which may be much. */
  private readonly byId = new Map<string, { readonly handled: Promise<number>; readonly at: number }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly consumers = new Set<Consumer>();
  // Grows across restarts as a stream's sequence does, although nothing is kept: a process makes fewer than a million
  // messages a second.
  private sequence = Date.now() * 1000;

  constructor(options: MemoryStreamOptions) {
    this.options = options;
  }

  /** Whether anybody has ever consumed it. */
  get isConsumed(): boolean {
    return this.durables.size > 0;
  }

  /** What is held now: nothing is kept beyond that. */
  facts(): StreamFacts {
    const entries = [...this.held];
    return {
      name: 'in memory',
      messages: entries.length,
      bytes: entries.reduce((sum, { data }) => sum + data.length, 0),
      isFull: entries.length >= this.options.maxHeld,
      consumers: [...this.durables].map(([name, durable]) => ({
        name,
        waiting: entries.filter(({ owedTo }) => owedTo.has(durable)).length,
        underWay: 0,
      })),
    };
  }

  /** Resolves with the sequence once every durable has handled the message. */
  append(subject: string, data: Buffer, id?: string): Promise<number> {
    const known = id === undefined ? undefined : this.byId.get(id);
    if (known && known.at > Date.now() - DUPLICATE_WINDOW_MS) return known.handled;
    if (this.held.size >= this.options.maxHeld) {
      return Promise.reject(new BusTimeoutError(`too many messages wait to be handled: ${this.held.size}`));
    }
    const entry = this.newEntry(subject, data);
    if (id !== undefined) this.remember(id, entry.handled);
    this.expire(entry, id);
    this.held.add(entry);
    for (const durable of this.durables.values()) this.owe(durable, entry);
    return entry.handled;
  }

  consume(options: ConsumeOptions, handler: (batch: readonly KeptMessage[]) => Promise<void>): Consumer {
    const durable = this.durable(options.durable);
    const stop = startBatchLoop({
      backlog: durable.backlog,
      maxBatch: options.maxBatch,
      maxWaitMs: options.maxWaitMs,
      handle: async (batch) => {
        for (const pending of batch) pending.deliveries++;
        await handler(batch.map(({ entry, deliveries }) => toKept(entry, deliveries)));
      },
      onRejected: (err) => {
        this.options.log.warn({ err, durable: options.durable }, 'batch rejected, it is delivered again');
      },
      settle: (batch, handled) => {
        if (handled) batch.forEach(({ entry }) => this.handledBy(durable, entry));
        else durable.backlog.putBack(batch, (a, b) => a.entry.sequence - b.entry.sequence);
      },
    });
    const consumer: Consumer = {
      stop: () => {
        this.consumers.delete(consumer);
        return stop();
      },
    };
    this.consumers.add(consumer);
    return consumer;
  }

  /** Ends the consumers after their batch under way; what is still held is reported as not kept. */
  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    for (const timer of this.timers) clearTimeout(timer);
    for (const entry of this.held) entry.reject(new BusTimeoutError('bus closed before the message was handled'));
    this.held.clear();
  }

  private newEntry(subject: string, data: Buffer): Entry {
    let resolve!: Entry['resolve'];
    let reject!: Entry['reject'];
    const handled = new Promise<number>((onHandled, onFailed) => {
      resolve = onHandled;
      reject = onFailed;
    });
    handled.catch(() => undefined); // a plain publish into the stream has nobody who waits
    return { subject, data, sequence: ++this.sequence, owedTo: new Set(), handled, resolve, reject };
  }

  private remember(id: string, handled: Promise<number>): void {
    const now = Date.now();
    for (const [oldId, { at }] of this.byId) {
      if (at > now - DUPLICATE_WINDOW_MS) break;
      this.byId.delete(oldId);
    }
    this.byId.delete(id);
    this.byId.set(id, { handled, at: now });
  }

  private expire(entry: Entry, id?: string): void {
    const timer = this.later(this.options.publishTimeoutMs, () => {
      entry.reject(new BusTimeoutError('message was not handled in time'));
      // Its sender will send it again under the same id, and then deserves a fresh answer.
      if (id !== undefined) this.byId.delete(id);
      if (entry.owedTo.size === 0) this.held.delete(entry);
    });
    entry.handled.then(
      () => this.cancel(timer),
      () => this.cancel(timer),
    );
  }

  private durable(name: string): Durable {
    const existing = this.durables.get(name);
    if (existing) return existing;
    const made: Durable = { backlog: new Backlog() };
    this.durables.set(name, made);
    for (const entry of this.held) this.owe(made, entry);
    return made;
  }

  private owe(durable: Durable, entry: Entry): void {
    entry.owedTo.add(durable);
    durable.backlog.push({ entry, deliveries: 0 });
  }

  private handledBy(durable: Durable, entry: Entry): void {
    entry.owedTo.delete(durable);
    if (entry.owedTo.size > 0) return;
    this.held.delete(entry);
    entry.resolve(entry.sequence);
  }

  private later(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    this.timers.add(timer);
    return timer;
  }

  private cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.timers.delete(timer);
  }
}

const toKept = ({ subject, data, sequence }: Entry, deliveries: number): KeptMessage => ({
  subject,
  data,
  sequence,
  deliveries,
});
