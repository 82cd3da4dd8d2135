/**
 * JSON as firmware writes it that puts it together with printf, read as the devices' platform read it: texts in single
 * quotes (Alibaba's NB-IoT guide for BC26 modules, whose AT commands end at a `"`), keys without quotes, a comma before a
 * closing bracket, control characters in texts, and numbers of `%02d`, `%+d` or an empty fraction.
 *
 * Such a text is made into strict JSON, which JSON.parse then reads: a key that comes twice, `__proto__` and numbers of
 * many digits mean what they mean elsewhere. Strict JSON comes out unchanged. Nothing is guessed: what is not listed is
 * refused with its place. Readers that take more than JSON were looked at: JSON5 also takes hexadecimal, comments, `.5`
 * and Infinity, and no `05`; those for configuration files know no single quotes; those that repair, guess.
 */

/** A place in a text. */
export interface Place {
  /** In UTF-16 units from 0, as JSON.parse counts. */
  readonly at: number;
  /** What was found or expected there, in words without quotes and braces. */
  readonly what: string;
}

export interface Rewritten {
  /** Strict JSON; where something else was expected, what stands before that place. */
  readonly json: string;
  /** The first thing that strict JSON does not have. */
  readonly loose?: Place;
  /** Where the text can no longer be read, and what would have to stand there. */
  readonly expected?: Place;
}

export interface LooseOptions {
  /** Whether commas may be missing between the objects of a list: a known mistake, of which nothing is said. */
  readonly missingCommas?: boolean;
  /** Whether a comma may stand twice: likewise. */
  readonly doubledCommas?: boolean;
}

/** Makes strict JSON of a text. Never throws; takes time in proportion to the length, however deep the text is nested. */
export const rewriteLooseJson = (text: string, options: LooseOptions = {}): Rewritten =>
  new Rewriter(text, options).rewrite();

class Unexpected {
  constructor(readonly place: Place) {}
}

type Closing = '}' | ']';
/** What has just been read. */
type Before = 'opening' | 'comma' | 'value';

const KEY = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const WORD = /true|false|null/y;
const NUMBER = /([+-]?)(\d+)(?:\.(\d*))?([eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class Rewriter {
  private at = 0;
  /** What stands before `kept`, as strict JSON. */
  private readonly written: string[] = [];
  /** From here to `at` the text is strict as it is: most of it is, and is copied in long pieces. */
  private kept = 0;
  private readonly open: Closing[] = [];
  /** Where the latest comma stands in the text. */
  private comma = 0;
  /** What the latest object or list ended with, where nothing but white space has come since. */
  private ended: Closing | undefined;
  private loose: Place | undefined;

  constructor(
    private readonly text: string,
    private readonly options: LooseOptions,
  ) {}

  rewrite(): Rewritten {
    let expected: Place | undefined;
    try {
      while (this.toNextValue(this.value()));
      if (this.at < this.text.length) throw this.unexpected('the end of the text');
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      expected = error.place;
    }
    this.write('', this.at);
    return { json: this.written.join(''), loose: this.loose, expected };
  }

  /** Reads a scalar, or the beginning of an object or a list. */
  private value(): Before {
    this.space();
    this.ended = undefined;
    switch (this.text[this.at]) {
      case '{':
        return this.opening('}');
      case '[':
        return this.opening(']');
      case '"':
      case "'":
        this.string();
        return 'value';
      default:
        this.scalar();
        return 'value';
    }
  }

  private opening(closing: Closing): Before {
    this.open.push(closing);
    this.at += 1;
    return 'opening';
  }

  /** Reads to where the next value must stand, its key included. @returns whether there is one */
  private toNextValue(before: Before): boolean {
    for (; ; before = this.punctuation(before)) {
      this.space();
      if (before === 'comma') this.dropDoubledCommas();
      const closing = this.open.at(-1);
      if (closing === undefined) return false;
      if (before === 'value' || this.text[this.at] === closing) continue;
      if (closing === '}') this.key();
      return true;
    }
  }

  /** Reads a comma, or the end of an object or a list. */
  private punctuation(before: Before): Before {
    const closing = this.open.at(-1);
    const char = this.text[this.at];
    if (char === closing) {
      if (before === 'comma') this.dropComma(closing);
      this.at += 1;
      this.ended = this.open.pop();
      return 'value';
    }
    this.comma = this.at;
    if (char === ',') this.at += 1;
    else if (this.options.missingCommas && closing === ']' && this.ended === '}' && char === '{') {
      this.take('', ',');
    } else throw this.unexpected(`a comma or the end of the ${closing === '}' ? 'object' : 'list'}`);
    return 'comma';
  }

  /** Of several commas the last one stays. */
  private dropDoubledCommas(): void {
    while (this.options.doubledCommas && this.text[this.at] === ',') {
      this.write('', this.comma, 1);
      this.comma = this.at;
      this.at += 1;
      this.space();
    }
  }

  private dropComma(closing: Closing | undefined): void {
    this.noteLoose(`a comma before the end of the ${closing === '}' ? 'object' : 'list'}`);
    this.write('', this.comma, 1);
  }

  private key(): void {
    const char = this.text[this.at];
    if (char === '"' || char === "'") this.string();
    else {
      const name = this.match(KEY)?.[0];
      if (name === undefined) throw this.unexpected('a key');
      this.noteLoose('a key without quotes');
      this.take(name, `"${name}"`);
    }
    this.space();
    if (this.text[this.at] !== ':') throw this.unexpected('a colon');
    this.at += 1;
  }

  private scalar(): void {
    const word = this.match(WORD)?.[0];
    if (word !== undefined) return this.take(word, word);
    const number = this.match(NUMBER);
    if (!number) throw this.unexpected('a value');
    const [token, sign = '', whole = '', fraction = '', exponent = ''] = number;
    const strict = (sign === '-' ? '-' : '') + whole.replace(/^0+(?=\d)/, '') + (fraction && `.${fraction}`) + exponent;
    if (strict !== token) this.noteLoose('a number with a plus, a zero in front, or a dot at its end');
    this.take(token, strict);
  }

  private string(): void {
    const { text } = this;
    const quote = text[this.at]!;
    const beginning = this.at;
    if (quote === "'") this.noteLoose('a text in single quotes');
    this.take(quote, '"');
    for (;;) {
      this.at += this.plainLength(quote);
      const char = text[this.at];
      if (char === undefined) throw this.unexpected(`the end of the text that begins at position ${beginning}`);
      if (char === quote) return this.take(quote, '"');
      if (char === '\\') this.escape(quote);
      else if (char === '"') this.take('"', '\\"');
      else {
        this.noteLoose('a control character in a text');
        this.take(char, `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
      }
    }
  }

  /** Characters from here on that strict JSON has in texts as they are. */
  private plainLength(quote: string): number {
    const { text } = this;
    let end = this.at;
    while (end < text.length) {
      const char = text[end]!;
      if (char < ' ' || char === '"' || char === '\\' || char === quote) break;
      end += 1;
    }
    return end - this.at;
  }

  private escape(quote: string): void {
    const strict = this.match(ESCAPE)?.[0];
    if (strict !== undefined) return this.take(strict, strict);
    if (!this.text.startsWith("\\'", this.at)) throw this.unexpected('an escape that JSON has');
    if (quote === '"') this.noteLoose('an escaped single quote');
    this.take("\\'", "'");
  }

  private space(): void {
    const { text } = this;
    for (
      let char = text[this.at];
      char === ' ' || char === '\n' || char === '\r' || char === '\t';
      char = text[this.at]
    ) {
      this.at += 1;
    }
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  /** Reads a token, which strict JSON writes in another way perhaps. */
  private take(token: string, strict: string): void {
    if (token !== strict) this.write(strict, this.at, token.length);
    this.at += token.length;
  }

  /** Writes what was kept up to a place, and `strict` for so many characters that stand there. */
  private write(strict: string, place: number, instead = 0): void {
    this.written.push(this.text.slice(this.kept, place), strict);
    this.kept = place + instead;
  }

  private noteLoose(what: string): void {
    this.loose ??= { at: this.at, what };
  }

  private unexpected(what: string): Unexpected {
    return new Unexpected({ at: this.at, what });
  }
}
