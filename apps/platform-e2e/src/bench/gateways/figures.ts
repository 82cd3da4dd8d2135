/** Figures of the tables about gateway devices. */
import type { ProcessorTime } from '../measure/processor-time';
import type { Spread } from '../results/statistics';

/** The processes that work for an operation, all of them. */
export const together = (time: ProcessorTime | undefined): number | undefined =>
  time &&
  Object.entries(time)
    .filter(([name]) => name !== 'generator')
    .reduce((sum, [, us]) => sum + us, 0);

export const figure = (value: number): string => {
  if (Number.isNaN(value)) return 'not measured';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** The median, and in parentheses the least and the most. */
export const spreadText = ({ median, min, max }: Spread): string =>
  `${figure(median)} (${figure(min)}..${figure(max)})`;
