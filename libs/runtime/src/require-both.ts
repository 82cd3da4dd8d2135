import { StartError } from './start-error';

/**
 * Two settings of which one is nothing without the other.
 * @param pair values by the names of the variables
 * @throws {StartError} naming both, when just one is set
 */
export const requireBoth = (pair: Readonly<Record<string, string | undefined>>): void => {
  const set = Object.values(pair).filter((value) => value !== undefined);
  if (set.length === 1) throw new StartError(`${Object.keys(pair).join(' and ')} must be set together`);
};
