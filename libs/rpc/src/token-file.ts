/** Bearer tokens of gRPC's callers, from a file. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { FollowedFiles, type Logger } from '@alink/runtime';

/** Characters at least: shorter ones can be guessed. */
const MIN_TOKEN_LENGTH = 16;
/** What may stand in a header: visible ASCII. */
const LINE = /^([\w.@-]{1,64}):([\x21-\x7e]+)$/;
/** Others may not read the file, and no group may write to it. */
const FORBIDDEN_MODE = 0o027;

/** Only digests are kept, so that no token is found in a memory dump or an inspected object. */
interface Entry {
  readonly name: string;
  readonly digest: Buffer;
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Reads lines `name:token`; blank lines and lines that begin with `#` count for nothing. A name may stand twice, so that
 * a token can be replaced without a gap.
 * @throws {Error} naming the line, never what is on it
 */
export const parseTokens = (text: string): readonly Entry[] => {
  const entries: Entry[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const [, name, token] = LINE.exec(line) ?? [];
    if (!name || !token) throw new Error(`line ${index + 1} is not name:token`);
    if (token.length < MIN_TOKEN_LENGTH) {
      throw new Error(`the token on line ${index + 1} is shorter than ${MIN_TOKEN_LENGTH} characters`);
    }
    const digest = digestOf(token);
    if (entries.some((entry) => entry.digest.equals(digest) && entry.name !== name)) {
      throw new Error(`the token on line ${index + 1} is another name's too`);
    }
    entries.push({ name, digest });
  });
  return entries;
};

/** The tokens of a file, followed while it changes. */
export class TokenFile {
  private readonly file: FollowedFiles<readonly Entry[]>;

  /** @throws {StartError} when the file cannot be read, is open to others, or holds something else */
  constructor(path: string, log?: Logger) {
    this.file = new FollowedFiles({
      what: 'the gRPC tokens',
      paths: [path],
      parse: ([content]): readonly Entry[] => {
        const mode = statSync(path).mode & 0o777;
        if (mode & FORBIDDEN_MODE) throw new Error(`its mode is ${mode.toString(8)}; chmod 600 keeps others out`);
        return parseTokens(String(content));
      },
      onChange: (entries) => {
        if (entries.length === 0) log?.warn({ file: path }, 'the gRPC tokens file is empty: every call is refused');
      },
      log,
    });
  }

  /** How many tokens are accepted. */
  get size(): number {
    return this.file.value.length;
  }

  /** Whose token it is; undefined when nobody's. Takes the same time for every token that is not accepted. */
  ownerOf(token: string): string | undefined {
    const digest = digestOf(token);
    let owner: string | undefined;
    for (const entry of this.file.value) if (timingSafeEqual(entry.digest, digest)) owner = entry.name;
    return owner;
  }

  stop(): void {
    this.file.stop();
  }
}
