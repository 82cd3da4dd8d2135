/** Whether what a device reports has a line in its log: dm writes by it, dmctl explains by it. */
import { LogLevel } from './enumerations';

/** A newcomer's reports are logged for so long, unless somebody says otherwise: whoever connects a first device looks there. */
const NEWCOMER_MS = 24 * 3_600_000;

export interface LogSettings {
  /** `DeviceInfo.logLevel`; 0 is not set. */
  readonly deviceLevel: number;
  /** `ProductInfo.protocolConf["logLevel"]`: a word or a number; empty is not set. */
  readonly productLevel: string;
  /** When the device was created, unix milliseconds. */
  readonly createdAt: number;
}

/** The level that a text names, by word or by number; undefined for what names none. */
export const logLevelOf = (text: string): number | undefined =>
  Object.entries(LogLevel).find(([word, level]) => text === word || text === String(level))?.[1];

/**
 * Whether a device is to report what its own program logs: from level `error` on, where it or its product says so. Alibaba's
 * devices know no levels.
 */
export const logModeOf = (level: number | undefined): { readonly mode: 0 | 1 } => ({
  mode: level !== undefined && level > LogLevel.off ? 1 : 0,
});

/**
 * Plain reports are written from level `info` on: where the device says so, else its product, else in the device's first
 * 24 hours. Everything out of the ordinary is written at any level.
 * @param at unix milliseconds
 */
export const logsReports = ({ deviceLevel, productLevel, createdAt }: LogSettings, at: number): boolean => {
  const level = deviceLevel || logLevelOf(productLevel);
  return level ? level >= LogLevel.info : at - createdAt < NEWCOMER_MS;
};
