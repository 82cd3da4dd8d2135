import { InvalidArgumentError } from 'commander';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a span of time: `500ms`, `2s`, `5m`, `1h`, `1d`; 0 needs no unit. */
export const parseSpan = (text: string): number => {
  if (text === '0') return 0;
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (!unit) throw new InvalidArgumentError('It must be a span of time: 500ms, 2s, 5m, 1h or 1d.');
  return Number(amount) * unitMs[unit as keyof typeof unitMs];
};

/** Reader for a whole number within bounds. */
export const parseAtLeast =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
