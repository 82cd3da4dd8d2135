/** Ranges of time in requests: unix milliseconds, both ends included, 0 for no bound. */

export const timeRange = (start: string, end: string): { gte?: bigint; lte?: bigint } => ({
  ...(start !== '0' && { gte: BigInt(start) }),
  ...(end !== '0' && { lte: BigInt(end) }),
});

/** Both ends of a range as filters of a list. */
export const TIME_FILTERS = {
  timeStart: (start: string) => ({ timestamp: { gte: BigInt(start) } }),
  timeEnd: (end: string) => ({ timestamp: { lte: BigInt(end) } }),
};
