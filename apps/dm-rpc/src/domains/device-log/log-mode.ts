import { logLevelOf, logModeOf } from '@alink/contract';

/**
 * Whether a device is to report its log: by its own level, else by its product's.
 * @param productLevel `protocolConf["logLevel"]`; empty where nothing is said
 */
export const modeOf = (deviceLevel: number, productLevel: string | undefined) =>
  logModeOf(deviceLevel || logLevelOf(productLevel ?? ''));
