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
  private readonly files = new LRUCache<string, ServedFile>({ max: MAX_FILES, ttl: KEPT_MS });
  /** Asked for at the moment. What is not found is remembered nowhere: guesses must not push out what devices fetch. */
  private readonly underWay = new Map<string, Promise<ServedFile | undefined>>();

  constructor(
    private readonly source: FileSource,
    private readonly clock: Clock,
  ) {}

  async open(token: string): Promise<ServedFile | undefined> {
    // Nobody is asked about what cannot be, and what was kept ends in time.
    if (claimedFile(token, this.clock.now()) === undefined) return undefined;
    return this.files.get(token) ?? this.underWay.get(token) ?? this.ask(token);
  }

  private ask(token: string): Promise<ServedFile | undefined> {
    const asked = this.source
      .open(token)
      .then((file) => {
        if (file) this.files.set(token, file);
        return file;
      })
      .finally(() => this.underWay.delete(token));
    this.underWay.set(token, asked);
    return asked;
  }
}
