import type { Validation } from './types';

/** How values are held against their data type. */
export interface Strictness {
  /** Whether what is meant for the type becomes it: numbers as text, true and false for 1 and 0. */
  readonly converts: boolean;
  /** Whether range, length, size and enum item are held, too. */
  readonly bounds: boolean;
}

type ByValidation = Readonly<Record<Validation, Strictness | undefined>>;

/**
 * What devices say: `weak` holds the data type and converts, `strong` also holds the bounds and converts nothing, `none`
 * checks nothing (Alibaba Cloud IoT documentation, "What is a TSL model", data verification).
 */
export const ofReports: ByValidation = {
  weak: { converts: true, bounds: false },
  strong: { converts: false, bounds: true },
  none: undefined,
};

/**
 * What devices are told: the bounds hold in weak validation, too. A device may know better than its model what it
 * measures; a value that the model excludes is a mistake of whoever sends it.
 */
export const ofCommands: ByValidation = { ...ofReports, weak: { converts: true, bounds: true } };
