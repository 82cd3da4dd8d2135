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

/** Bytes of one report: NATS takes 1 MiB. Only JSON that is written longer than it came, as 1e20 is, comes near. */
const MAX_REPORT_BYTES = 1_000_000;

/** A report that no message has room for. */
export class ReportTooLargeError extends NeverKeptError {
  override readonly name = 'ReportTooLargeError';

  constructor() {
    super(460, 'written out, the report is over 1 MB', 'send it in parts');
  }
}

/**
 * Whether a report is too large as it is written out. Bytes of a text in UTF-8 take long to count; no character has more
 * than three for each of its units.
 */
export const isTooLarge = (text: string): boolean =>
  text.length * 3 > MAX_REPORT_BYTES && Buffer.byteLength(text) > MAX_REPORT_BYTES;
