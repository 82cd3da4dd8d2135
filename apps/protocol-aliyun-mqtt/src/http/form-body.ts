/** The body of a registration request, `application/x-www-form-urlencoded` (WHATWG, "URL", section 5.1). */

/** Bytes of a body: the longest that an SDK sends stays under 512 (Link SDK for C 3.x, `dev_sign`). */
export const MAX_FORM_BYTES = 4096;
/** Fields of a body; requests have at most 8. */
export const MAX_FORM_FIELDS = 20;

/** A body that cannot be taken; the message is one line and repeats nothing of the body, which may hold a signature. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const textOf = (body: Buffer): string => {
  try {
    return utf8.decode(body);
  } catch {
    throw new FormError('the form is not UTF-8');
  }
};

/** What a percent-encoded byte that is no UTF-8 becomes, and what no name, key or signature holds. */
const isPlain = (text: string): boolean => !text.includes('\uFFFD') && !text.includes('\0');

/**
 * Reads the fields of a form: `+` and `%20` are blanks, other bytes UTF-8, a stray `%` stands for itself. Of a key given
 * twice the first value counts.
 * @throws {FormError} on more than {@link MAX_FORM_BYTES} bytes or {@link MAX_FORM_FIELDS} fields, and on what is no text
 */
export const readForm = (body: Buffer): ReadonlyMap<string, string> => {
  if (body.length > MAX_FORM_BYTES) throw new FormError(`the form is longer than ${MAX_FORM_BYTES} bytes`);
  // A leading "?" would be taken for that of a URL's query, and dropped.
  const given = new URLSearchParams(`?${textOf(body)}`);
  if (given.size > MAX_FORM_FIELDS) throw new FormError(`the form has more than ${MAX_FORM_FIELDS} fields`);
  const fields = new Map<string, string>();
  for (const [key, value] of given) {
    if (!isPlain(key) || !isPlain(value)) throw new FormError('the form holds bytes that are no text');
    if (!fields.has(key)) fields.set(key, value);
  }
  return fields;
};
