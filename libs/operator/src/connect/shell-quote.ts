/** A word as a POSIX shell takes it: bare where that is safe, else in single quotes. */
export const shellQuote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A command line that can be pasted. */
export const shellLine = (words: readonly string[]): string => words.map(shellQuote).join(' ');
