/** Whether PostgreSQL could keep a text: it holds neither U+0000 nor half a character. */
export const isPlainText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

/** Whether a text can stand in a line of a log, and be shown on a terminal. */
export const isOneLine = (text: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(text);
