/** Who keeps what devices report. */
import type { DeviceReport } from '@alink/contract';
import type { DeviceTopic } from '@alink/topic';

export interface Keeper {
  /**
   * Resolves once it is kept; rejects when that is not known.
   * @throws {NeverKeptError} for one that nobody will ever keep
   */
  keep(report: DeviceReport): Promise<void>;

  /** Whether it keeps the bytes of a request that the catalogue does not serve: then the device hears that all is well. */
  serves?(topic: DeviceTopic): boolean;
}

/** A report that can never be kept: to send it again is of no use. */
export class NeverKeptError extends Error {
  override readonly name: string = 'NeverKeptError';
  /**
   * @param code Alink's, for the device
   * @param step what to do about it
   */
  constructor(
    readonly code: number,
    message: string,
    readonly step: string,
  ) {
    super(message);
  }
}
