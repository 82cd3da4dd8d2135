/**
 * The `id` of a message exactly as the device wrote it. SDKs compare it as text (Node SDK: an id of its own making
 * with the reply topic in it) or as a number (C SDK, OTA), so a reply repeats the characters, not the value.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const skipSpace = (text: string, from: number): number => {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
};

/** Index after the string that begins at `from` with its quote, or -1 when it does not end. */
const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return -1;
};

/** Index after the object or array that begins at `from`, or -1 when it does not end. */
const endOfContainer = (text: string, from: number): number => {
  let depth = 0;
  for (let at = from; at >= 0 && at < text.length;) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
    at++;
  }
  return -1;
};

/** Index after a number or word, or -1 where the text ends in it, since more may have followed. */
const endOfScalar = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !isSpace(text.charCodeAt(at)) && !',}]'.includes(text[at]!)) at++;
  return at < text.length ? at : -1;
};

const endOfValue = (text: string, from: number): number => {
  const char = text[from];
  if (char === '"') return endOfString(text, from);
  return char === '{' || char === '[' ? endOfContainer(text, from) : endOfScalar(text, from);
};

/** The value of a JSON token; undefined when it is none. */
const valueOf = (token: string): unknown => {
  try {
    return JSON.parse(token) as unknown;
  } catch {
    return undefined;
  }
};

const isIdKey = (keyToken: string): boolean =>
  keyToken === '"id"' || (keyToken.includes('\\') && valueOf(keyToken) === 'id');

/**
 * Finds the raw token of the outermost member `id` when it is a string or a number; of several the last counts, as for
 * JSON.parse. The text may be broken: then what stands before the break is looked at. Never throws.
 */
export const scanIdToken = (text: string): string | undefined => {
  let found: string | undefined;
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return undefined;
  do {
    const keyStart = skipSpace(text, at + 1);
    const keyEnd = text[keyStart] === '"' ? endOfString(text, keyStart) : -1;
    const colon = keyEnd < 0 ? -1 : skipSpace(text, keyEnd);
    if (text[colon] !== ':') return found;
    const start = skipSpace(text, colon + 1);
    const end = endOfValue(text, start);
    if (end < 0) return found;
    if (isIdKey(text.slice(keyStart, keyEnd))) {
      const token = text.slice(start, end);
      const type = typeof valueOf(token);
      found = type === 'string' || type === 'number' ? token : undefined;
    }
    at = skipSpace(text, end);
  } while (text[at] === ',');
  return found;
};

/** Raw token of `id` in a text that JSON.parse has read; `id` is the value that it found. `""` when there is none. */
export const idTokenOf = (text: string, id: unknown): string => {
  // Without any backslash a string stands in the text as it is: no need to look for it.
  if (typeof id === 'string' && !text.includes('\\')) return `"${id}"`;
  return typeof id === 'string' || typeof id === 'number' ? (scanIdToken(text) ?? '""') : '""';
};
