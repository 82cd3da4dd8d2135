/** Changes to the structure of a JSON text. */
import type { SeededRandom } from '@alink/testing';

/** JSON tokens that decoders are known to trip over, as text: not all of them can be written by JSON.stringify. */
const HARD_TOKENS = [
  'null',
  'true',
  '0',
  '-0',
  '1e999',
  '-1e-400',
  '9007199254740993',
  '2147483648',
  '1.5',
  '""',
  '"0"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u0031"',
  '"{\\"value\\":1}"',
  '[]',
  '{}',
  '{"value":1,"time":1700000000000}',
  '{"__proto__":{"value":1}}',
  '{"constructor":1,"toString":null,"hasOwnProperty":0}',
];
const HARD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  'id',
  '\u0000',
  '\ud800',
  'value',
  'time',
  '0',
];

/** Characters beyond which a change is given up. */
const MAX_LENGTH = 50_000;
/** Containers inside each other where a change nests deep. */
const DEEP = 3000;

type Container = unknown[] | Record<string, unknown>;

/** Every value below, with the container that holds it. */
const placesIn = (value: unknown, places: [Container, string][] = []): [Container, string][] => {
  if (typeof value !== 'object' || value === null || places.length > 2000) return places;
  for (const key of Object.keys(value)) {
    places.push([value as Container, key]);
    placesIn((value as Record<string, unknown>)[key], places);
  }
  return places;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Stands for a token that is put in after writing. */
const HOLE = '\u0001hole\u0001';
const writtenHole = JSON.stringify(HOLE);

/** Assigns an own member, whatever its name; an array gets another element where it is no index. */
const put = (container: Container, key: string, value: unknown): void => {
  if (Array.isArray(container) && !/^\d+$/.test(key)) container.push(value);
  else Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
};

const remove = (container: Container, key: string): void => {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
};

/** Changes a JSON text once; undefined when it is none, has nothing inside, or is nested too deep to be walked. */
export const changeJson = (
  text: string,
  other: string,
  words: readonly string[],
  random: SeededRandom,
): string | undefined => {
  try {
    return change(text, other, words, random);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const change = (text: string, other: string, words: readonly string[], random: SeededRandom): string | undefined => {
  const root = parse(text);
  const places = placesIn(root);
  if (places.length === 0) return undefined;
  const [container, key] = random.pick(places);
  const value = (container as Record<string, unknown>)[key];
  let token = 'null';
  switch (random.int(0, 7)) {
    case 0:
      remove(container, key);
      break;
    case 1: {
      const [from, name] = random.pick(places);
      put(container, key, structuredClone((from as Record<string, unknown>)[name]));
      break;
    }
    case 2: {
      const donors = placesIn(parse(other));
      if (donors.length === 0) return undefined;
      const [from, name] = random.pick(donors);
      const given = (from as Record<string, unknown>)[name];
      if (Array.isArray(container)) container.push(given);
      else put(container, name, given);
      break;
    }
    case 3:
      if (!Array.isArray(container)) remove(container, key);
      put(container, random.pick([...HARD_KEYS, ...words]), value);
      break;
    case 4:
      for (let n = random.next() < 0.9 ? 3 : 400; n > 0; n--) put(container, String(n), value);
      break;
    case 5:
      put(container, key, HOLE);
      token = '['.repeat(DEEP) + ']'.repeat(DEEP);
      break;
    case 6:
      put(container, key, words.length > 0 ? random.pick(words) : '');
      break;
    default:
      put(container, key, HOLE);
      token = random.pick(HARD_TOKENS);
  }
  const written = JSON.stringify(root);
  // Grown beyond all measure by copies of copies: of no use, and slow.
  return written.length > MAX_LENGTH ? undefined : written.replaceAll(writtenHole, () => token);
};
