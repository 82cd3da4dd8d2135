import type { Progress, Reporter } from '@alink/operator';
import { visible, visibleJson, visibleLines } from '@alink/text';
import type { Io } from './io';
import { displayWidth } from './display-width';
import { ProgressBar } from './progress-bar';

/** What a cell may hold; objects are shown as JSON. */
type Row = Readonly<Record<string, unknown>>;

/**
 * The one place that writes results: tables and sentences for people, JSON with `--json`. Names and payloads come from
 * devices: in neither may they steer a terminal.
 */
export class Output implements Reporter {
  private readonly bar: ProgressBar | undefined;

  constructor(
    private readonly io: Pick<Io, 'stdout' | 'stderr' | 'terminalColumns' | 'now'>,
    readonly json: boolean,
  ) {
    const { terminalColumns } = io;
    const isTerminal = terminalColumns() !== undefined;
    this.bar = isTerminal && !json ? new ProgressBar(io, () => terminalColumns() ?? 80) : undefined;
  }

  /** A list. People see the columns named, or a sentence when there is nothing; JSON has everything in the rows. */
  rows<T extends Row>(rows: readonly T[], columns: readonly (keyof T & string)[], nothing: string): void {
    if (this.json) return this.writeJson(rows);
    if (rows.length === 0) return this.write(`${visible(nothing)}\n`);
    const lines = [columns.map(heading), ...rows.map((row) => columns.map((column) => cell(row[column])))];
    this.write(aligned(lines));
  }

  /** One thing, a line for each member that is set. */
  record(row: Row): void {
    if (this.json) return this.writeJson(row);
    const members = Object.entries(row).filter(([, value]) => value !== undefined && value !== '');
    this.write(aligned(members.map(([key, value]) => [`${heading(key).toLowerCase()}:`, cell(value)])));
  }

  /** That something was done. */
  done(result: Row, sentence: string): void {
    if (this.json) this.writeJson(result);
    else this.write(`${visible(sentence)}\n`);
  }

  /** One more of what follows each other without end: JSON is one line each. */
  follow(row: Row, line: string): void {
    this.write(`${this.json ? visibleJson(JSON.stringify(row)) : visible(line)}\n`);
  }

  /** A document that is JSON in any case. */
  document(value: unknown): void {
    this.writeJson(value);
  }

  /** Text to copy, shown to people only. */
  text(text: string): void {
    if (!this.json) this.write(visibleLines(text));
  }

  /** Something on the side, that must not stand among the results. */
  note(text: string): void {
    this.bar?.wipe();
    this.io.stderr(`${visible(text)}\n`);
  }

  /**
   * How far long work is: a bar on a terminal, gone with the next line that is written or with {@link end}; else, and with
   * `--json`, a line of its words where it has some.
   */
  progress(at: Progress): void {
    if (this.bar) this.bar.draw(at);
    else if (at.words !== undefined) this.note(at.words);
  }

  /** Nothing more is written: leaves the terminal to whoever comes next. */
  end(): void {
    this.bar?.wipe();
  }

  /** That there are more rows than a page has. */
  pageNote({ page, size, shown, total }: { page: number; size: number; shown: number; total: number }): void {
    const before = (page - 1) * size;
    if (shown > 0 && before + shown < total) {
      this.note(`${before + 1} to ${before + shown} of ${total}; --page ${page + 1} shows more`);
    }
  }

  private write(text: string): void {
    this.bar?.wipe();
    this.io.stdout(text);
  }

  private writeJson(value: unknown): void {
    this.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
  }
}

/** `productKey` → `PRODUCT KEY`. */
const heading = (key: string): string => key.replace(/[A-Z]/g, ' $&').toUpperCase();

const cell = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return visible(typeof value === 'object' ? JSON.stringify(value) : String(value));
};

const aligned = (lines: readonly (readonly string[])[]): string => {
  // A list has up to a million lines: more than a call may have arguments.
  const widest = (column: number): number =>
    lines.reduce((widest, line) => Math.max(widest, displayWidth(line[column] ?? '')), 0);
  const widths = lines[0]?.map((_, column) => widest(column)) ?? [];
  return lines
    .map((line) => {
      const padded = line.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - displayWidth(text)));
      return `${padded.join('  ').trimEnd()}\n`;
    })
    .join('');
};
