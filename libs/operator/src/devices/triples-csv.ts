/** CSV files of devices: `productKey,deviceName,deviceSecret,alias` with a header. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvErrorCode } from 'csv-parse';
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify';
import { OperatorError } from '../operator-error';
import { textOf } from '../words/text-of';

const COLUMNS = ['productKey', 'deviceName', 'deviceSecret', 'alias'] as const;
export type TripleColumn = (typeof COLUMNS)[number];

/** A device of a file, byte for byte; a column that the file does not have is empty. */
export type Triple = Readonly<Record<TripleColumn, string>>;

/** One line of a file. */
export interface TripleLine extends Triple {
  /** In the file, from 1; of a value with line breaks the last one. */
  readonly line: number;
}

/** Devices that the platform creates in one call; more go in several. */
export const MAX_LINES = 10_000;
/** Devices in a file that is sent in parts: what is still read within seconds. */
export const MAX_LINES_IN_PARTS = 1_000_000;
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

const unusable = (path: string, why: string): OperatorError =>
  new OperatorError('unusable', `cannot use ${path}: ${why}`);

/** The columns by the names in a header, in any case and order; others are skipped. */
const readHeader = (path: string, required: readonly TripleColumn[]) => (names: readonly string[]) => {
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

/** How a spreadsheet becomes a file of ours. */
const INSTEAD = 'Save it as "CSV UTF-8 (comma delimited)" and give that file.';

/**
 * Reads the devices of a file.
 * @param path its name, for people
 * @param required columns that the header must name
 * @param most devices that it may have
 * @throws {OperatorError} when it is no such CSV, or has more devices than that
 */
export const parseTriples = (
  path: string,
  bytes: Uint8Array,
  required: readonly TripleColumn[],
  most = MAX_LINES,
): TripleLine[] => {
  const records = parseRecords(path, textOf(path, bytes, INSTEAD), required, most);
  if (records.length === 0) throw unusable(path, 'it names no device');
  if (records.length > most) throw unusable(path, `it has more than ${most} devices; split it`);
  return records.map(({ record, info: { lines: line } }) => {
    const { productKey = '', deviceName = '', deviceSecret = '', alias = '' } = record;
    return { line, productKey, deviceName, deviceSecret, alias };
  });
};

interface ParsedLine {
  readonly record: Partial<Triple>;
  readonly info: { readonly lines: number };
}

const parseRecords = (path: string, text: string, required: readonly TripleColumn[], most: number): ParsedLine[] => {
  try {
    return parse(text, {
      columns: readHeader(path, required),
      info: true,
      skipEmptyLines: true,
      maxRecordSize: MAX_RECORD,
      to: most + 1,
    }) as unknown as ParsedLine[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unusable(path, `line ${String(error['lines'] ?? '?')}: ${faults[error.code] ?? 'it is no CSV'}`);
  }
};

/** Writes a file that {@link parseTriples} reads back byte for byte. */
export const writeTriples = (stream: Writable, triples: readonly Triple[]): Promise<void> =>
  pipeline(Readable.from(triples), stringify({ header: true, columns: [...COLUMNS] }), stream);
