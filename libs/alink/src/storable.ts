/** What the parts behind the node can keep: PostgreSQL takes neither U+0000 nor a lone surrogate in text or JSON. */

/** Containers inside each other; far more than a thing model can describe, far less than a stack can bear. */
const MAX_NESTING = 32;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a text can be kept. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && !LONE_SURROGATE.test(text);

/** Whether a value that came out of JSON.parse can be kept and written again. Never throws, however deep it is. */
export const isStorable = (value: unknown, depth = 0): boolean => {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_NESTING) return false;
  if (Array.isArray(value)) return value.every((element) => isStorable(element, depth + 1));
  return Object.entries(value).every(
    ([key, member]) => key !== '__proto__' && isStorableText(key) && isStorable(member, depth + 1),
  );
};
