/** The value below which the share `q` (0 to 1) of the values lies; NaN for none. */
export const quantile = (values: readonly number[], q: number): number => {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);
