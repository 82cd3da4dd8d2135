/** Times of entities on the wire: unix seconds, 0 for none. */

export const unixSeconds = (date: Date | null): string => (date ? String(Math.floor(date.getTime() / 1000)) : '0');
