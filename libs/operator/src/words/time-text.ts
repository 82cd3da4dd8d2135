/** Times on the wire are int64, which arrive as text; 0 means never. */

/** ISO text of unix milliseconds; undefined for 0. */
export const isoOfMs = (ms: string | number): string | undefined => {
  const date = new Date(Number(ms));
  return Number(ms) === 0 || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** ISO text of unix seconds; undefined for 0. */
export const isoOfSeconds = (seconds: string | number): string | undefined => isoOfMs(Number(seconds) * 1000);
