/** Files whose contents count while the process runs: what they hold is put to use when it changes. */
import { readFileSync } from 'node:fs';
import { decodeFile } from '@alink/text';
import type { Logger } from './logger';
import { StartError } from './start-error';

/** Milliseconds between two looks. Contents are compared, so a change is seen however the file was replaced. */
const LOOK_MS = 2000;

export interface FollowedFilesOptions<T> {
  /** What the files hold, in words. */
  readonly what: string;
  readonly paths: readonly string[];
  /**
   * Makes something of the contents, which are text: UTF-8 without a byte order mark, whatever the files have. Throws an
   * Error that may be shown when they cannot be used.
   */
  readonly parse: (contents: readonly Buffer[]) => T;
  readonly onChange?: (value: T) => void;
  readonly log?: Logger;
}

/** What files hold, kept up to date. A change that cannot be used is logged, and changes nothing. */
export class FollowedFiles<T> {
  private contents: readonly Buffer[];
  private latest: T;
  private complaint = '';
  private readonly timer: NodeJS.Timeout;

  /** @throws {StartError} when the files cannot be read or used */
  constructor(private readonly options: FollowedFilesOptions<T>) {
    try {
      this.contents = this.read();
      this.latest = options.parse(this.contents);
    } catch (error) {
      throw new StartError(this.words(error), { cause: error });
    }
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  get value(): T {
    return this.latest;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { what, paths, parse, onChange, log } = this.options;
    try {
      const contents = this.read();
      if (contents.every((content, index) => this.contents[index]?.equals(content))) return;
      this.latest = parse(contents);
      this.contents = contents;
      this.complaint = '';
      log?.info({ files: paths }, `${what} reloaded`);
      onChange?.(this.latest);
    } catch (error) {
      const complaint = this.words(error);
      if (complaint !== this.complaint) log?.error(`${complaint}; what was read before stays`);
      this.complaint = complaint;
    }
  }

  private read(): Buffer[] {
    return this.options.paths.map((path) => Buffer.from(decodeFile(path, readFileSync(path))));
  }

  private words(error: unknown): string {
    const { what, paths } = this.options;
    return `${what} cannot be used (${paths.join(', ')}): ${(error as Error).message}`;
  }
}
