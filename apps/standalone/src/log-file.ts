/** The log of standalone: a file, because the terminal belongs to the screen. */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openProcessLog, standardOutput, StartError, type Logger, type LogLevel, type LogTarget } from '@alink/runtime';

/** Bytes above which the file is put aside; one older file is kept, so that both take twice as much at most. */
const ROTATE_BYTES = 16 * 1024 * 1024;

export interface LogFileOptions {
  readonly DATA_DIR: string;
  readonly LOG_LEVEL: LogLevel;
}

/** Whoever asks for this much wants to read along. */
const wantsToRead = (level: LogLevel): boolean => level === 'debug' || level === 'trace';

/** Where the lines go: the file, or undefined for standard error. */
export const logFile = ({ DATA_DIR, LOG_LEVEL }: LogFileOptions): string | undefined =>
  wantsToRead(LOG_LEVEL) ? undefined : join(DATA_DIR, 'standalone.log');

/**
 * Opens it. Lines are JSON, written at once, so that the last ones before an end are there.
 * @throws {StartError} when the file cannot be written
 */
export const openLog = (name: string, config: LogFileOptions): Logger => {
  const file = logFile(config);
  return openProcessLog(name, config.LOG_LEVEL, file ? new RotatedFile(file) : standardOutput(2));
};

/**
 * A file that is put aside as `<file>.1` when it is full, at a start or later. Libraries for it write behind, without a bound
 * while the disk is full, or name the file in use differently each time.
 */
export class RotatedFile implements LogTarget {
  private descriptor: number;
  private size: number;

  /** @throws {StartError} when the file cannot be written */
  constructor(
    private readonly file: string,
    private readonly maxBytes = ROTATE_BYTES,
  ) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      this.descriptor = this.open();
    } catch (error) {
      const step = 'set DATA_DIR to a folder that this user may write';
      throw new StartError(`DATA_DIR cannot be used: ${(error as Error).message}; ${step}`, { cause: error });
    }
    this.size = fstatSync(this.descriptor).size;
  }

  write(bytes: Buffer): number {
    if (this.size > 0 && this.size + bytes.length > this.maxBytes) this.rotate();
    const written = writeSync(this.descriptor, bytes);
    this.size += written;
    return written;
  }

  private open(): number {
    return openSync(this.file, 'a', 0o600);
  }

  /** @param undo called where it cannot be opened: too many files are open */
  private openOr(undo: () => void): number {
    try {
      return this.open();
    } catch (error) {
      undo();
      throw error;
    }
  }

  private rotate(): void {
    try {
      renameSync(this.file, `${this.file}.1`);
      const next = this.openOr(() => renameSync(`${this.file}.1`, this.file));
      closeSync(this.descriptor);
      this.descriptor = next;
    } catch {
      // In a folder that takes no other file, the bound is worth more than what was written before.
      ftruncateSync(this.descriptor);
    }
    this.size = fstatSync(this.descriptor).size;
  }
}
