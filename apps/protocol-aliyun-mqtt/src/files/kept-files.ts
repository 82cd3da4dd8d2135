/** Small files that many devices fetch at the same time: one question for all of them, and for the next minute. */
import { claimedFile } from '@alink/signing';
import type { Clock } from '@alink/runtime';
import { LRUCache } from 'lru-cache';
import type { FileSource, ServedFile } from './file-source';

/** A configuration may be withdrawn; so late that is heard of. */
const KEPT_MS = 60_000;
/** Configurations have at most 64 KB, files of jobs 1 MB: so 32 MB at worst. */
const MAX_FILES = 32;

export class KeptFiles implements FileSource {
  private readonly files = new LRUCache<string, Promise<ServedFile | undefined>>({ max: MAX_FILES, ttl: KEPT_MS });

  constructor(
    private readonly source: FileSource,
    private readonly clock: Clock,
  ) {}

  async open(token: string): Promise<ServedFile | undefined> {
    // Nobody is asked about what cannot be, and what was kept ends in time.
    if (claimedFile(token, this.clock.now()) === undefined) return undefined;
    const known = this.files.get(token);
    if (known) return known;
    const opened = this.source.open(token);
    this.files.set(token, opened);
    // What was not found is not remembered: guesses must not push out what devices fetch.
    const forget = (): void => void (this.files.peek(token) === opened && this.files.delete(token));
    opened.then((file) => file ?? forget(), forget);
    return opened;
  }
}
