/** JSON in the payload of a device: strict where it is, and as the devices' platform read it where it is not. */
import { strangeEncoding } from './encoding';
import { rewriteLooseJson, type LooseOptions, type Place } from './loose-json';
import type { Problem } from './problem';

export interface PayloadJson {
  /** Undefined where there is no JSON. */
  readonly value: unknown;
  /** The strict JSON of the value; without one, the text as far as it can be read, and whole. */
  readonly json: string;
  readonly text: string;
  /** Why there is no value. */
  readonly fault?: Problem;
  /** What is odd about it, though it could be read. */
  readonly remarks: readonly Problem[];
}

/** Parses strict JSON; returns undefined for anything else. */
const parseStrict = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isFrame = (char: string | undefined): boolean => char !== undefined && '\0\r\n\t '.includes(char);

/** Where the JSON ends: firmware in C sends the end of its string, perhaps with a line feed before or behind it. */
const endOf = (text: string): number => {
  let end = text.length;
  while (end > 0 && isFrame(text[end - 1])) end--;
  return end;
};

/** Characters of a payload that a line shows on each side of a place. */
const EXCERPT_SIDE = 30;

/** Text of a device, fit for a line of a log: what would move a cursor, turn the reading direction or is not there, as its code. */
const visible = (text: string): string =>
  text.replace(/[\p{C}\u2028\u2029\uFFFD\\]/gu, (char) =>
    char === '\\' ? '\\\\' : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );

/** A place, without a character of the payload. */
const inWords = (text: string, { at, what }: Place): string =>
  `${what} at position ${at}${at < text.length ? '' : ', where the text ends'}`;

/** What stands around a place. */
const excerpt = (text: string, { at }: Place): string => {
  const from = Math.max(at - EXCERPT_SIDE, 0);
  const to = at + EXCERPT_SIDE;
  const around = `${from > 0 ? '…' : ''}${visible(text.slice(from, to))}${to < text.length ? '…' : ''}`;
  return `in ${around || 'nothing'}`;
};

type Encoding = ReturnType<typeof strangeEncoding>;

const ENCODE_STEP = 'Send texts as UTF-8, or in plain ASCII with escapes such as \\u6e29.';

const notJson = (text: string, place: Place, encoding: Encoding): Problem => ({
  code: 6207,
  message: `payload is not JSON: ${encoding ? `the bytes are ${encoding}; ` : ''}expected ${inWords(text, place)}`,
  detail: excerpt(text, place),
  step: encoding
    ? ENCODE_STEP
    : 'Send one JSON object; check its quotes and commas, and that the end of the text is not cut off.',
});

const notStrict = (text: string, place: Place): Problem => ({
  code: 200,
  message: `payload is no strict JSON, and was read all the same: ${inWords(text, place)}`,
  detail: excerpt(text, place),
  step: 'Put keys and texts into double quotes, write numbers as JSON has them, and no comma before a closing bracket.',
  seldom: 'json',
});

const notUtf8 = (encoding: NonNullable<Encoding>): Problem => ({
  code: 200,
  message: `the bytes are ${encoding}; what is no UTF-8 was kept as U+FFFD`,
  step: ENCODE_STEP,
  seldom: 'encoding',
});

/**
 * Reads a text that is no strict JSON.
 * @returns the value and its strict JSON; or the place where the text could not be read
 */
const readLoose = (text: string, options: LooseOptions | undefined) => {
  const { json, loose, expected } = rewriteLooseJson(text, options);
  return { json, loose, expected, value: expected ? undefined : parseStrict(json) };
};

/** The value that a text holds, a payload's or one inside a payload; undefined where it holds none. Never throws. */
export const parseJson = (text: string): unknown => parseStrict(text) ?? readLoose(text, undefined).value;

/** Reads a payload. Never throws. */
export const readPayloadJson = (payload: Buffer, options?: LooseOptions): PayloadJson => {
  const text = payload.toString('utf8');
  const encoding = strangeEncoding(payload, text);
  const remarks = encoding ? [notUtf8(encoding)] : [];
  const value = parseStrict(text);
  if (value !== undefined) return { value, json: text, text, remarks };
  // Editors send a byte order mark.
  const inner = text.slice(text.startsWith('\uFEFF') ? 1 : 0, endOf(text));
  const innerValue = inner === text ? undefined : parseStrict(inner);
  if (innerValue !== undefined) return { value: innerValue, json: inner, text, remarks };
  const { json, loose, expected, value: looseValue } = readLoose(inner, options);
  if (expected) return { value: undefined, json, text: inner, fault: notJson(inner, expected, encoding), remarks: [] };
  return { value: looseValue, json, text, remarks: loose ? [notStrict(inner, loose), ...remarks] : remarks };
};
