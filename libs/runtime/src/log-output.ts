/**
 * Where the lines of a process go: its log, or the screen. No line is worth a device's connection, so writing neither throws
 * nor waits, whatever becomes of the target: a full disk, a reader that has gone (`| head`), one that does not read. What
 * cannot be written is counted, and told once something can be written again.
 */
import { countLostLines } from './lost-lines';

/** What takes bytes: a file, a pipe, a terminal. */
export interface LogTarget {
  /**
   * Writes at once.
   * @returns how many of the bytes were taken; fewer than all where it is about to fail
   * @throws {NodeJS.ErrnoException} with code EAGAIN when it would have to wait, any other when it cannot
   */
  write(bytes: Buffer): number;
}

/** Lines that were not written. */
export interface Loss {
  readonly lines: number;
  /** When the first of them was lost, unix milliseconds. */
  readonly since: number;
  /** Of the first one: `ENOSPC: no space left on device, write`. */
  readonly cause: string;
}

export interface LogOutputOptions {
  readonly target: LogTarget;
  /** The line, ended, that stands among the others where some are missing. */
  readonly gap: (loss: Loss) => string;
  /** Told of the first loss, and again only after lines could be written. */
  readonly onLoss?: (cause: string) => void;
}

/** Bytes that wait for a target that is slower than we are; what comes beyond is lost. */
const MAX_WAITING = 1024 * 1024;
/** Milliseconds until a slow target is tried again. */
const RETRY_MS = 20;
/** Milliseconds for which the end of a process waits for a slow target. */
const FLUSH_MS = 500;

/** What waits to be written. */
interface Waiting {
  /** What is left of it. */
  bytes: Buffer;
  /** Whether a part of it is written. */
  isBegun?: boolean;
  /** Where it tells of lines that are missing. */
  readonly gap?: Loss;
}

export class LogOutput {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private loss: Loss | undefined;
  /** Whether a line broke off, so that the next one must not go on where it ends. */
  private isTorn = false;
  /** Whether somebody was told that lines are lost, and none has been written since. */
  private isTold = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: LogOutputOptions) {}

  /** @param line ended */
  write(line: string): void {
    const bytes = Buffer.from(line);
    // Once lines are lost, some room must be made: else every second line would be one that tells of a loss.
    if (this.waitingBytes + bytes.length > (this.loss ? MAX_WAITING / 2 : MAX_WAITING)) {
      countLostLines(1);
      return this.lose({ lines: 1, since: Date.now(), cause: 'EAGAIN: its reader does not keep up' });
    }
    if (this.loss) this.add({ bytes: Buffer.from(this.gapLine(this.loss)), gap: this.loss });
    this.loss = undefined;
    this.add({ bytes });
    this.drain();
  }

  /** Writes what waits, for half a second at most: for the end of a process. */
  flushSync(): void {
    const end = performance.now() + FLUSH_MS;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (this.drain(); this.waiting.length > 0 && performance.now() < end; this.drain()) {
      Atomics.wait(clock, 0, 0, RETRY_MS);
    }
  }

  private gapLine(loss: Loss): string {
    return `${this.isTorn ? '\n' : ''}${this.options.gap(loss)}`;
  }

  private add(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.waitingBytes += waiting.bytes.length;
  }

  private drain(): void {
    try {
      for (let head = this.waiting[0]; head; head = this.waiting[0]) {
        const written = this.options.target.write(head.bytes);
        this.waitingBytes -= written;
        head.bytes = head.bytes.subarray(written);
        head.isBegun ||= written > 0;
        if (head.isBegun) this.isTorn = false;
        if (head.bytes.length > 0) continue;
        this.waiting.shift();
        this.isTold = false;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.retrySoon();
      else this.giveUp(error);
    }
  }

  /** Nobody knows how long it takes, and memory is no place for a log. */
  private giveUp(error: unknown): void {
    const dropped = this.waiting;
    this.isTorn ||= dropped[0]?.isBegun ?? false;
    this.waiting = [];
    this.waitingBytes = 0;
    countLostLines(dropped.filter(({ gap }) => !gap).length);
    const now = { lines: 1, since: Date.now(), cause: error instanceof Error ? error.message : String(error) };
    for (const { gap = now } of dropped) this.lose(gap);
  }

  private lose(lost: Loss): void {
    const { loss } = this;
    if (!this.isTold) this.options.onLoss?.(lost.cause);
    this.isTold = true;
    this.loss = loss ? { ...loss, lines: loss.lines + lost.lines } : lost;
  }

  private retrySoon(): void {
    if (this.retry) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.drain();
    }, RETRY_MS);
    // What waits when the process ends is flushed then.
    this.retry.unref();
  }
}
