/** Texts that are searched for. */

/** A text as LIKE takes it literally: Prisma passes `%` and `_` on, which stand for anything there. */
export const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The condition that a column contains the text, in either case. */
export const containing = (text: string) => ({ contains: literal(text), mode: 'insensitive' as const });
