/** CSV files of devices: `productKey,deviceName,deviceSecret,alias` with a header. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type CsvErrorCode } from 'csv-parse';
import { stringify } from 'csv-stringify';
import { CliError, ExitCode } from './exit-code';
import type { Io, PrivateFile } from './io';

const COLUMNS = ['productKey', 'deviceName', 'deviceSecret', 'alias'] as const;
type Column = (typeof COLUMNS)[number];

/** A device of a file, byte for byte; a column that the file does not have is empty. */
export type Triple = Readonly<Record<Column, string>>;

/** One line of a file. */
export interface TripleLine extends Triple {
  /** In the file, from 1; of a value with line breaks the last one. */
  readonly line: number;
}

/** Devices in one file: as many as the platform creates in one call. */
export const MAX_LINES = 10_000;
/** Characters in one line: far more than the longest names and secrets. */
const MAX_RECORD = 16_384;

/** What is wrong with a file, in words of ours: the parser's quote values, which may be secrets. */
const faults: Partial<Record<CsvErrorCode, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'it has more or fewer values than the header',
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'a quote ends inside a value',
  INVALID_OPENING_QUOTE: 'a quote begins inside a value',
  CSV_MAX_RECORD_SIZE: `it has more than ${MAX_RECORD} characters`,
};

const unusable = (path: string, why: string): CliError => new CliError(ExitCode.usage, `cannot use ${path}: ${why}`);

/** The columns by the names in a header, in any case and order; others are skipped. */
const readHeader = (path: string, required: readonly Column[]) => (names: readonly string[]) => {
  const columns = names.map((name) => COLUMNS.find((column) => column.toLowerCase() === name.trim().toLowerCase()));
  for (const column of COLUMNS) {
    const count = columns.filter((name) => name === column).length;
    if (count > 1) throw unusable(path, `the header names ${column} twice`);
    if (count === 0 && required.includes(column)) {
      throw unusable(path, `the first line must be a header with ${required.join(', ')}`);
    }
  }
  return columns.map((column) => column ?? false);
};

/**
 * Reads a file line by line.
 * @param required columns that the header must name
 * @throws {CliError} when it cannot be read, is no such CSV, or has more than {@link MAX_LINES} devices
 */
export const readTriples = async (io: Io, path: string, required: readonly Column[]): Promise<TripleLine[]> => {
  const lines: TripleLine[] = [];
  const parser = parse({
    bom: true,
    columns: readHeader(path, required),
    info: true,
    skipEmptyLines: true,
    maxRecordSize: MAX_RECORD,
  });
  try {
    await pipeline(io.openRead(path), parser, async (records: AsyncIterable<unknown>) => {
      for await (const item of records) {
        if (lines.length === MAX_LINES) throw unusable(path, `it has more than ${MAX_LINES} devices; split it`);
        const { record, info } = item as { record: Partial<Triple>; info: { lines: number } };
        const { productKey = '', deviceName = '', deviceSecret = '', alias = '' } = record;
        lines.push({ line: info.lines, productKey, deviceName, deviceSecret, alias });
      }
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (error instanceof CsvError) {
      throw unusable(path, `line ${String(error['lines'] ?? '?')}: ${faults[error.code] ?? 'it is no CSV'}`);
    }
    throw unusable(path, (error as Error).message);
  }
  if (lines.length === 0) throw unusable(path, 'it names no device');
  return lines;
};

/** Writes a file that {@link readTriples} reads back byte for byte. */
export const writeTriples = ({ stream }: PrivateFile, triples: readonly Triple[]): Promise<void> =>
  pipeline(Readable.from(triples), stringify({ header: true, columns: [...COLUMNS] }), stream);
