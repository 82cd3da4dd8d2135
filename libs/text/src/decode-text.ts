/**
 * Text of files that people give us: one rule for all of them. UTF-8 and UTF-16 are read, with or without a byte order
 * mark; everything else is refused by its name, since a guess would store other characters than were meant.
 */

/** Why bytes are no text of ours; the message has the file as its subject: `is written in GBK ...`. */
export class TextError extends Error {
  override readonly name = 'TextError';
  constructor(
    message: string,
    /** True for the workbook of a spreadsheet. */
    readonly isWorkbook = false,
  ) {
    super(message);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });

/**
 * @returns the text without a byte order mark
 * @throws {TextError} naming what the bytes are, and the line where that shows
 */
export const decodeText = (bytes: Uint8Array): string => {
  const binary = binaryFormat(bytes);
  if (binary) throw binary;
  const utf16 = utf16Of(bytes);
  if (utf16) return decodeUtf16(bytes, utf16);
  try {
    return utf8.decode(bytes).replace(/^\uFEFF/, '');
  } catch {
    throw notUtf8(bytes);
  }
};

/** {@link decodeText} of a file. @throws {Error} with its name before what is wrong */
export const decodeFile = (path: string, bytes: Uint8Array): string => {
  try {
    return decodeText(bytes);
  } catch (error) {
    throw error instanceof TextError ? new Error(`${path} ${error.message}`, { cause: error }) : error;
  }
};

/** True for a zip archive, which a workbook of Excel is too. */
export const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]);

const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((byte, index) => bytes[index] === byte);

/** Formats that are taken for text by mistake, by the bytes that they begin with. */
const binaryFormat = (bytes: Uint8Array): TextError | undefined => {
  if (isZip(bytes)) {
    // Every package of Office Open XML lists its parts in this file, which writers put first.
    return Buffer.from(bytes.subarray(0, 4096)).includes('[Content_Types].xml')
      ? new TextError('is an Excel workbook (.xlsx), not text', true)
      : new TextError('is a zip archive, not text');
  }
  // The container of Office files until 2003.
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return new TextError('is an Excel workbook (.xls), not text', true);
  if (startsWith(bytes, [0x1f, 0x8b])) return new TextError('is a gzip archive, not text');
  return undefined;
};

type ByteOrder = 'utf-16le' | 'utf-16be';

/** By the byte order mark; without one by where the zero of the first character is, which UTF-8 text has not (RFC 4627, section 3). */
const utf16Of = (bytes: Uint8Array): ByteOrder | undefined => {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === undefined || second === undefined) return undefined;
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : undefined;
};

const decodeUtf16 = (bytes: Uint8Array, order: ByteOrder): string => {
  try {
    return new TextDecoder(order, { fatal: true }).decode(bytes);
  } catch {
    throw new TextError('is broken UTF-16: save it as UTF-8');
  }
};

const notUtf8 = (bytes: Uint8Array): TextError => {
  const line = lineOfFirstFault(bytes);
  try {
    gb18030.decode(bytes);
    return new TextError(`is written in GBK, not in UTF-8 (line ${line}): save it as UTF-8`);
  } catch {
    return new TextError(`is not UTF-8 (line ${line}): save it as UTF-8`);
  }
};

/** From 1. A line that is no UTF-8 by itself is one in the whole, for no character of UTF-8 holds the byte of a line feed. */
const lineOfFirstFault = (bytes: Uint8Array): number => {
  let start = 0;
  for (let line = 1; ; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      utf8.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    if (feed < 0) return line;
    start = feed + 1;
  }
};
