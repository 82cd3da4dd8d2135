/** Changes to text and bytes: what a careless or a hostile sender would do to them. */
import type { SeededRandom } from '@alink/testing';
import { changeJson } from './change-json';

/** Units (characters or bytes) beyond which nothing is made longer: past all that MQTT can count in two bytes. */
const MAX_LENGTH = 70_000;

/** Units that parsers count with, escape, end at, or choke on; each fits a byte. */
const HARD_UNITS = [0, 1, 9, 10, 13, 32, 34, 35, 37, 38, 43, 44, 47, 48, 57, 58, 61, 91, 92, 123, 124, 125, 127, 255];
/** Characters that no byte can be: lone surrogates, a byte order mark, a digit with its high byte set, a line end. */
const HARD_CHARACTERS = [0xd800, 0xdc00, 0xfeff, 0xfffd, 0x0130, 0x0441, 0x2028, 0xff5c];

/** What text and bytes have in common. */
interface Sequence {
  readonly length: number;
  slice(start: number, end?: number): Sequence;
}

/** How a kind of sequence is put together. */
interface Parts<S extends Sequence> {
  join(parts: readonly S[]): S;
  /** A sequence of one unit. */
  unit(random: SeededRandom): S;
  word(word: string): S;
}

/** A start and an end in a sequence; the distance is small more often than not. */
const span = (length: number, random: SeededRandom): [number, number] => {
  const start = random.int(0, length);
  const most = random.next() < 0.7 ? Math.min(length - start, 8) : length - start;
  return [start, start + random.int(0, most)];
};

const repeat = <S extends Sequence>(piece: S, room: number, random: SeededRandom): S[] => {
  const most = piece.length === 0 ? 0 : Math.floor(room / piece.length);
  const chance = random.next();
  // Long inputs are slow ones: they have their turn, and no more.
  const times = Math.min(most, random.int(1, chance < 0.85 ? 8 : chance < 0.999 ? 300 : MAX_LENGTH));
  return Array.from({ length: Math.max(times, 0) }, () => piece);
};

const changeSequence = <S extends Sequence>(
  whole: S,
  other: S,
  words: readonly string[],
  parts: Parts<S>,
  random: SeededRandom,
): S => {
  const [start, end] = span(whole.length, random);
  const before = whole.slice(0, start) as S;
  const piece = whole.slice(start, end) as S;
  const after = whole.slice(end) as S;
  const room = MAX_LENGTH - whole.length;
  switch (random.int(0, 8)) {
    case 0:
      return parts.join([before, after]);
    case 1:
      return parts.join([before, ...repeat(piece, room, random), piece, after]);
    case 2:
      return parts.join([before, parts.unit(random), after]);
    case 3:
      return parts.join([before, ...repeat(parts.unit(random), room, random), piece, after]);
    case 4:
    case 5:
      return words.length === 0 ? before : parts.join([before, parts.word(random.pick(words)), after]);
    case 6:
      return parts.join([before, other.slice(...span(other.length, random)) as S, after]);
    case 7:
      return parts.join([piece, before, after]);
    default:
      return random.next() < 0.5 ? before : after;
  }
};

const textParts: Parts<string> = {
  join: (parts) => parts.join(''),
  unit: (random) => String.fromCharCode(random.next() < 0.2 ? random.pick(HARD_CHARACTERS) : random.pick(HARD_UNITS)),
  word: (word) => word,
};

const byteParts: Parts<Uint8Array> = {
  join: (parts) => Buffer.concat(parts),
  unit: (random) => Uint8Array.of(random.next() < 0.5 ? random.int(0, 255) : random.pick(HARD_UNITS)),
  word: (word) => Buffer.from(word),
};

const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);

/**
 * Changes a text once: as JSON where it is JSON, else or by chance as characters.
 * @param other another text of its kind, to take pieces from
 */
export const changeText = (text: string, other: string, words: readonly string[], random: SeededRandom): string => {
  const json = looksLikeJson(text) && random.next() < 0.7 ? changeJson(text, other, words, random) : undefined;
  return json ?? changeSequence(text, other, words, textParts, random);
};

/** Changes bytes once; bytes that are JSON text as such, by chance. */
export const changeBytes = (
  bytes: Uint8Array,
  other: Uint8Array,
  words: readonly string[],
  random: SeededRandom,
): Uint8Array => {
  const text = Buffer.from(bytes).toString();
  if (looksLikeJson(text) && random.next() < 0.7) {
    return Buffer.from(changeText(text, Buffer.from(other).toString(), words, random));
  }
  return changeSequence<Uint8Array>(bytes, other, words, byteParts, random);
};
