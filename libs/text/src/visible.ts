/**
 * Foreign text where people look at it. Names and payloads come from devices: a control character could move the cursor of
 * a terminal or clear it, a line break begin a line that looks like another one, and a bidirectional control show a name as
 * one that it is not (Unicode Standard Annex #9, section 2; Unicode Technical Report #36, section 2.10).
 */

/** DEL, C1, line and paragraph separators, marks and embeddings of direction, and the mark that also stands for a byte order. */
const INVISIBLE = '\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff';
const inText = new RegExp(`[\\u0000-\\u001f${INVISIBLE}]`, 'g');
const inLines = new RegExp(`[\\u0000-\\u0009\\u000b-\\u001f${INVISIBLE}]`, 'g');
const inJson = new RegExp(`[${INVISIBLE}]`, 'g');

const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One line of text: what commands a terminal stands there as `\u001b`, line breaks as well. */
export const visible = (text: string): string => text.replace(inText, escape);

/** The same for text of several lines, which stay lines. */
export const visibleLines = (text: string): string => text.replace(inLines, escape);

/**
 * The same for JSON, which stays JSON of the same value: what stands outside of strings is not touched, and inside of them
 * its writer has escaped the control characters below U+0020 already.
 */
export const visibleJson = (json: string): string => json.replace(inJson, escape);
